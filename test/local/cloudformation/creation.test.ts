import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { putArtifact, urlOf } from "../../../services/artifacts.ts";
import { executeChangeSet } from "../../../services/stack-operations.ts";
import { readTemplate } from "../../../services/stacks.ts";
import { aQueue } from "../stack/an-account.ts";
import { aDeployer, broken, type Deployer } from "./a-deployer.ts";

let deployer: Deployer;
beforeEach(async () => {
	deployer = await aDeployer();
});
afterEach(() => deployer.close());

describe("a stack's creation", () => {
	it("is planned first, of which nobody sees anything but in the plan, and then carried out step by step", async () => {
		const template = { Resources: { Second: aQueue("second", { DependsOn: "First" }), First: aQueue("first") } };
		const planned = await deployer.plan(template);
		expect(planned).toMatchObject({
			...{ outcome: "planned", creates: true, isUnfinished: true },
			resources: [
				{ action: "Add", logicalId: "Second", type: "AWS::SQS::Queue" },
				{ action: "Add", logicalId: "First" },
			],
		});
		expect(await deployer.read()).toBeUndefined();
		expect((await deployer.describe()).status).toBe("REVIEW_IN_PROGRESS");
		expect(deployer.opened.queues()).toEqual([]);
		if (planned.outcome === "planned") await executeChangeSet(deployer.target, planned);
		const { stack, told } = await deployer.follow(new Date(0));
		expect(stack?.status).toBe("CREATE_COMPLETE");
		expect(told.map(({ logicalId, status }) => `${logicalId} ${status}`)).toEqual([
			...["shop REVIEW_IN_PROGRESS", "shop CREATE_IN_PROGRESS"],
			...["First CREATE_IN_PROGRESS", "First CREATE_COMPLETE"],
			...["Second CREATE_IN_PROGRESS", "Second CREATE_COMPLETE", "shop CREATE_COMPLETE"],
		]);
		expect(deployer.opened.queues()).toEqual(["first", "second"]);
	});

	it("takes its template from a bucket that another stack made, and tells what became of it", async () => {
		const bucket = { Type: "AWS::S3::Bucket", Properties: { BucketName: "releases" } };
		await deployer.opened.deploy({ Releases: bucket });
		const template = JSON.stringify({
			Description: "Told as it came.",
			Parameters: { Name: { Type: "String" }, Seconds: { Type: "Number", Default: 7 } },
			Conditions: { Never: { "Fn::Equals": ["a", "b"] } },
			Resources: { Queue: aQueue("q", { Properties: { QueueName: { Ref: "Name" } } }) },
			Outputs: {
				Arn: { Value: { "Fn::GetAtt": ["Queue", "Arn"] } },
				Name: { Value: { "Fn::Sub": ["$", "{Name} & co"].join("") } },
				Off: { Condition: "Never", Value: "x" },
			},
		});
		const store = { client: deployer.account.s3, bucket: "releases" };
		await putArtifact(store, "templates/a b.json", template);
		const asked = { parameters: { Name: "orders" }, tags: { environment: "nonprod", "<&>": "'\"" } };
		const { stack } = await deployer.deploy({ url: urlOf(store, encodeURI("templates/a b.json")) }, asked);
		expect(stack).toMatchObject({
			...{ status: "CREATE_COMPLETE", statusReason: undefined, tags: asked.tags },
			parameters: { Name: "orders", Seconds: "7" },
			outputs: { Arn: "arn:aws:sqs:us-east-1:222222222222:orders", Name: "orders & co" },
		});
		expect(await readTemplate(deployer.target)).toBe(template);
	});

	it("again, whether carried out or planned only, is no change", async () => {
		const template = { Resources: { First: aQueue("first") }, Outputs: { Url: { Value: { Ref: "First" } } } };
		await deployer.plan(template);
		await deployer.deploy(template, { tags: { application: "shop" } });
		expect(await deployer.plan(template, { tags: { application: "shop" } })).toEqual({ outcome: "empty" });
	});

	it("of more resources than fit a page is planned and told of whole, each once", async () => {
		const names = Array.from({ length: 130 }, (_, at) => `Log${at}`);
		const template = { Resources: Object.fromEntries(names.map((name) => [name, { Type: "AWS::Logs::LogGroup" }])) };
		const planned = await deployer.plan(template);
		expect(planned.outcome === "planned" && planned.resources.map(({ logicalId }) => logicalId)).toEqual(names);
		const { steps } = await deployer.deploy(template);
		expect(steps).toEqual([...names.map((name) => `${name} CREATE_COMPLETE`), "shop CREATE_COMPLETE"]);
	});
});

describe("a stack's creation that fails", () => {
	const good = { First: aQueue("first"), Last: aQueue("last", { DependsOn: "First" }) };

	it("keeps what was made, and the next deployment goes on there", async () => {
		const { stack, told } = await deployer.deploy({
			Resources: { ...good, Broken: broken(["First"]), Last: aQueue("last", { DependsOn: "Broken" }) },
		});
		expect(stack?.status).toBe("CREATE_FAILED");
		expect(told.findLast(({ logicalId }) => logicalId === "Broken")).toMatchObject({
			...{ status: "CREATE_FAILED", reason: expect.stringContaining("policies stand in their roles") },
		});
		expect(deployer.opened.queues()).toEqual(["first"]);
		const planned = await deployer.plan({ Resources: good });
		expect(planned).toMatchObject({
			...{ creates: false, isUnfinished: true },
			resources: [{ action: "Add", logicalId: "Last" }],
		});
		const { stack: after, steps } = await deployer.deploy({ Resources: good });
		expect(after?.status).toBe("UPDATE_COMPLETE");
		expect(steps).toEqual(["Last CREATE_COMPLETE", "shop UPDATE_COMPLETE"]);
	});

	it("may fail again where it failed, and keeps what was made then, too", async () => {
		await deployer.deploy({ Resources: { Broken: broken() } });
		const { stack } = await deployer.deploy({ Resources: { First: aQueue("first"), Broken: broken(["First"]) } });
		expect(stack?.status).toBe("UPDATE_FAILED");
		expect((await deployer.deploy({ Resources: good })).stack?.status).toBe("UPDATE_COMPLETE");
		expect(await deployer.plan({ Resources: good })).toEqual({ outcome: "empty" });
	});
});
