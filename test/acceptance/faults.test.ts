import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { onboardingSteps } from "../../domain/operation-kinds.ts";
import { aWorld, hostnameOf, stack, statesEntered, type World } from "./world.ts";

const byRest = Array.from({ length: 5 }, (_, at) => `rest-${at + 1}`);
const byEvent = Array.from({ length: 5 }, (_, at) => `event-${at + 1}`);
const slugs = [...byRest, ...byEvent];

/** Functions that a queue or a rule invokes, and that may therefore be invoked twice. */
const delivered = ["startOperation", "writeZoneChanges", "checkWaits", "acceptEvents", "recordExecution"];
const steps = onboardingSteps.map((state) => state.charAt(0).toLowerCase() + state.slice(1));

describe("ten onboardings while 5 % of the AWS calls fail, deliveries repeat and every step's function dies once", () => {
	let world: World;
	beforeAll(async () => {
		world = await aWorld({ faults: { rate: 0.05, seed: "acceptance" } });
		const { faults } = world.cloud;
		for (const key of steps) faults.order({ kind: "crash", functionName: stack.functionName(key), when: "after" });
		for (const key of delivered) faults.order({ kind: "duplicate", functionName: stack.functionName(key), times: 3 });
		await Promise.all([
			...byRest.map((slug) => world.client.createTenant(world.client.newTenant(slug))),
			...byEvent.map((slug) => world.signUp(world.client.newTenant(slug))),
		]);
		await world.ended(slugs.length, 80_000);
	});
	afterAll(() => world?.close());

	it("all end active, and none twice", async () => {
		const tenants = await world.tenants();
		expect(tenants.map(({ slug, status }) => `${slug} ${status}`).sort()).toEqual(
			slugs.map((slug) => `${slug} active`).sort(),
		);
		expect(await world.operations()).toHaveLength(slugs.length);
		expect(await world.executions()).toHaveLength(slugs.length);
	});

	it("are each served as themselves", async () => {
		world.cloud.faults.setRate(0);
		for (const { tenantId, slug } of await world.tenants()) {
			expect(await world.viewer.resolve(hostnameOf(slug))).toEqual(["127.0.0.1"]);
			expect(await world.viewer.open(hostnameOf(slug))).toEqual({ status: 200, tenantId });
		}
	});

	it("go through each step once: what died or came twice was done again within its state", async () => {
		for (const { name } of await world.executions()) {
			expect(statesEntered(await world.history(name ?? ""))).toEqual([...onboardingSteps]);
		}
	});

	it("really met all of those faults", () => {
		const given = world.cloud.faults.given();
		for (const key of steps) expect(given).toHaveProperty([`${stack.functionName(key)} crash after`]);
		for (const key of delivered) expect(given).toHaveProperty([`${stack.functionName(key)} duplicate`]);
		const byChance = Object.entries(given).filter(([name]) =>
			/^\w+\.\w+ (?:throttle|unavailable|timeout|reset)/.test(name),
		);
		expect(byChance.length).toBeGreaterThan(5);
	});

	it("leave nothing in the dead letter queues", async () => {
		// A message whose function died may still hide for its visibility timeout in its own queue.
		const left = await world.leftInQueues(5_000);
		expect(left.filter(({ queueName }) => queueName.endsWith("dead-letters"))).toEqual([]);
	});
});
