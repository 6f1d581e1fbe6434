import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { conditionTypes } from "../../../domain/conditions.ts";
import { routes } from "../../../functions/api/routes.ts";
import { handler as showTenant } from "../../../functions/api/show-tenant.ts";
import { handler } from "../../../functions/api/update-tenant.ts";
import { keys } from "../../../services/registry.ts";
import { readTenant } from "../../../services/tenants.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, aFailedOperation, anOperation, aTenant, tenantId, withTrue } from "../../builders/entities.ts";
import { ask, problem } from "./answers.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const whole = aTenant({ revision: 3, plan: "pro", externalRef: "cus_1" });
const claim = withTrue(aClaim(), ...conditionTypes);

const patch = (body: unknown, headers: Record<string, string> = { "if-match": '"3"' }) =>
	({ method: "PATCH", route: "/v1/tenants/{tenantId}", pathParameters: { tenantId }, body, headers }) as const;
async function active(): Promise<void> {
	await cloud.hold({ tenant: whole, claim, operation: anOperation({ status: "succeeded" }) });
	await cloud.put("registry", { ...keys.externalRef("cus_1"), tenantId });
}
async function patched(body: unknown) {
	const { status, body: answer, headers } = await ask(handler, patch(body));
	expect(status).toBe(202);
	return { headers, ...routes.updateTenant.reply.schema.parse(answer) };
}
const nothingChanged = async () => {
	expect(await readTenant(tenantId)).toEqual(whole);
	expect(cloud.sent("operations")).toEqual([]);
};

describe("PATCH /v1/tenants/{tenantId}", () => {
	it("answers 202 with the tenant as it will be, the operation, and the ETag of the next one", async () => {
		await active();
		const { tenant, operation, headers } = await patched({ name: "Other", config: { theme: "dark" } });
		expect(tenant).toMatchObject({ name: "Other", config: { theme: "dark" }, plan: "pro", revision: 4 });
		expect(operation).toMatchObject({ kind: "update-tenant", status: "queued", requestedBy: "billing" });
		expect(headers).toMatchObject({ etag: '"4"', location: `/v1/operations/${operation.operationId}` });
		expect(cloud.sent("operations")).toMatchObject([{ operationId: operation.operationId }]);
		const shown = await ask(showTenant, { ...patch(undefined), method: "GET" });
		expect(shown.headers).toMatchObject({ etag: '"4"' });
	});

	it("takes away what is null", async () => {
		await active();
		const { tenant } = await patched({ plan: null, externalRef: null });
		expect(tenant).not.toHaveProperty("plan");
		expect(tenant).not.toHaveProperty("externalRef");
		expect(await readTenant(tenantId)).not.toHaveProperty("plan");
		expect(await cloud.row("registry", keys.externalRef("cus_1"))).toBeUndefined();
	});

	it("moves the externalRef, and frees the one of before", async () => {
		await active();
		await patched({ externalRef: "cus_2" });
		expect(await cloud.row("registry", keys.externalRef("cus_2"))).toMatchObject({ tenantId });
		expect(await cloud.row("registry", keys.externalRef("cus_1"))).toBeUndefined();
	});

	it("reads origin and routes in canonical form", async () => {
		await active();
		const origin = { host: "OTHER.origins.example.net" };
		const { tenant } = await patched({ origin, routes: [{ prefix: "/ai", origin }] });
		expect(tenant.origin).toMatchObject({ host: "other.origins.example.net", port: 443, protocol: "https" });
		expect(tenant.routes).toMatchObject([{ prefix: "/ai", origin: tenant.origin }]);
	});
});

