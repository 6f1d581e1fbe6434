import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stackOf } from "../../../cli/environments/onboard.ts";
import { requireFreeNames } from "../../../cli/environments/taken-names.ts";
import { planStack } from "../../../services/stacks.ts";
import { tagsOfZone } from "../../../services/zone-state.ts";
import { aQueue } from "../stack/an-account.ts";
import { aDeployer, type Deployer } from "./a-deployer.ts";

let deployer: Deployer;
beforeEach(async () => {
	deployer = await aDeployer();
});
afterEach(() => deployer.close());

const TableName = "claims";
const Properties = {
	...{ TableName, BillingMode: "PAY_PER_REQUEST", KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }] },
	AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
};
const table = { Type: "AWS::DynamoDB::Table", DeletionPolicy: "Retain", Properties };
const secret = { Type: "AWS::SecretsManager::Secret", DeletionPolicy: "Retain", Properties: { Name: "key" } };
const freeNames = (Resources: object) => {
	const environment = {
		stage: "nonprod",
		accountId: "222222222222",
		account: deployer.account,
		parameters: {},
	} as const;
	return requireFreeNames(environment, stackOf(environment), JSON.stringify({ Parameters: {}, Resources }));
};

describe("what a stack retains", () => {
	it.each([
		["table", table, TableName],
		["secret", secret, "key"],
	])(
		"keeps its name: another stack cannot make a %s of it, and whoever looks before is told",
		async (_, kept, name) => {
			expect(await freeNames({ Kept: kept })).toBe("1 are free");
			await deployer.deploy({ Resources: { Kept: kept } });
			expect((await deployer.deploy({ Resources: { Kept: kept, More: aQueue("more") } })).stack?.status).toBe(
				"UPDATE_COMPLETE",
			);
			await deployer.remove();
			await expect(freeNames({ Kept: kept })).rejects.toMatchObject({ report: { detail: `${name}  ${kept.Type}` } });
			const { stack, told } = await deployer.deploy({ Resources: { Kept: kept } });
			expect(stack?.status).toBe("CREATE_FAILED");
			expect(told.find(({ status, logicalId }) => logicalId === "Kept" && status === "CREATE_FAILED")?.reason).toBe(
				`Resource of type '${kept.Type}' with identifier '${name}' already exists.`,
			);
		},
	);

	it("is free for the stack itself under another logical id", async () => {
		await deployer.deploy({ Resources: { Before: table } });
		expect((await deployer.deploy({ Resources: { After: table } })).stack?.status).toBe("UPDATE_COMPLETE");
		expect((await deployer.deploy({ Resources: { Last: table } })).stack?.status).toBe("UPDATE_COMPLETE");
	});
});

describe("a stack's zone", () => {
	it("has the tags that its template gives it", async () => {
		const HostedZoneTags = [{ Key: "environment", Value: "nonprod" }];
		const zone = { Type: "AWS::Route53::HostedZone", Properties: { Name: "app.example.com", HostedZoneTags } };
		const { stack } = await deployer.deploy({ Resources: { Zone: zone }, Outputs: { Id: { Value: { Ref: "Zone" } } } });
		const { route53 } = deployer.account;
		expect(await tagsOfZone(route53, stack?.outputs["Id"] ?? "")).toEqual({ environment: "nonprod" });
		await expect(tagsOfZone(route53, "ZNOBODYS")).rejects.toMatchObject({ name: "NoSuchHostedZone" });
	});
});

describe("an update from the template that stands", () => {
	const plan = { name: "again", template: "standing", tags: {} } as const;
	const template = {
		Parameters: { Name: { Type: "String" } },
		Resources: { Queue: aQueue("q", { Properties: { QueueName: { Ref: "Name" } } }) },
	};

	it("changes values and nothing else", async () => {
		await deployer.deploy(template, { parameters: { Name: "one" } });
		expect(await planStack(deployer.target, { ...plan, parameters: { Name: "one" } })).toEqual({ outcome: "empty" });
		const changed = await planStack(deployer.target, { ...plan, parameters: { Name: "two" } });
		expect(changed).toMatchObject({ resources: [{ action: "Modify", logicalId: "Queue" }] });
	});

	it("is none of a stack that is not there", async () => {
		const nothing = planStack(deployer.target, { ...plan, parameters: {} });
		await expect(nothing).rejects.toThrow("Either Template URL or Template Body must be specified.");
	});
});
