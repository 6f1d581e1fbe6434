import { GetDistributionTenantByDomainCommand, VerifyDnsConfigurationCommand } from "@aws-sdk/client-cloudfront";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { CheckKind } from "../../../domain/ladder.ts";
import { handler } from "../../../functions/queue/check-waits.ts";
import { transact } from "../../../services/dynamodb.ts";
import { neighbourhoodPut, readNeighbourhood } from "../../../services/neighbours.ts";
import { observeDomain } from "../../../services/observe-domain.ts";
import { checkPut, park, readCheck } from "../../../services/waits.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aDomainClaim, anAttachment, attaching, shop } from "../../builders/a-custom-domain.ts";
import { addresses, allSee, texts } from "../../builders/a-look.ts";
import { cloudFrontHas, elsewhere, noSuchEntity, see } from "../../builders/a-seen-domain.ts";
import { token } from "../../builders/an-expected-domain.ts";
import { aTenant, aWait, withTrue } from "../../builders/entities.ts";
import { sqsEvent } from "../../builders/lambda-events.ts";

vi.mock(import("../../../services/observe-domain.ts"));
vi.mock(import("../../../services/metrics.ts"));

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	vi.resetAllMocks();
});
afterAll(() => cloud.close());

const states = {
	"domain-ownership": "VerifyOwnership",
	"domain-edge": "AwaitEdge",
	"domain-traffic": "AwaitTraffic",
} as const;
type Kind = keyof typeof states;
const checkOf = (kind: CheckKind) => ({ kind, subject: `${shop}#7` });
const look = (kind: CheckKind) => handler(sqsEvent({ version: 1, ...checkOf(kind) }));
const lastSeen = async (kind: CheckKind) => (await readCheck(checkOf(kind)))?.check.lastSeen;
const condition = async (type: string) => (await cloud.claim(shop))?.["conditions"][type];
const custom = async () => (await cloud.claim(shop))?.["custom"];

async function parked(kind: Kind, claim = aDomainClaim()): Promise<void> {
	const tenant = aTenant({ externalRef: "cus_1", customHostnames: [shop] });
	await cloud.hold({ tenant, claim, operation: anAttachment() });
	const wait = aWait({ state: states[kind], hostname: shop, operationId: attaching, execution: `${attaching}-1` });
	await park(checkOf(kind), wait, new Date().toISOString());
}

/** Another tenant's name around ours. */
async function neighbour(hostname: string, proven: boolean): Promise<void> {
	const claim = aDomainClaim({}, { hostname, tenantId: "ten_other" });
	await cloud.hold({ claim: proven ? withTrue(claim, "OwnershipVerified") : claim });
	await transact([neighbourhoodPut(await readNeighbourhood(hostname), hostname)]);
}

describe("a look at the ownership", () => {
	it("frees its task when DNS shows the proof, and says so once", async () => {
		await parked("domain-ownership");
		see();
		await look("domain-ownership");
		expect(cloud.freed()).toEqual(["token-1"]);
		expect(await condition("OwnershipVerified")).toMatchObject({ status: "true", reason: "Proven" });
		// Whatever becomes of its attachment, it is watched from here on.
		expect(await cloud.rows("waits")).toMatchObject([{ kind: "domain-watch", subject: `${shop}#7` }]);
		expect((await cloud.operation(attaching))?.["stepsDone"]).toHaveProperty("VerifyOwnership");
		expect(cloud.told()).toMatchObject([
			{ detailType: "DomainVerified", detail: { hostname: shop, slug: "acme", externalRef: "cus_1" } },
		]);
		expect((await cloud.rows("registry")).filter(({ sk }) => sk === "EVENT")).toEqual([]);
	});

	it("is pending with the reason of the diagnosis, and does not go on to the certificate", async () => {
		await parked("domain-ownership");
		see(elsewhere);
		await look("domain-ownership");
		expect(await lastSeen("domain-ownership")).toMatch(/^addresses-instead-of-cname: /);
		expect(await condition("OwnershipVerified")).toMatchObject({ status: "false", actor: "customer" });
		expect(observeDomain).toHaveBeenCalledTimes(1);
		expect([...cloud.freed(), ...cloud.failed()]).toEqual([]);
	});

	const proof = texts(`hostmaster-verification=${token}`);
	const txtOnly = allSee({ a: addresses("198.51.100.7"), aaaa: addresses(), proof });
	it.each([
		["waits for the name to lead here, when CloudFront is to validate it", "http", []],
		["is enough, when a DNS record validates: a live site stays where it is", "dns", ["token-1"]],
	] as const)("by TXT alone %s", async (_, validation, freed) => {
		await parked(
			"domain-ownership",
			aDomainClaim({ validation, proofs: validation === "dns" ? ["txt"] : ["cname", "txt"] }),
		);
		see(txtOnly);
		await look("domain-ownership");
		expect(cloud.freed()).toEqual(freed);
	});

	it("counts no CNAME any more once another tenant holds a name of the same domain", async () => {
		await parked("domain-ownership");
		await neighbour("www.acme.com", true);
		see();
		await look("domain-ownership");
		expect(await custom()).toMatchObject({ proofs: ["txt"] });
		expect(cloud.freed()).toEqual([]);
		expect(await lastSeen("domain-ownership")).toMatch(/^cname-is-no-proof: /);
	});

	it("never counts a CNAME of a name that was another tenant's, whose row this claim has taken the place of", async () => {
		await parked("domain-ownership", aDomainClaim({ onceAnothers: true, proofs: ["txt"] }));
		see();
		await look("domain-ownership");
		expect(await custom()).toMatchObject({ proofs: ["txt"] });
		expect(cloud.freed()).toEqual([]);
	});

	it("is over when another tenant has proven a name that overlaps meanwhile", async () => {
		await parked("domain-ownership");
		await neighbour("*.acme.com", true);
		see();
		await look("domain-ownership");
		expect(cloud.failed()).toMatchObject([{ token: "token-1", error: "DomainTaken" }]);
		expect(await readCheck(checkOf("domain-ownership"))).toBeUndefined();
		expect(observeDomain).not.toHaveBeenCalled();
	});

	it("has one winner of two that prove at the same moment: who comes second looks again", async () => {
		await parked("domain-ownership");
		see();
		cloud.overtake(async (actions) => {
			if (actions < 4) return;
			cloud.overtake(() => undefined);
			await neighbour("*.acme.com", true);
		});
		const { batchItemFailures } = await look("domain-ownership");
		expect(batchItemFailures).toHaveLength(1);
		expect([...cloud.freed(), ...cloud.failed(), ...cloud.told()]).toEqual([]);
		expect(await condition("OwnershipVerified")).toMatchObject({ status: "unknown" });
		await look("domain-ownership");
		expect(cloud.failed()).toMatchObject([{ error: "DomainTaken" }]);
	});

	it("minds nobody who has only begun to try", async () => {
		await parked("domain-ownership");
		await neighbour("*.acme.com", false);
		see();
		await look("domain-ownership");
		expect(cloud.freed()).toEqual(["token-1"]);
	});
});