describe("a PATCH that does not say what it has seen", () => {
	it("is a 428", async () => {
		await active();
		expect(await problem(handler, patch({ name: "Other" }, {}))).toMatchObject({
			...{ type: "/errors/precondition-required", status: 428, field: "If-Match", rule: "required" },
		});
		await nothingChanged();
	});

	it.each(['"2"', '"4"'])("or has seen another state (%s) is a 412, which says what stands by now", async (etag) => {
		await active();
		expect(await problem(handler, patch({ name: "Other" }, { "if-match": etag }))).toMatchObject({
			...{ type: "/errors/precondition-failed", status: 412, field: "If-Match", rule: "current" },
			detail: expect.stringContaining('"3"'),
		});
		await nothingChanged();
	});

	it.each(["3", "*", 'W/"3"', '"three"', '"0"', '"3", "4"'])(
		"in the form of an ETag of ours is a 400: %s",
		async (etag) => {
			await active();
			expect(await problem(handler, patch({ name: "Other" }, { "if-match": etag }))).toMatchObject({
				...{ status: 400, field: "if-match", rule: "format" },
			});
			await nothingChanged();
		},
	);

	it.each([{ name: "Other" }, { externalRef: "cus_2" }])(
		"has one winner of many that saw the same: %j",
		async (body) => {
			await active();
			const answers = await Promise.all(Array.from({ length: 5 }, () => ask(handler, patch(body))));
			expect(answers.map(({ status }) => status).sort()).toEqual([202, 412, 412, 412, 412]);
			expect(await readTenant(tenantId)).toMatchObject({ revision: 4 });
		},
	);
});

describe("a PATCH that is not valid", () => {
	const evil = { host: "evil.example.org" };
	it.each<[string, unknown, string, string]>([
		["nothing", {}, "body", "limit"],
		["a slug, which a rename is for", { slug: "other" }, "slug", "unknown"],
		["a member nobody knows", { name: "Other", colour: "red" }, "colour", "unknown"],
		["no JSON", "{", "body", "json"],
		["no name", { name: null }, "name", "type"],
		["an empty name", { name: " " }, "name", "minimum"],
		["an origin outside of the allow-list", { origin: evil }, "origin.host", "allowed"],
		[
			"a route outside of the allow-list",
			{ routes: [{ prefix: "/ai", origin: evil }] },
			"routes.0.origin.host",
			"allowed",
		],
		["an externalRef with a space", { externalRef: "a b" }, "externalRef", "format"],
	])("names the member and the rule, and changes nothing: %s", async (_, body, field, rule) => {
		await active();
		const found = await problem(handler, patch(body));
		expect(found).toMatchObject({ status: 400, field });
		if (rule !== "allowed") expect(found).toMatchObject({ rule });
		await nothingChanged();
	});

	it("is a 400 for what cannot be an id, and a 404 for what is none", async () => {
		const odd = { ...patch({ name: "Other" }), pathParameters: { tenantId: "acme" } };
		expect(await problem(handler, odd)).toMatchObject({ status: 400, field: "tenantId" });
		expect(await problem(handler, patch({ name: "Other" }))).toMatchObject({ type: "/errors/tenant-not-found" });
	});
});

describe("a PATCH in conflict", () => {
	it.each([
		["another operation is under way", anOperation({ status: "running" }), "/errors/operation-in-progress"],
		["the onboarding is not through", aFailedOperation(), "/errors/onboarding-unfinished"],
	])("is a 409 while %s", async (_, operation, type) => {
		await active();
		await cloud.hold({ operation });
		expect(await problem(handler, patch({ name: "Other" }))).toMatchObject({ type, status: 409 });
		await nothingChanged();
	});

	it("is a 409 when the tenant leaves", async () => {
		await active();
		await cloud.hold({ claim: { ...claim, intent: "remove" } });
		expect(await problem(handler, patch({ name: "Other" }))).toMatchObject({ type: "/errors/tenant-leaving" });
	});

	it("is a 409 for an externalRef that another tenant has", async () => {
		await active();
		await cloud.put("registry", { ...keys.externalRef("cus_2"), tenantId: "ten_other" });
		expect(await problem(handler, patch({ externalRef: "cus_2" }))).toMatchObject({
			...{ type: "/errors/external-ref-taken", status: 409, field: "externalRef", rule: "unique" },
		});
		await nothingChanged();
	});
});
