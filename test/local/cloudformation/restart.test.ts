import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deleteStack } from "../../../services/stack-operations.ts";
import { aCustom, aFunction, aQueue } from "../stack/an-account.ts";
import { aDeployer, broken, type Deployer } from "./a-deployer.ts";

let deployer: Deployer;
beforeEach(async () => {
	deployer = await aDeployer();
});
afterEach(() => deployer.close());

/** Another process over the same data, for which the gate is open. */
async function restart() {
	await deployer.opened.reopen();
	deployer.openGate();
	return deployer.follow(new Date(0));
}
const resources = (maker: string, Name: string, more: object = {}) => ({
	...{ ...aFunction(maker), Thing: aCustom({ Name }), Last: aQueue("last", { DependsOn: "Thing" }) },
	...more,
});

describe("a process that dies", () => {
	it("in the middle of a creation: the next one goes on with it, and tells its end", async () => {
		deployer.writeMaker("creating", "event.RequestType === 'Create'");
		await deployer.begin({ Resources: resources("creating", "a"), Outputs: { Thing: { Value: { Ref: "Thing" } } } });
		await deployer.until("Thing", "CREATE_IN_PROGRESS");
		const { stack, steps } = await restart();
		expect(stack).toMatchObject({ status: "CREATE_COMPLETE", outputs: { Thing: "thing" } });
		expect(steps.filter((step) => step.startsWith("shop"))).toEqual(["shop CREATE_COMPLETE"]);
		expect(deployer.opened.queues()).toEqual(["last"]);
	});

	it("just when a creation was noted, before anything was begun: it is begun", async () => {
		deployer.writeMaker("noted", "event.RequestType === 'Create'");
		await deployer.begin({ Resources: resources("noted", "a") });
		await deployer.until("Thing", "CREATE_IN_PROGRESS");
		const store = new DatabaseSync(join(deployer.opened.directory, "account", "cloud.sqlite"));
		store.exec("DELETE FROM stacks; DELETE FROM stack_resources");
		store.close();
		expect((await restart()).stack?.status).toBe("CREATE_COMPLETE");
		expect(deployer.opened.queues()).toEqual(["last"]);
	});

	it("in the middle of an update that then fails: the next one goes back, too", async () => {
		deployer.writeMaker("updating", "event.ResourceProperties.Name === 'b'");
		await deployer.deploy({ Resources: resources("updating", "a") });
		await deployer.begin({ Resources: resources("updating", "b", { Broken: broken(["Thing"]) }) });
		await deployer.until("Thing", "UPDATE_IN_PROGRESS");
		const { stack } = await restart();
		expect(stack).toMatchObject({
			status: "UPDATE_ROLLBACK_COMPLETE",
			statusReason: expect.stringContaining("Broken"),
		});
		expect(await deployer.plan({ Resources: resources("updating", "a") })).toEqual({ outcome: "empty" });
	});

	it("on the way back: the next one does not go forth again", async () => {
		deployer.writeMaker("returning", "event.RequestType === 'Update' && event.ResourceProperties.Name === 'a'");
		await deployer.deploy({ Resources: resources("returning", "a") });
		await deployer.begin({ Resources: resources("returning", "b", { Broken: broken(["Thing"]) }) });
		await deployer.until("shop", "UPDATE_ROLLBACK_IN_PROGRESS");
		const { stack, steps } = await restart();
		expect(stack?.status).toBe("UPDATE_ROLLBACK_COMPLETE");
		expect(steps.filter((step) => step.startsWith("Broken"))).toEqual(["Broken CREATE_FAILED"]);
	});

	it("in the middle of a deletion: the next one takes down the rest", async () => {
		deployer.writeMaker("deleting", "event.RequestType === 'Delete'");
		await deployer.deploy({ Resources: resources("deleting", "a") });
		await deleteStack(deployer.target);
		await deployer.until("Thing", "DELETE_IN_PROGRESS");
		expect((await restart()).stack).toBeUndefined();
		expect(deployer.opened.account.stacks.list()).toEqual([]);
		expect(deployer.opened.account.lambda.functions()).toEqual([]);
	});

	it("between a plan and its end, or when all is done: both are there as they were", async () => {
		const template = { Resources: { First: aQueue("first") } };
		await deployer.plan(template);
		await deployer.opened.reopen();
		expect((await deployer.describe()).status).toBe("REVIEW_IN_PROGRESS");
		await deployer.deploy(template);
		const before = await deployer.read();
		await deployer.opened.reopen();
		expect(await deployer.read()).toEqual(before);
		expect(await deployer.plan(template)).toEqual({ outcome: "empty" });
	});
});
