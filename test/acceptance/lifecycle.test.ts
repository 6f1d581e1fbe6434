import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { limits } from "../../domain/limits.ts";
import { operationViewSchema } from "../../domain/operation-view.ts";
import { tenantViewSchema } from "../../domain/tenant-view.ts";
import { historyEntrySchema } from "../../functions/api/contracts/tenants.ts";
import { aWorld, hostnameOf, stack, type Told, type World } from "./world.ts";

const acceptedSchema = z.object({ tenant: tenantViewSchema, operation: operationViewSchema });

/** The tests follow one tenant through its life, so each goes on where the one before it ended. */
describe("the life of a tenant", () => {
	let world: World;
	let told: Told;
	let tenantId: string;
	beforeAll(async () => {
		world = await aWorld();
		told = world.listenTo({ source: ["hostmaster"] });
		const { tenant, operation } = await world.client.createTenant(world.client.newTenant("acme"));
		({ tenantId } = tenant);
		expect(await end(operation.operationId)).toBe("succeeded");
	});
	afterAll(() => world?.close());

	const show = async () => tenantViewSchema.parse((await world.call("GET", `/v1/tenants/${tenantId}`)).json);
	const end = async (operationId: string) => {
		const { status, failure } = await world.client.follow(operationId, 40_000, () => {});
		return failure ? `${status}: ${failure.step} ${failure.error} ${failure.detail}` : status;
	};
	const seen = async (slug: string) => {
		const { status, tenantId: whose } = await world.viewer.open(hostnameOf(slug));
		return { status, whose };
	};
	/** The edge may route by what it read of the map some seconds ago. */
	const becomes = (slug: string, expected: { status: number; whose: string }) =>
		expect
			.poll(() => seen(slug), { timeout: limits.edgeEntryAge.value * 1_000 + 2_000, interval: 200 })
			.toEqual(expected);
	/** Asks for a change and follows it to its end. */
	async function change(method: string, path: string, body?: unknown, match?: string) {
		const key = method === "POST" ? { key: encodeURIComponent(`${path}-${JSON.stringify(body)}`) } : {};
		const asked = { ...(body !== undefined && { body }), ...(match !== undefined && { match }), ...key };
		const answer = await world.call(method, `/v1/tenants/${tenantId}${path}`, asked);
		expect(answer.status, answer.text).toBe(202);
		const accepted = acceptedSchema.parse(answer.json);
		expect(await end(accepted.operation.operationId)).toBe("succeeded");
		return accepted;
	}

	it("changes what a PATCH names, for whoever has seen the newest state of it", async () => {
		const { etag } = Object.fromEntries((await world.call("GET", `/v1/tenants/${tenantId}`)).headers);
		expect(etag).toBe('"1"');
		const unconditional = await world.call("PATCH", `/v1/tenants/${tenantId}`, { body: { plan: "gold" } });
		expect(unconditional).toMatchObject({
			status: 428,
			json: { type: "/errors/precondition-required", field: "If-Match" },
		});
		await change("PATCH", "", { plan: "gold", config: { theme: "dark" } }, etag);
		expect(await show()).toMatchObject({ status: "active", plan: "gold", config: { theme: "dark" }, revision: 2 });
		const stale = await world.call("PATCH", `/v1/tenants/${tenantId}`, { body: { plan: "tin" }, match: '"1"' });
		expect(stale).toMatchObject({ status: 412, json: { type: "/errors/precondition-failed", rule: "current" } });
	});

	it("is suspended: the edge answers 403, and says so in its status", async () => {
		await change("POST", "/suspend", { reason: "Invoice 7 is overdue" });
		expect(await seen("acme")).toEqual({ status: 403, whose: "" });
		const { status, suspension, nextActor } = await show();
		expect({ status, nextActor }).toEqual({ status: "suspended", nextActor: "operator" });
		expect(suspension).toMatchObject({ reason: "Invoice 7 is overdue", requestedBy: expect.any(String) });
	});

	it("is resumed, and served again", async () => {
		await change("POST", "/resume", {});
		expect(await seen("acme")).toEqual({ status: 200, whose: tenantId });
		expect(await show()).not.toHaveProperty("suspension");
	});

	it("is renamed: the new name is served, the former one redirects", async () => {
		const { operation } = await change("POST", "/rename", { slug: "acme-two" });
		expect(operation).toMatchObject({ formerHostname: hostnameOf("acme"), hostname: hostnameOf("acme-two") });
		expect(await seen("acme-two")).toEqual({ status: 200, whose: tenantId });
		await becomes("acme", { status: 308, whose: "" });
		expect(await world.viewer.resolve(hostnameOf("acme"))).toEqual(["127.0.0.1"]);
		const taken = await world.call("GET", "/v1/slugs/acme");
		expect(taken.json).toMatchObject({ state: "taken" });
	});

	it("is renamed back, without a write to the zone: the former name's records stand", async () => {
		const before = world.cloud.services.route53.calls()["ChangeResourceRecordSets"];
		const { operation } = await change("POST", "/rename", { slug: "acme" });
		expect(operation.steps.map(({ name }) => name)).toEqual(["PublishRoute", "ProbeRoute", "CompleteUpdate"]);
		expect(await seen("acme")).toEqual({ status: 200, whose: tenantId });
		await becomes("acme-two", { status: 308, whose: "" });
		expect(world.cloud.services.route53.calls()["ChangeResourceRecordSets"]).toBe(before);
	});

	it("leaves: 410 at the edge, no name resolves, nobody else may have them, and nothing else can be changed", async () => {
		const { tenant, operation } = await change("DELETE", "?reason=Contract%20ended");
		expect(tenant.status).toBe("removing");
		expect(operation.steps.map(({ name }) => name)).toEqual([
			...["CancelRunning", "WithdrawRoutes", "RemoveRecords", "ReleaseHostnames"],
		]);
		for (const slug of ["acme", "acme-two"]) {
			await becomes(slug, { status: 410, whose: "" });
			expect(await world.viewer.resolve(hostnameOf(slug))).toEqual([]);
			expect((await world.call("GET", `/v1/slugs/${slug}`)).json).toMatchObject({ state: "quarantined" });
		}
		expect(await show()).toMatchObject({ status: "released", releasedAt: expect.any(String), nextActor: null });
		const again = await world.call("DELETE", `/v1/tenants/${tenantId}`);
		expect(acceptedSchema.parse(again.json).operation.operationId).toBe(operation.operationId);
		const late = await world.call("POST", `/v1/tenants/${tenantId}/resume`, { body: {}, key: "late" });
		expect(late).toMatchObject({ status: 409, json: { type: "/errors/tenant-leaving" } });
	});

	it("lets the customer sign up again, under another name", async () => {
		const again = { ...world.client.newTenant("acme"), slug: "acme-three" };
		const { operation } = await world.client.createTenant(again);
		expect(await end(operation.operationId)).toBe("succeeded");
	});

	it("is told on the bus, end by end", async () => {
		const types = (await told())
			.filter(({ detail }) => detail["tenantId"] === tenantId)
			.map(({ detailType }) => detailType);
		expect(types).toEqual([
			...["TenantActivated", "TenantUpdated", "TenantSuspended", "TenantResumed"],
			...["TenantRenamed", "TenantRenamed", "TenantOffboarded"],
		]);
	});

	it("is kept as a history of who asked what, when, and with what end", async () => {
		const { json } = await world.call("GET", `/v1/tenants/${tenantId}/history?limit=4`);
		const first = z.object({ history: z.array(historyEntrySchema), next: z.string() }).parse(json);
		const rest = await world.call("GET", `/v1/tenants/${tenantId}/history?limit=100&cursor=${first.next}`);
		const all = [...first.history, ...z.object({ history: z.array(historyEntrySchema) }).parse(rest.json).history];
		expect(all.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
			...["onboard-tenant succeeded", "update-tenant succeeded", "suspend-tenant succeeded", "resume-tenant succeeded"],
			...["rename-tenant succeeded", "rename-tenant succeeded", "offboard-tenant succeeded"],
		]);
		expect(all.map(({ reason }) => reason).filter(Boolean)).toEqual(["Invoice 7 is overdue", "Contract ended"]);
		for (const { happenings, requestedBy } of all) {
			expect(happenings.map(({ what }) => what)).toEqual(["accepted", "started", "succeeded"]);
			expect(happenings[0]?.by).toBe(requestedBy);
		}
	});

	it("leaves map entries that expire with the quarantine, as a fence against late writers", async () => {
		const rows = (await world.rows(stack.mapTable)).filter((row) => row["tenantId"] === tenantId);
		const days = rows.map((row) => (Number(row["expiresAt"]) - Date.now() / 1000) / 86_400);
		expect(rows.map((row) => row["status"])).toEqual(["removing", "removing"]);
		for (const left of days) expect(left).toBeCloseTo(90, 1);
	});
});
