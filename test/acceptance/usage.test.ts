import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hourOf, monthOf, type UsageView, usageViewSchema } from "../../domain/usage.ts";
import { edgeLimits } from "../../local/edge/limits.ts";
import { aWorld, hostnameOf, stack, type World } from "./world.ts";

/** From viewers' requests over the edge's log, in its bucket, to what the billing system is told. */
describe("what viewers ask of a tenant's name", () => {
	let world: World;
	let tenantId: string;
	beforeAll(async () => {
		world = await aWorld();
		const { tenant, operation } = await world.client.createTenant(world.client.newTenant("acme"));
		({ tenantId } = tenant);
		expect((await world.client.follow(operation.operationId, 40_000, () => {})).status).toBe("succeeded");
	});
	afterAll(() => world?.close());

	/** The hourly run, now. */
	const count = () =>
		world.cloud.services.lambda.invoke(world.cloud.services.lambda.arnOf(stack.functionName("countUsage")), {});
	const usage = async (month = monthOf(hourOf(Date.now()))): Promise<UsageView> =>
		usageViewSchema.parse((await world.call("GET", `/v1/tenants/${tenantId}/usage?month=${month}`)).json);
	/** What is counted once the log has come. */
	const settled = async (requests: (counted: number) => boolean) => {
		await expect
			.poll(
				async () => {
					expect(await count()).toMatchObject({ ok: true });
					return requests((await usage()).requests);
				},
				{ timeout: 3 * edgeLimits.logDeliveryMs.value, interval: 500 },
			)
			.toBe(true);
		return usage();
	};

	it("is counted by hostname, once, under the rights of the function's own role", async () => {
		// The probe of the onboarding came through the edge, too.
		const before = await settled((requests) => requests > 0);
		for (let times = 0; times < 5; times++) expect((await world.viewer.open(hostnameOf("acme"))).status).toBe(200);
		expect((await world.viewer.open(hostnameOf("nobody"))).status).toBe(404);
		const after = await settled((requests) => requests >= before.requests + 5);
		expect(after.requests).toBe(before.requests + 5);
		expect(after.bytesOut).toBeGreaterThan(before.bytesOut + 5 * 100);
		expect(after.bytesIn).toBeGreaterThan(before.bytesIn + 5 * 50);
		expect(after.hostnames.map(({ hostname }) => hostname)).toEqual([hostnameOf("acme")]);
		await count();
		expect(await usage()).toEqual(after);
	});

	it("says through when all is counted: a day ago, for so late a log may come", async () => {
		const { through } = await usage();
		const daysAgo = (Date.now() - Date.parse(through ?? "")) / 86_400_000;
		expect(daysAgo).toBeGreaterThanOrEqual(1);
		expect(daysAgo).toBeLessThan(1.1);
	});

	it("is nothing in a month in which nobody asked", async () => {
		expect(await usage("2026-01")).toMatchObject({ requests: 0, hostnames: [] });
	});
});
