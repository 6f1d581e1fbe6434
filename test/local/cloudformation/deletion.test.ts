import { DescribeStackEventsCommand, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deleteStack } from "../../../services/stack-operations.ts";
import { aCustom, aFunction, aQueue } from "../stack/an-account.ts";
import { aDeployer, type Deployer } from "./a-deployer.ts";

let deployer: Deployer;
beforeEach(async () => {
	deployer = await aDeployer();
});
afterEach(() => deployer.close());

describe("a stack's deletion", () => {
	it("takes each resource before those that it names, leaves what is to be retained, and frees the name", async () => {
		const Resources = {
			Third: aQueue("third", { DependsOn: "Second" }),
			Second: aQueue("second", { DependsOn: "First" }),
			First: aQueue("first", { DeletionPolicy: "Retain" }),
		};
		await deployer.deploy({ Resources });
		const { id } = await deployer.describe();
		expect((await deployer.remove()).stack).toBeUndefined();
		expect(deployer.opened.queues()).toEqual(["first"]);
		await expect(deployer.describe()).rejects.toMatchObject({
			...{ name: "ValidationError", message: "Stack with id shop does not exist" },
		});
		const { cloudformation } = deployer.account;
		expect((await cloudformation.send(new DescribeStacksCommand({}))).Stacks ?? []).toEqual([]);
		const { StackEvents = [] } = await cloudformation.send(new DescribeStackEventsCommand({ StackName: id }));
		const last = StackEvents.slice(0, 7).map((each) => `${each.LogicalResourceId} ${each.ResourceStatus}`);
		expect(last.toReversed()).toEqual([
			...["shop DELETE_IN_PROGRESS", "Third DELETE_IN_PROGRESS", "Third DELETE_COMPLETE"],
			...["Second DELETE_IN_PROGRESS", "Second DELETE_COMPLETE", "First DELETE_SKIPPED", "shop DELETE_COMPLETE"],
		]);
		expect((await deployer.describe(id)).status).toBe("DELETE_COMPLETE");
		await deployer.remove();
	});

	it("is no part of the history of a stack that gets its name later", async () => {
		await deployer.deploy({ Resources: { First: aQueue("first") } });
		const { id } = await deployer.describe();
		await deployer.remove();
		await deployer.deploy({ Resources: { Second: aQueue("second") } });
		const { told } = await deployer.follow(new Date(0));
		expect(new Set(told.map(({ logicalId }) => logicalId))).toEqual(new Set(["shop", "Second"]));
		expect((await deployer.describe()).id).not.toBe(id);
	});

	it("of a plan that nobody carried out leaves nothing behind", async () => {
		await deployer.plan({ Resources: { First: aQueue("first") } });
		await deleteStack(deployer.target);
		await expect(deployer.describe()).rejects.toThrow("does not exist");
	});

	it("stops at a bucket that holds something, and goes on when it is empty", async () => {
		const bucket = { Type: "AWS::S3::Bucket", Properties: { BucketName: "full" } };
		await deployer.deploy({ Resources: { Bucket: bucket, Queue: aQueue("first", { DependsOn: "Bucket" }) } });
		const { buckets } = deployer.opened.account.s3;
		buckets.put("full", "a", Buffer.from("a"));
		const { stack, steps } = await deployer.remove();
		expect(stack).toMatchObject({ status: "DELETE_FAILED", statusReason: expect.stringContaining("not empty") });
		expect(steps).toEqual(["Queue DELETE_COMPLETE", "Bucket DELETE_FAILED", "shop DELETE_FAILED"]);
		await expect(deployer.plan({ Resources: {} })).rejects.toThrow("is in DELETE_FAILED state and can not be updated");
		buckets.remove("full", "a");
		expect((await deployer.remove()).stack).toBeUndefined();
		expect(buckets.has("full")).toBe(false);
	});

	it("waits for the creation that is under way, and nothing of it is left", async () => {
		deployer.writeMaker("slow", "event.RequestType === 'Create'");
		const Resources = { ...aFunction("slow"), Thing: aCustom(), Last: aQueue("last", { DependsOn: "Thing" }) };
		await deployer.begin({ Resources });
		await deployer.until("Thing", "CREATE_IN_PROGRESS");
		await deleteStack(deployer.target);
		expect((await deployer.describe()).status).toBe("DELETE_IN_PROGRESS");
		deployer.openGate();
		expect((await deployer.follow(new Date())).stack).toBeUndefined();
		expect(deployer.opened.account.lambda.functions()).toEqual([]);
		expect(deployer.opened.queues()).toEqual([]);
	});

	it("is refused while an update is under way", async () => {
		deployer.writeMaker("slower", "event.RequestType === 'Update'");
		const Resources = (Name: string) => ({ ...aFunction("slower"), Thing: aCustom({ Name }) });
		await deployer.deploy({ Resources: Resources("a") });
		const token = await deployer.begin({ Resources: Resources("b") });
		await expect(deleteStack(deployer.target)).rejects.toThrow("cannot be deleted while in status UPDATE_IN_PROGRESS");
		await expect(deployer.plan({ Resources: {} })).rejects.toThrow("is in UPDATE_IN_PROGRESS state");
		deployer.openGate();
		expect((await deployer.follow(token)).stack?.status).toBe("UPDATE_COMPLETE");
	});
});
