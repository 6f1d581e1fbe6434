import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readTemplate } from "../../../services/stacks.ts";
import { aQueue } from "../stack/an-account.ts";
import { aDeployer, broken, type Deployer } from "./a-deployer.ts";

let deployer: Deployer;
beforeEach(async () => {
	deployer = await aDeployer();
});
afterEach(() => deployer.close());

const template = {
	Parameters: { Delay: { Type: "String", Default: "0" }, More: { Type: "String", Default: "no" } },
	Conditions: { HasMore: { "Fn::Equals": [{ Ref: "More" }, "yes"] } },
	Resources: {
		Queue: { Type: "AWS::SQS::Queue", Properties: { QueueName: "queue", DelaySeconds: { Ref: "Delay" } } },
		Extra: aQueue("extra", { Condition: "HasMore" }),
	},
	Outputs: { Delay: { Value: { Ref: "Delay" } } },
};

describe("an update", () => {
	it("changes, adds and removes what the plan says, and no more", async () => {
		await deployer.deploy({ Resources: { Stays: aQueue("stays"), Goes: aQueue("goes"), Changes: aQueue("changes") } });
		const wanted = {
			Stays: aQueue("stays"),
			Changes: { Type: "AWS::SQS::Queue", Properties: { QueueName: "changes", VisibilityTimeout: 7 } },
			Comes: aQueue("comes"),
		};
		expect(await deployer.plan({ Resources: wanted })).toMatchObject({
			...{ creates: false, isUnfinished: false },
			resources: [
				{ action: "Remove", logicalId: "Goes", replacement: undefined },
				{ action: "Modify", logicalId: "Changes", replacement: "False" },
				{ action: "Add", logicalId: "Comes", replacement: undefined },
			],
		});
		const { stack, steps } = await deployer.deploy({ Resources: wanted });
		expect(stack?.status).toBe("UPDATE_COMPLETE");
		expect(steps).toEqual([
			...["Changes UPDATE_COMPLETE", "Comes CREATE_COMPLETE", "Goes DELETE_COMPLETE", "shop UPDATE_COMPLETE"],
		]);
	});

	it("may be of values only: of what names them, of what they turn on, of outputs and of tags", async () => {
		await deployer.deploy(template);
		const touched = async (...values: Parameters<Deployer["plan"]> extends [unknown, ...infer V] ? V : never) => {
			const planned = await deployer.plan(template, ...values);
			return planned.outcome === "empty"
				? "empty"
				: planned.resources.map((each) => `${each.action} ${each.logicalId}`);
		};
		expect(await touched({ parameters: { Delay: "0", More: "no" } })).toBe("empty");
		expect(await touched({ parameters: { More: "never" } })).toBe("empty");
		expect(await touched({ parameters: { Delay: "9" } })).toEqual(["Modify Queue"]);
		expect(await touched({ parameters: { More: "yes" } })).toEqual(["Add Extra"]);
		expect(await touched({ tags: { application: "shop" } })).toEqual([]);
		const { stack } = await deployer.deploy({ ...template, Outputs: { Kept: { Value: "yes" } } });
		expect(stack).toMatchObject({ status: "UPDATE_COMPLETE", outputs: { Kept: "yes" } });
	});

	it("that fails goes back: to the template, the values and the resources of before", async () => {
		const tags = { release: "one" };
		await deployer.deploy(template, { parameters: { Delay: "3" }, tags });
		const before = await deployer.read();
		const { stack, steps } = await deployer.deploy(
			{ ...template, Resources: { ...template.Resources, New: aQueue("new"), Broken: broken(["Queue", "New"]) } },
			{ parameters: { Delay: "9" }, tags: { release: "two" } },
		);
		expect(steps).toEqual([
			...["Queue UPDATE_COMPLETE", "New CREATE_COMPLETE", "Broken CREATE_FAILED"],
			...["Queue UPDATE_COMPLETE", "New DELETE_COMPLETE", "shop UPDATE_ROLLBACK_COMPLETE"],
		]);
		expect(stack).toEqual({
			...{ ...before, status: "UPDATE_ROLLBACK_COMPLETE" },
			statusReason: expect.stringContaining("Broken: "),
		});
		expect(await readTemplate(deployer.target)).toBe(JSON.stringify(template));
		expect(deployer.opened.queues()).toEqual(["queue"]);
		expect(await deployer.plan(template, { parameters: { Delay: "3" }, tags })).toEqual({ outcome: "empty" });
		expect((await deployer.deploy(template)).stack).toMatchObject({
			status: "UPDATE_COMPLETE",
			outputs: { Delay: "0" },
		});
	});
});