describe("a look at the edge", () => {
	it("frees its task when CloudFront has deployed it and calls the domain active", async () => {
		await parked("domain-edge");
		cloudFrontHas(cloud);
		await look("domain-edge");
		expect(cloud.freed()).toEqual(["token-1"]);
		expect(await condition("EdgeAttached")).toMatchObject({ status: "true", reason: "Deployed" });
	});

	it.each([
		[{ status: "InProgress" }, "CloudFront has it InProgress, the domain active."],
		[{ domain: "inactive" }, "CloudFront has it Deployed, the domain inactive."],
	] as const)("is pending while it is %j", async (tenant, seen) => {
		await parked("domain-edge");
		cloudFrontHas(cloud, tenant);
		await look("domain-edge");
		expect(await lastSeen("domain-edge")).toBe(seen);
		expect(cloud.freed()).toEqual([]);
	});

	it("is pending while CloudFront does not know it, or knows it without its domain", async () => {
		await parked("domain-edge");
		cloud.cloudFront.on(GetDistributionTenantByDomainCommand).rejects(noSuchEntity);
		await look("domain-edge");
		expect(await lastSeen("domain-edge")).toBe("CloudFront does not show the distribution tenant yet.");
		const bare = { DistributionTenant: { Status: "Deployed" } };
		cloud.cloudFront.on(GetDistributionTenantByDomainCommand).resolves(bare);
		await parked("domain-edge");
		await look("domain-edge");
		expect(await lastSeen("domain-edge")).toBe("CloudFront has it Deployed, the domain unknown.");
	});
});

describe("a look at the traffic", () => {
	const attached = withTrue(aDomainClaim(), "OwnershipVerified", "CertificateIssued", "EdgeAttached", "RoutePublished");

	it("frees its task when the name leads to the edge, which answers for this tenant", async () => {
		await parked("domain-traffic", attached);
		cloudFrontHas(cloud);
		see();
		await look("domain-traffic");
		expect(cloud.freed()).toEqual(["token-1"]);
		expect(await condition("RecordsInSync")).toMatchObject({ status: "true", reason: "LeadsToEdge" });
	});

	it.each([
		["it leads elsewhere", elsewhere, {}, "addresses-instead-of-cname", "false"],
		["CloudFront deploys", {}, { status: "InProgress" }, "edge-deploying", "unknown"],
		["another of our distributions has it", {}, { distribution: "E3" }, "registered-here-already", "false"],
	] as const)("is pending while %s", async (_, more, tenant, reason, status) => {
		await parked("domain-traffic", attached);
		cloudFrontHas(cloud, tenant);
		see(more);
		await look("domain-traffic");
		expect(await lastSeen("domain-traffic")).toMatch(new RegExp(`^${reason}: `));
		expect(await condition("RecordsInSync")).toMatchObject({ status });
	});

	it.each([
		["invalid-configuration", "it leads elsewhere", "edge-finds-dns-wrong"],
		["unknown-configuration", undefined, "edge-dns-unknown"],
	] as const)("is told what CloudFront makes of its DNS: %s", async (Status, Reason, reason) => {
		await parked("domain-traffic", attached);
		cloudFrontHas(cloud);
		const DnsConfigurationList = [{ Domain: shop, Status, ...(Reason && { Reason }) }];
		cloud.cloudFront.on(VerifyDnsConfigurationCommand).resolves({ DnsConfigurationList });
		see();
		await look("domain-traffic");
		expect(await lastSeen("domain-traffic")).toMatch(new RegExp(`^${reason}: `));
	});
});

describe("a look at what has moved on", () => {
	it.each([
		["of a newer generation", aDomainClaim({}, { generation: 8 })],
		["that was given back", aDomainClaim({}, { intent: "released" })],
	])("fails the task of a claim %s, and asks nobody", async (_, claim) => {
		await parked("domain-ownership", claim);
		await look("domain-ownership");
		expect(cloud.failed()).toMatchObject([{ token: "token-1", error: "Superseded" }]);
		expect(observeDomain).not.toHaveBeenCalled();
		expect(await cloud.rows("waits")).toEqual([]);
	});

	it("ends a watch on which nobody waits", async () => {
		await cloud.hold({ claim: aDomainClaim({}, { generation: 8 }) });
		await transact([checkPut(checkOf("domain-watch"), new Date(0).toISOString())]);
		await look("domain-watch");
		expect(await cloud.rows("waits")).toEqual([]);
	});
});
