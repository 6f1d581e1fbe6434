import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Claim, releasedClaim } from "../../../domain/claim.ts";
import { limits } from "../../../domain/limits.ts";
import { handler } from "../../../functions/api/attach-domain.ts";
import { transact } from "../../../services/dynamodb.ts";
import { neighbourhoodPut, readNeighbourhood } from "../../../services/neighbours.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aDomainClaim, anAttachment, shop } from "../../builders/a-custom-domain.ts";
import { aClaim, aTenant, tenantId, withTrue } from "../../builders/entities.ts";
import type { HttpRequest } from "../../builders/lambda-events.ts";
import { problem } from "./answers.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	await cloud.hold({ tenant: aTenant({ customHostnames: [] }), claim: aClaim() });
});
afterAll(() => cloud.close());

const post = (body: object = {}, of = tenantId): HttpRequest => ({
	...{ method: "POST", route: "/v1/tenants/{tenantId}/domains", pathParameters: { tenantId: of } },
	...{ headers: { "idempotency-key": "key-1" }, body: { hostname: shop, ...body } },
});
async function owned(...claims: Claim[]): Promise<void> {
	await cloud.hold({ tenant: aTenant({ customHostnames: claims.map(({ hostname }) => hostname) }) });
	for (const claim of claims) await cloud.hold({ claim });
}
const many = (count: number, claimOf: (hostname: string) => Claim) =>
	owned(...Array.from({ length: count }, (_, at) => claimOf(`shop${at}.acme.com`)));
const proven = (hostname: string, more: Partial<Claim> = {}) =>
	withTrue(aDomainClaim({}, { hostname, ...more }), "OwnershipVerified");
async function neighbour(hostname: string): Promise<void> {
	await cloud.hold({ claim: proven(hostname, others) });
	await transact([neighbourhoodPut(await readNeighbourhood(hostname), hostname)]);
}
const others = { tenantId: "ten_other" };
const nothing = async () => undefined;

describe("a domain that cannot be attached", () => {
	const target = { redirectTo: "www.acme.com" };
	it.each<[string, string, string, () => Promise<unknown>, object?]>([
		["a public suffix", "invalid-request", "public-suffix", nothing, { hostname: "co.uk" }],
		["a name of the platform", "invalid-request", "platform-zone", nothing, { hostname: "x.app.example.com" }],
		["an address", "invalid-request", "ip-literal", nothing, { hostname: "192.0.2.1" }],
		["a wildcard that HTTP is to validate", "invalid-request", "wildcard", nothing, { hostname: "*.acme.com" }],
		["a redirect to nobody's name", "invalid-request", "own-name", nothing, target],
		[
			"another tenant's",
			"domain-taken",
			"unique",
			() => cloud.hold({ claim: withTrue(aDomainClaim({}, others), "Serving") }),
		],
		["one beneath another tenant's wildcard", "domain-taken", "overlaps-another-tenant", () => neighbour("*.acme.com")],
		[
			"another tenant's of late",
			"domain-quarantined",
			"quarantine",
			() => cloud.hold({ claim: releasedClaim(proven(shop, others), new Date().toISOString()) }),
		],
		[
			"one that the tenant has",
			"domain-attached",
			"new",
			async () => {
				await owned(proven(shop));
				await cloud.hold({ operation: anAttachment({ status: "succeeded" }) });
			},
		],
		[
			"one that it is attaching",
			"operation-in-progress",
			"one-at-a-time",
			async () => {
				await owned(aDomainClaim());
				await cloud.hold({ operation: anAttachment() });
			},
		],
		[
			"one that is being taken down",
			"operation-in-progress",
			"one-at-a-time",
			() => owned(aDomainClaim({}, { intent: "remove" })),
		],
		[
			"one more than may wait for their proof",
			"too-many-domains",
			"maximum-pending",
			() => many(limits.pendingDomainsPerTenant.value, (hostname) => aDomainClaim({}, { hostname })),
		],
		[
			"one more than a tenant may have",
			"too-many-domains",
			"maximum",
			() => many(limits.customDomainsPerTenant.value, proven),
		],
		[
			"one of a tenant that leaves",
			"tenant-leaving",
			"leaving",
			() => cloud.hold({ claim: aClaim({ intent: "remove" }) }),
		],
	])("%s: %s", async (_, type, rule, given, body) => {
		await given();
		const before = await cloud.claim(shop);
		expect(await problem(handler, post(body))).toMatchObject({ type: `/errors/${type}`, rule });
		expect(await cloud.claim(shop)).toEqual(before);
		expect(cloud.sent("operations")).toEqual([]);
	});

	it("is a 404 for no tenant, and a 400 for what it does not know", async () => {
		const nobody = tenantId.replace(/Z$/, "0");
		expect(await problem(handler, post({}, nobody))).toMatchObject({ type: "/errors/tenant-not-found" });
		expect(await problem(handler, post({ validation: "mail" }))).toMatchObject({ field: "validation", rule: "one-of" });
		expect(await problem(handler, post({ colour: "red" }))).toMatchObject({ field: "colour", rule: "unknown" });
	});

	it("is not decided on while one of the tenant's claims cannot be read", async () => {
		await owned(aDomainClaim({}, { hostname: "www.acme.com" }));
		await cloud.put("registry", { ...(await cloud.claim("www.acme.com")), generation: "seven" });
		expect(await problem(handler, post())).toMatchObject({ status: 500 });
		expect(cloud.sent("operations")).toEqual([]);
	});
});
