import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { releasedClaim } from "../../../domain/claim.ts";
import { handler as detachDomain } from "../../../functions/api/detach-domain.ts";
import { handler as diagnoseDomain } from "../../../functions/api/diagnose-domain.ts";
import { handler as listDomains } from "../../../functions/api/list-domains.ts";
import { routes } from "../../../functions/api/routes.ts";
import { handler as showDomain } from "../../../functions/api/show-domain.ts";
import { observeDomain } from "../../../services/observe-domain.ts";
import { park } from "../../../services/waits.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aDomainClaim, anAttachment, attaching, shop } from "../../builders/a-custom-domain.ts";
import { allSee, cname } from "../../builders/a-look.ts";
import { elsewhere, see } from "../../builders/a-seen-domain.ts";
import { aClaim, aTenant, aWait, longAgo, tenantId, withTrue } from "../../builders/entities.ts";
import { ask, problem } from "./answers.ts";

vi.mock(import("../../../services/observe-domain.ts"));

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
const other = "www.acme.com";
const tenant = aTenant({ customHostnames: [shop, other] });
beforeEach(async () => {
	await cloud.reset();
	vi.resetAllMocks();
	await cloud.hold({ tenant, claim: aClaim(), operation: anAttachment() });
	await cloud.hold({ claim: aDomainClaim() });
});
afterAll(() => cloud.close());

const of = (hostname: string, method: "GET" | "DELETE" = "GET") =>
	({ method, route: "/v1/tenants/{tenantId}/domains/{hostname}", pathParameters: { tenantId, hostname } }) as const;

describe("GET …/domains", () => {
	const list = (id = tenantId) =>
		({ method: "GET", route: "/v1/tenants/{tenantId}/domains", pathParameters: { tenantId: id } }) as const;

	it("lists the tenant's domains in the order in which they came, and nobody else's", async () => {
		await cloud.hold({ claim: aDomainClaim({}, { hostname: other }) });
		await cloud.hold({ tenant: { ...tenant, customHostnames: [other, shop, "lost.acme.com", "theirs.acme.com"] } });
		await cloud.hold({ claim: aDomainClaim({}, { hostname: "theirs.acme.com", tenantId: "ten_other" }) });
		const { body } = await ask(listDomains, list());
		const { domains } = routes.listDomains.reply.schema.parse(body);
		expect(domains.map(({ hostname }) => hostname)).toEqual([other, shop]);
	});

	it("is empty where there is none, and a 404 for no tenant", async () => {
		await cloud.hold({ tenant: aTenant() });
		expect((await ask(listDomains, list())).body).toEqual({ domains: [] });
		const nobody = tenantId.replace(/Z$/, "0");
		expect(await problem(listDomains, list(nobody))).toMatchObject({ type: "/errors/tenant-not-found" });
	});
});

describe("GET …/domains/{hostname}", () => {
	it("shows what its operation waits for", async () => {
		const check = { kind: "domain-ownership", subject: `${shop}#7` } as const;
		await park(check, aWait({ state: "VerifyOwnership", hostname: shop, operationId: attaching }), longAgo);
		const { body } = await ask(showDomain, of("Shop.acme.com"));
		const { domain, operation } = routes.showDomain.reply.schema.parse(body);
		expect(domain.waiting).toMatchObject({ kind: "domain-ownership", since: longAgo, lastSeen: null });
		expect(operation).toMatchObject({ operationId: attaching, kind: "attach-domain", status: "running" });
	});

	it("shows one whose operation is not there, and one that was given back", async () => {
		const { lastOperationId: _none, ...claim } = releasedClaim(aDomainClaim(), longAgo);
		await cloud.hold({ claim });
		expect((await ask(showDomain, of(shop))).body).toMatchObject({
			...{ domain: { status: "released", records: [], operationId: null }, operation: null },
		});
	});

	it("is a 404 for one that the tenant has not", async () => {
		expect(await problem(showDomain, of(other))).toMatchObject({ type: "/errors/domain-not-found" });
	});
});

