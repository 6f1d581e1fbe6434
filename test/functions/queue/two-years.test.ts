import { X509Certificate } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { seen } from "../../../domain/domain-observations.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aDomainClaim } from "../../builders/a-custom-domain.ts";
import { edge, link, nothing } from "../../builders/a-look.ts";
import { see } from "../../builders/a-seen-domain.ts";
import { aClaim, aTenant, tenantId, withTrue } from "../../builders/entities.ts";
import { sqsEvent } from "../../builders/lambda-events.ts";
import {
	aCloudFrontWorld,
	type CloudFrontWorld,
	connectionGroupId,
	distributionId,
} from "../../local/cloudfront/world.ts";

vi.mock(import("../../../services/observe-domain.ts"));
vi.mock("../../../services/pace.ts", () => ({ turnFor: () => Promise.resolve() }));

const shop = "shop.app.example.com";
const dayMs = 86_400_000;
let cloud: Cloud;
let world: CloudFrontWorld;
// Clients read where AWS is as they are made, so the world stands first.
let watch: typeof import("../../../functions/queue/check-waits.ts").handler;
let tenants: typeof import("../../../services/distribution-tenants.ts");
let certificates: typeof import("../../../services/domain-certificates.ts");
let waits: typeof import("../../../services/waits.ts");
let dynamodb: typeof import("../../../services/dynamodb.ts");
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	// Of AWS these two are the embedded ones.
	cloud.acm.restore();
	cloud.cloudFront.restore();
	world = await aCloudFrontWorld();
	vi.stubEnv("AWS_ENDPOINT_URL_ACM", world.url);
	vi.stubEnv("AWS_ENDPOINT_URL_CLOUDFRONT", world.url);
	vi.stubEnv("MULTI_TENANT_DISTRIBUTION_ID", distributionId);
	vi.resetModules();
	({ handler: watch } = await import("../../../functions/queue/check-waits.ts"));
	tenants = await import("../../../services/distribution-tenants.ts");
	certificates = await import("../../../services/domain-certificates.ts");
	waits = await import("../../../services/waits.ts");
	dynamodb = await import("../../../services/dynamodb.ts");
	vi.useFakeTimers({ toFake: ["Date"], now: world.clock.now() });
});
afterEach(async () => {
	vi.useRealTimers();
	vi.unstubAllEnvs();
	await world.close();
});
afterAll(() => cloud.close());

const check = { kind: "domain-watch", subject: `${shop}#7` } as const;

/** An active domain whose certificate, of so many days, was issued by a record that stands. */
async function anActiveDomain(days: number) {
	world.acm().setValidityDays(days);
	const arn = await world.issued(shop);
	await world.pass(2_000);
	const { id } = await tenants.createTenant({
		...{ hostname: shop, tenantId, environment: "test", certificate: { arn }, distributionId, connectionGroupId },
	});
	const { validationRecord, notAfter = "" } = (await certificates.describeDomainCertificate(arn)) ?? {};
	if (!validationRecord) throw new Error("The certificate has no record.");
	const custom = { validation: "dns", proofs: ["txt"], certificateArn: arn, certificateEndsAt: notAfter } as const;
	const claim = aDomainClaim(
		{ ...custom, proofs: ["txt"], validationRecord, distributionTenantId: id },
		{ hostname: shop },
	);
	const conditions = [
		"OwnershipVerified",
		"CertificateIssued",
		"EdgeAttached",
		"RecordsInSync",
		"RoutePublished",
	] as const;
	await cloud.hold({ tenant: aTenant({ customHostnames: [shop] }), claim: withTrue(claim, ...conditions, "Serving") });
	await cloud.hold({ claim: aClaim() });
	await dynamodb.transact([waits.checkPut(check, new Date(world.clock.now()).toISOString())]);
	return { arn, record: validationRecord };
}
type Record = { name: string; value: string };

/** What a look sees besides AWS: whether the customer's record stands. */
function customerHas(record: Record, stands: boolean): void {
	const [name, value] = [record.name.replace(/\.$/, ""), record.value.replace(/\.$/, "")];
	const tls = { outcome: "handshake", names: [shop], notAfter: "2999-01-01T00:00:00.000Z", error: undefined } as const;
	const http = seen({ outcome: "answer", status: 200, tenantId } as const);
	see({
		addresses: seen([{ address: edge[0], tls: seen(tls), http }]),
		validation: seen(stands ? { ...nothing("answer"), chain: [link(name, value)] } : nothing("nxdomain")),
	});
}

/** Lets so many days pass, with the daily look in each. */
async function live(days: number, each: () => unknown): Promise<void> {
	for (let day = 0; day < days; day++) {
		await world.clock.advance(dayMs);
		vi.setSystemTime(world.clock.now());
		await watch(sqsEvent({ version: 1, ...check }));
		await each();
	}
}

/** A key is made in real time, in which days pass quickly here: the clock stands until one that is due is there. */
async function renewed(arn: string): Promise<void> {
	const endsMs = () => Date.parse(new X509Certificate(world.acm().tlsFor(arn)?.cert ?? "").validTo);
	await vi.waitUntil(() => endsMs() - world.clock.now() >= 10 * dayMs, { timeout: 20_000, interval: 5 });
}
const notices = () =>
	cloud.told().flatMap(({ detailType, detail }) => (detailType === "CertificateExpiring" ? [detail] : []));

describe.each([
	[198, [45, 30, 14, 7]],
	[100, [45, 30, 14, 7]],
	[47, [14, 7]],
])("an active domain with certificates of %d days", (days, stages) => {
	it("is served by one that is good on every day of two years, and nobody is bothered", async () => {
		const { arn, record } = await anActiveDomain(days);
		customerHas(record, true);
		await live(730, async () => {
			await renewed(arn);
			expect(world.acm().statusOf(arn)).toBe("ISSUED");
		});
		expect(notices()).toEqual([]);
		const { custom } = (await cloud.claim(shop)) ?? {};
		expect(custom).not.toHaveProperty("expiryTold");
		expect(Date.parse(custom.certificateEndsAt)).toBeGreaterThan(world.clock.now());
	}, 60_000);

	it("is warned of in time, by whose record is missing, and well again once it is back", async () => {
		const { arn, record } = await anActiveDomain(days);
		customerHas(record, false);
		world.setCname(record.name, "elsewhere.example.net.");
		await live(days - 5, () => {});
		const told = notices().map(({ stage }) => stage);
		// Whether the day's look comes before ACM's decides on the first one of a short life.
		expect(told.slice(-stages.length)).toEqual(stages);
		expect(new Set(told).size).toBe(told.length);
		for (const notice of notices()) expect(notice.fix).toContain(record.name.replace(/\.$/, ""));
		world.setCname(record.name, record.value);
		customerHas(record, true);
		await live(10, async () => {
			await renewed(arn);
			expect(world.acm().statusOf(arn)).toBe("ISSUED");
		});
		expect(notices()).toHaveLength(told.length);
		expect((await cloud.claim(shop))?.["custom"]).not.toHaveProperty("expiryTold");
	}, 60_000);
});
