import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { conditionTypes } from "../../../domain/conditions.ts";
import { handler } from "../../../functions/api/make-primary.ts";
import { routes } from "../../../functions/api/routes.ts";
import { readTenant } from "../../../services/tenants.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aDomainClaim, shop } from "../../builders/a-custom-domain.ts";
import { aClaim, anOperation, aTenant, operationId, tenantId, withTrue } from "../../builders/entities.ts";
import { ask, problem } from "./answers.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
const { hostname: platformName } = aClaim();
beforeEach(async () => {
	await cloud.reset();
	const claim = withTrue(aClaim(), ...conditionTypes);
	await cloud.hold({
		tenant: aTenant({ customHostnames: [shop] }),
		claim,
		operation: anOperation({ status: "succeeded" }),
	});
	await cloud.hold({ claim: withTrue(aDomainClaim(), ...conditionTypes) });
});
afterAll(() => cloud.close());

const post = (hostname: string = shop, key = "key-1") =>
	({
		method: "POST",
		route: "/v1/tenants/{tenantId}/domains/{hostname}/primary",
		...{ pathParameters: { tenantId, hostname }, headers: { "idempotency-key": key } },
	}) as const;
async function accepted(hostname: string, key = "key-1") {
	const { status, body, headers } = await ask(handler, post(hostname, key));
	expect(status, JSON.stringify(body)).toBe(202);
	return { headers, ...routes.makePrimary.reply.schema.parse(body) };
}

describe("POST …/domains/{hostname}/primary", () => {
	it("answers 202 with the operation of the tenant's platform subdomain, and its next ETag", async () => {
		const { operation, headers } = await accepted("SHOP.acme.com");
		expect(operation).toMatchObject({ kind: "change-primary", hostname: platformName, status: "queued" });
		expect(headers).toMatchObject({ location: `/v1/operations/${operation.operationId}`, etag: '"2"' });
		expect(await readTenant(tenantId)).toMatchObject({ primaryHostname: shop });
	});

	it("is undone by the platform subdomain", async () => {
		await cloud.hold({ tenant: aTenant({ customHostnames: [shop], primaryHostname: shop }) });
		await accepted(" ACME.app.example.com ");
		expect(await readTenant(tenantId)).not.toHaveProperty("primaryHostname");
	});

	it("gives the same request the same answer, and refuses its key for another name", async () => {
		const first = await ask(handler, post());
		expect(await ask(handler, post())).toEqual(first);
		expect(await problem(handler, post(platformName))).toMatchObject({ status: 422 });
		expect(cloud.sent("operations")).toHaveLength(1);
	});

	it.each([
		["that is not served yet", aDomainClaim()],
		["that redirects itself", withTrue(aDomainClaim({ redirectTo: platformName }), ...conditionTypes)],
		["that is going", withTrue(aDomainClaim({}, { intent: "remove" }), ...conditionTypes)],
		["of another tenant", withTrue(aDomainClaim({}, { tenantId: "ten_other" }), ...conditionTypes)],
	])("refuses a domain %s", async (_, claim) => {
		await cloud.hold({ claim });
		expect(await problem(handler, post())).toMatchObject({ type: "/errors/domain-not-active", status: 409 });
		expect(await readTenant(tenantId)).not.toHaveProperty("primaryHostname");
	});

	it("refuses a name that the tenant has not, and what is no name", async () => {
		expect(await problem(handler, post("www.acme.com"))).toMatchObject({ type: "/errors/domain-not-active" });
		expect(await problem(handler, post("other.app.example.com"))).toMatchObject({ type: "/errors/domain-not-active" });
		expect(await problem(handler, post("localhost"))).toMatchObject({ status: 400, field: "hostname" });
	});

	it("waits for its turn behind another operation of the tenant", async () => {
		await cloud.hold({ operation: anOperation({ status: "running" }) });
		expect(await problem(handler, post())).toMatchObject({
			...{ type: "/errors/operation-in-progress", detail: expect.stringContaining(operationId) },
		});
	});
});