describe("DELETE …/domains/{hostname}", () => {
	it("answers 202 with the operation that cancels what is under way", async () => {
		const { status, body, headers } = await ask(detachDomain, of(shop, "DELETE"));
		const { domain, operation } = routes.detachDomain.reply.schema.parse(body);
		expect(status).toBe(202);
		expect(domain).toMatchObject({ status: "removing", records: [], generation: 1_000_000_001 });
		expect(operation).toMatchObject({ kind: "detach-domain", status: "queued", requestedBy: "billing" });
		expect(headers).toMatchObject({ location: `/v1/operations/${operation.operationId}` });
		expect(await cloud.operation(operation.operationId)).toMatchObject({
			cancels: { operationId: attaching, attempt: 1, kind: "attach-domain" },
			hostnames: [{ hostname: shop, generation: 1_000_000_001 }],
		});
		expect(await cloud.operation(attaching)).toMatchObject({ status: "superseded" });
	});

	it("takes over from an attempt that failed, which needs no stopping", async () => {
		await cloud.hold({ operation: anAttachment({ status: "failed" }) });
		const { body } = await ask(detachDomain, of(shop, "DELETE"));
		expect(await cloud.operation(body["operation"].operationId)).not.toHaveProperty("cancels");
		expect(await cloud.operation(attaching)).toMatchObject({ status: "superseded" });
	});

	it.each([
		["a second time: it is under way", "operation-in-progress", "one-at-a-time", {}, "again"],
		["of the primary name", "domain-in-use", "primary", { primaryHostname: shop }, ""],
		["of a name that another one redirects to", "domain-in-use", "redirected-to", {}, "redirected-to"],
	] as const)("is refused %s", async (_, type, rule, more, given) => {
		await cloud.hold({ tenant: { ...tenant, ...more } });
		if (given === "again") await ask(detachDomain, of(shop, "DELETE"));
		if (given === "redirected-to") await cloud.hold({ claim: aDomainClaim({ redirectTo: shop }, { hostname: other }) });
		expect(await problem(detachDomain, of(shop, "DELETE"))).toMatchObject({ type: `/errors/${type}`, rule });
	});

	it("is a 404 for one that the tenant has not, or has given back", async () => {
		expect(await problem(detachDomain, of(other, "DELETE"))).toMatchObject({ type: "/errors/domain-not-found" });
		await cloud.hold({ claim: releasedClaim(aDomainClaim(), longAgo) });
		expect(await problem(detachDomain, of(shop, "DELETE"))).toMatchObject({ type: "/errors/domain-not-found" });
	});
});

describe("GET /v1/domains/{hostname}/diagnosis", () => {
	const diagnosis = (hostname: string) =>
		({ method: "GET", route: "/v1/domains/{hostname}/diagnosis", pathParameters: { hostname } }) as const;
	const stage = () =>
		vi.mocked(observeDomain).mock.calls.map(([{ connects, target }]) => [connects, target !== undefined]);

	it.each([
		["not proven", [], "addresses-instead-of-cname", false],
		["proven", ["OwnershipVerified"], "addresses-instead-of-cname", false],
		["issued", ["OwnershipVerified", "CertificateIssued"], "addresses-instead-of-cname", false],
		["attached", ["OwnershipVerified", "CertificateIssued", "EdgeAttached"], "addresses-instead-of-cname", true],
	] as const)("of a domain that is %s is for the stage that it is in", async (_, conditions, reason, connects) => {
		await cloud.hold({ claim: withTrue(aDomainClaim(), ...conditions) });
		see(elsewhere);
		expect((await ask(diagnoseDomain, diagnosis(shop))).body).toMatchObject({ hostname: shop, ok: false, reason });
		expect(stage()).toEqual([[connects, true]]);
	});

	it("of a domain with nothing in its way says so", async () => {
		see();
		expect((await ask(diagnoseDomain, diagnosis(shop))).body).toMatchObject({ ok: true, reason: null, record: null });
	});

	it.each([
		["that nobody has", {}, other],
		["beneath a wildcard that nobody has", {}, "*.acme.com"],
		["that is being taken down", { intent: "remove" } as const, shop],
	])("of a hostname %s says that nobody serves it", async (_, more, hostname) => {
		await cloud.hold({ claim: aDomainClaim({}, more) });
		see(elsewhere);
		expect((await ask(diagnoseDomain, diagnosis(hostname))).body).toMatchObject({ reason: "hostname-unknown" });
		expect(stage()).toEqual([[false, false]]);
	});

	it("of one that leads to us and that nobody has warns of whoever comes next", async () => {
		see(allSee({ a: cname("0123456789abcdefghjkmnpqrs.edge.app.example.com") }));
		const { body } = await ask(diagnoseDomain, diagnosis("old.other.com"));
		expect(body).toMatchObject({ reason: "dangling-record", found: expect.stringContaining(".edge.app.example.com") });
	});

	it("is a 400 for what is no hostname", async () => {
		expect(await problem(diagnoseDomain, diagnosis("a..b"))).toMatchObject({ status: 400, field: "hostname" });
	});
});
