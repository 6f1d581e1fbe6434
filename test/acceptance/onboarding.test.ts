import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aWorld, hostnameOf, statesEntered, type World } from "./world.ts";

const slugs = Array.from({ length: 50 }, (_, at) => `crowd-${at + 1}`);

describe("fifty tenants that sign up at once", () => {
	let world: World;
	beforeAll(async () => {
		world = await aWorld();
		await Promise.all(slugs.map((slug) => world.client.createTenant(world.client.newTenant(slug))));
		await world.ended(slugs.length, 50_000);
	});
	afterAll(() => world?.close());

	it("are all active, each with one operation that succeeded at the first attempt", async () => {
		const tenants = await world.tenants();
		expect(tenants.map(({ slug }) => slug).sort()).toEqual([...slugs].sort());
		expect(new Set(tenants.map(({ status }) => status))).toEqual(new Set(["active"]));
		const operations = await world.operations();
		expect(operations).toHaveLength(slugs.length);
		for (const operation of operations) {
			expect(operation).toMatchObject({ status: "succeeded", attempt: 1, redriveCount: 0, canRetry: false });
		}
	});

	it("are each answered by DNS, and served by the edge over TLS with a context that says who they are", async () => {
		const seen = await Promise.all(
			slugs.map(async (slug) => ({
				slug,
				dns: await world.viewer.resolve(hostnameOf(slug)),
				https: await world.viewer.open(hostnameOf(slug)),
			})),
		);
		const idOf = new Map((await world.tenants()).map(({ slug, tenantId }) => [slug, tenantId]));
		expect(seen).toEqual(
			slugs.map((slug) => ({ slug, dns: ["127.0.0.1"], https: { status: 200, tenantId: idOf.get(slug) } })),
		);
	});

	it("leave nothing in the queues, the dead letter queues included", async () => {
		expect(await world.leftInQueues(20_000)).toEqual([]);
	});

	it("share a few calls of Route 53, which never has to throttle", () => {
		const { ChangeResourceRecordSets: writes, ...other } = world.cloud.services.route53.calls();
		expect(writes).toBeLessThanOrEqual(8);
		// The looks at a change's status spend the same ten requests a second.
		expect(other["GetChange"]).toBeLessThanOrEqual(40);
	});

	it("take at most 8 state transitions each, straight through the five steps", async () => {
		expect(world.cloud.services.states.transitions()).toBeLessThanOrEqual(8 * slugs.length);
		const executions = await world.executions();
		expect(executions).toHaveLength(slugs.length);
		const [first] = executions;
		expect(statesEntered(await world.history(first?.name ?? ""))).toEqual([
			"CheckCertificate",
			"SyncRecords",
			"PublishRoute",
			"ProbeRoute",
			"ActivateTenant",
		]);
	});

	it("tell whoever has no name here that there is nothing", async () => {
		expect(await world.viewer.resolve(hostnameOf("nobody"))).toEqual([]);
		expect(await world.viewer.open(hostnameOf("nobody"))).toEqual({ status: 404, tenantId: "" });
	});
});
