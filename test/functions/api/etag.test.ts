import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { conditionTypes } from "../../../domain/conditions.ts";
import { handler as createTenant } from "../../../functions/api/create-tenant.ts";
import { handler as deleteTenant } from "../../../functions/api/delete-tenant.ts";
import { handler as renameTenant } from "../../../functions/api/rename-tenant.ts";
import { handler as resumeTenant } from "../../../functions/api/resume-tenant.ts";
import { handler as showTenant } from "../../../functions/api/show-tenant.ts";
import { handler as suspendTenant } from "../../../functions/api/suspend-tenant.ts";
import { handler as updateTenant } from "../../../functions/api/update-tenant.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, aNewTenant, anOperation, aTenant, tenantId, withTrue } from "../../builders/entities.ts";
import type { HttpRequest } from "../../builders/lambda-events.ts";
import { ask } from "./answers.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const active = () =>
	cloud.hold({
		tenant: aTenant({ revision: 3 }),
		claim: withTrue(aClaim(), ...conditionTypes),
		operation: anOperation({ status: "succeeded" }),
	});
const of = (method: HttpRequest["method"], path: string, body?: unknown): HttpRequest => ({
	...{ method, route: `/v1/tenants/{tenantId}${path}`, pathParameters: { tenantId }, body },
	headers: { "idempotency-key": "key-1", "if-match": '"3"' },
});

describe("every answer that shows one tenant", () => {
	it.each<[string, Parameters<typeof ask>[0], HttpRequest]>([
		["GET", showTenant, of("GET", "")],
		["PATCH", updateTenant, of("PATCH", "", { name: "Other" })],
		["POST …/suspend", suspendTenant, of("POST", "/suspend", { reason: "Unpaid." })],
		["POST …/resume", resumeTenant, of("POST", "/resume", {})],
		["POST …/rename", renameTenant, of("POST", "/rename", { slug: "new" })],
		["DELETE", deleteTenant, of("DELETE", "")],
	])("has the ETag that GET gives right after it: %s", async (_, handler, request) => {
		await active();
		const { headers, body } = await ask(handler, request);
		const shown = await ask(showTenant, of("GET", ""));
		expect(headers?.["etag"]).toMatch(/^"[0-9]+"$/);
		expect(headers?.["etag"]).toBe(shown.headers?.["etag"]);
		expect(headers?.["etag"]).toBe(`"${(body["tenant"] ?? body).revision}"`);
	});

	it("has one from the very first: POST /v1/tenants", async () => {
		const request = { ...of("POST", "", aNewTenant()), route: "/v1/tenants" };
		const { headers, body } = await ask(createTenant, request);
		const { tenant } = body;
		const shown = await ask(showTenant, { ...of("GET", ""), pathParameters: { tenantId: tenant.tenantId } });
		expect(headers).toMatchObject({ etag: '"1"' });
		expect(shown.headers).toMatchObject({ etag: '"1"' });
		expect(shown.body).toEqual(tenant);
	});
});
