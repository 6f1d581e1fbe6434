import { DescribeCertificateCommand } from "@aws-sdk/client-acm";
import { GetDistributionTenantByDomainCommand } from "@aws-sdk/client-cloudfront";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { withCondition } from "../../../domain/conditions.ts";
import { handler } from "../../../functions/api/verify-domain.ts";
import { transact } from "../../../services/dynamodb.ts";
import { observeDomain } from "../../../services/observe-domain.ts";
import { checkPut, park, readCheckOnly } from "../../../services/waits.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aDomainClaim, anAttachment, attaching, certificateArn, shop } from "../../builders/a-custom-domain.ts";
import { cloudFrontHas, elsewhere, noSuchEntity, see } from "../../builders/a-seen-domain.ts";
import { aClaim, aTenant, aWait, tenantId, withTrue } from "../../builders/entities.ts";
import { ask, problem } from "./answers.ts";

vi.mock(import("../../../services/observe-domain.ts"));

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
const start = Date.UTC(2027, 0, 1);
const at = (seconds: number) => new Date(start + seconds * 1000).toISOString();
beforeEach(async () => {
	await cloud.reset();
	vi.resetAllMocks();
	vi.useFakeTimers({ toFake: ["Date"], now: start });
	see(elsewhere);
	await cloud.hold({ tenant: aTenant({ customHostnames: [shop] }), claim: aDomainClaim(), operation: anAttachment() });
	await park(ownership, aWait({ state: "VerifyOwnership", hostname: shop, operationId: attaching }), at(0));
});
afterEach(() => vi.useRealTimers());
afterAll(() => cloud.close());

const ownership = { kind: "domain-ownership", subject: `${shop}#7` } as const;
const watch = { kind: "domain-watch", subject: `${shop}#7` } as const;
const post = (hostname: string = shop, of = tenantId) =>
	({
		method: "POST",
		route: "/v1/tenants/{tenantId}/domains/{hostname}/verify",
		pathParameters: { tenantId: of, hostname },
	}) as const;

describe("POST …/domains/{hostname}/verify", () => {
	it("says what is seen now, with who mends it and how", async () => {
		const { status, body } = await ask(handler, post("SHOP.acme.com"));
		expect(status).toBe(200);
		expect(body).toMatchObject({
			domain: { hostname: shop, waiting: { kind: "domain-ownership" } },
			diagnosis: {
				...{ hostname: shop, ok: false, reason: "addresses-instead-of-cname", actor: "customer" },
				...{ fix: expect.any(String), record: { type: "CNAME", name: shop }, until: null },
			},
		});
	});

	it("brings the ladder's look forward, which decides, and keeps when the ladder's own was to come", async () => {
		await ask(handler, post());
		expect(await readCheckOnly(ownership)).toMatchObject({ looks: 0, nextCheckAt: at(0), plannedAt: at(60) });
		expect(cloud.sent("checks")).toEqual([{ version: 1, ...ownership, delaySeconds: 0 }]);
	});

	it("lets one of two through that come at the same moment", async () => {
		const answers = await Promise.all([ask(handler, post()), ask(handler, post())]);
		expect(answers.map(({ status }) => status).sort()).toEqual([200, 429]);
	});

	it("is a 429 within ten seconds, which says when to ask again and looks at nothing", async () => {
		await ask(handler, post());
		vi.setSystemTime(start + 9_999);
		expect(await problem(handler, post())).toMatchObject({
			...{ type: "/errors/too-many-checks", status: 429, rule: "interval", retryAfter: "10" },
		});
		expect(observeDomain).toHaveBeenCalledTimes(1);
		vi.setSystemTime(start + 10_000);
		expect((await ask(handler, post())).status).toBe(200);
	});

	it("says of an active domain that all is well, and lets the watch look now", async () => {
		const conditions = [
			"OwnershipVerified",
			"CertificateIssued",
			"EdgeAttached",
			"RecordsInSync",
			"RoutePublished",
		] as const;
		await cloud.hold({ claim: withTrue(aDomainClaim(), ...conditions, "Serving") });
		await cloud.hold({ operation: anAttachment({ status: "succeeded" }) });
		await transact([checkPut(watch, at(0))]);
		see();
		cloudFrontHas(cloud);
		const { body } = await ask(handler, post());
		expect(body["diagnosis"]).toMatchObject({ ok: true, reason: null, actor: null, fix: null });
		expect(cloud.sent("checks")).toEqual([{ version: 1, ...watch, delaySeconds: 0 }]);
	});

	it("knows of another account's distribution what CloudFront has said, until it is asked again or has the domain", async () => {
		const proven = withTrue(aDomainClaim({ validation: "dns" }), "OwnershipVerified", "CertificateIssued");
		const message = "CloudFront has it in another account.";
		const refused = { status: "false", reason: "DomainInUseElsewhere", message, actor: "customer" } as const;
		const conditions = withCondition(proven.conditions, "EdgeAttached", refused, at(0));
		await cloud.hold({ claim: { ...proven, conditions }, operation: anAttachment({ status: "failed" }) });
		see();
		cloud.cloudFront.on(GetDistributionTenantByDomainCommand).rejects(noSuchEntity);
		const verdict = async () => (await ask(handler, post())).body["diagnosis"];
		expect(await verdict()).toMatchObject({ ok: false, reason: "registered-elsewhere", actor: "customer" });
		vi.setSystemTime(start + 10_000);
		cloudFrontHas(cloud);
		expect(await verdict()).toMatchObject({ ok: true });
	});

	it("says that a certificate has failed, though all records are right by now", async () => {
		const claim = withTrue(aDomainClaim({ validation: "dns", certificateArn }), "OwnershipVerified");
		await cloud.hold({ claim, operation: anAttachment({ status: "failed" }) });
		see();
		const Certificate = { Status: "FAILED", FailureReason: "CAA_ERROR" } as const;
		cloud.acm.on(DescribeCertificateCommand, { CertificateArn: certificateArn }).resolves({ Certificate });
		const { body } = await ask(handler, post());
		expect(body).toMatchObject({ diagnosis: { reason: "certificate-forbidden-by-caa", actor: "customer" } });
	});

	it("looks though nobody waits for it: its operation has failed", async () => {
		await cloud.hold({ operation: anAttachment({ status: "failed" }) });
		const { body } = await ask(handler, post());
		expect(body).toMatchObject({ domain: { waiting: null }, diagnosis: { ok: false } });
		expect(cloud.sent("checks")).toEqual([]);
	});

	it.each([
		["one that nobody has", "www.acme.com", undefined],
		["the tenant's platform subdomain", shop, aClaim({ hostname: shop })],
		["another tenant's", shop, aDomainClaim({}, { tenantId: "ten_other" })],
		["one that was given back", shop, aDomainClaim({}, { intent: "released" })],
	])("is a 404 for %s", async (_, hostname, claim) => {
		if (claim) await cloud.hold({ claim });
		expect(await problem(handler, post(hostname))).toMatchObject({ type: "/errors/domain-not-found", status: 404 });
		expect(observeDomain).not.toHaveBeenCalled();
	});

	it("is a 404 for no tenant, and a 400 for no hostname", async () => {
		const nobody = tenantId.replace(/Z$/, "0");
		expect(await problem(handler, post(shop, nobody))).toMatchObject({ type: "/errors/tenant-not-found" });
		expect(await problem(handler, post("a b"))).toMatchObject({ status: 400, field: "hostname" });
	});
});
