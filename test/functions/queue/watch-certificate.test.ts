import { DescribeCertificateCommand } from "@aws-sdk/client-acm";
import { GetManagedCertificateDetailsCommand } from "@aws-sdk/client-cloudfront";
import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { CustomDomain } from "../../../domain/custom-domain.ts";
import { seen } from "../../../domain/domain-observations.ts";
import { eventsOut } from "../../../domain/events.ts";
import { handler } from "../../../functions/queue/check-waits.ts";
import { transact } from "../../../services/dynamodb.ts";
import { pendingEvents } from "../../../services/outbox.ts";
import { checkPut } from "../../../services/waits.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aCustomDomain, aDomainClaim, certificateArn, shop, validationRecord } from "../../builders/a-custom-domain.ts";
import { edge, link, nothing } from "../../builders/a-look.ts";
import { cloudFrontHas, see } from "../../builders/a-seen-domain.ts";
import { aTenant, tenantId, withTrue } from "../../builders/entities.ts";
import { sqsEvent } from "../../builders/lambda-events.ts";

vi.mock(import("../../../services/observe-domain.ts"));

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
const start = Date.UTC(2027, 0, 1);
const dayMs = 86_400_000;
const inDays = (days: number) => new Date(start + days * dayMs);
beforeEach(async () => {
	await cloud.reset();
	vi.resetAllMocks();
	vi.useFakeTimers({ toFake: ["Date"], now: start });
	cloudFrontHas(cloud);
	const ManagedCertificateDetails = { CertificateStatus: "issued", CertificateArn: certificateArn } as const;
	cloud.cloudFront.on(GetManagedCertificateDetailsCommand).resolves({ ManagedCertificateDetails });
	await cloud.hold({ tenant: aTenant({ customHostnames: [shop] }), claim: active });
	await transact([checkPut(check, inDays(-1).toISOString())]);
	seeRecord("stands");
});
afterEach(() => vi.useRealTimers());
afterAll(() => cloud.close());

const check = { kind: "domain-watch", subject: `${shop}#7` } as const;
const certificateEndsAt = inDays(198).toISOString();
const active = withTrue(
	aDomainClaim({ validation: "dns", proofs: ["txt"], certificateArn, validationRecord, certificateEndsAt }),
	...([
		"OwnershipVerified",
		"CertificateIssued",
		"EdgeAttached",
		"RecordsInSync",
		"RoutePublished",
		"Serving",
	] as const),
);
const custom = async () => (await cloud.claim(shop))?.["custom"];

/** The record by which ACM renews; what the edge serves has a long life, so that only ACM's word counts here. */
function seeRecord(how: "stands" | "is missing"): void {
	const [name, value] = [validationRecord.name.slice(0, -1), validationRecord.value.slice(0, -1)];
	const standing = { ...nothing("answer"), chain: [link(name, value)] };
	const tls = seen({
		outcome: "handshake",
		names: [shop],
		notAfter: "2999-01-01T00:00:00.000Z",
		error: undefined,
	} as const);
	const http = seen({ outcome: "answer", status: 200, tenantId } as const);
	const addresses = seen([{ address: edge[0], tls, http }]);
	see({ addresses, validation: seen(how === "stands" ? standing : nothing("nxdomain")) });
}
function acmSays(daysUntilItEnds: number): void {
	const NotAfter = inDays(daysUntilItEnds);
	cloud.acm.on(DescribeCertificateCommand).resolves({ Certificate: { Status: "ISSUED", NotAfter } });
}
async function lookOn(day: number): Promise<void> {
	vi.setSystemTime(start + day * dayMs);
	await handler(sqsEvent({ version: 1, ...check }));
}
const notices = () =>
	cloud.told().flatMap(({ detailType, detail }) => (detailType === "CertificateExpiring" ? [detail.stage] : []));

describe("a certificate that nears its end", () => {
	it("is told of once for each stage, however often it is looked at", async () => {
		acmSays(198);
		for (const day of [0, 152]) await lookOn(day);
		expect(notices()).toEqual([]);
		for (const day of [153, 154, 168, 169, 184, 190, 191, 197]) await lookOn(day);
		expect(notices()).toEqual([45, 30, 14, 7]);
		expect(await custom()).toMatchObject({ expiryTold: 7, certificateEndsAt });
	});

	it("that nobody looked at for long is told of the nearest stage only", async () => {
		acmSays(198);
		await lookOn(185);
		expect(notices()).toEqual([14]);
	});

	it("is told as its published schema says", async () => {
		acmSays(198);
		await lookOn(153);
		const [notice] = cloud.told().filter(({ detailType }) => detailType === "CertificateExpiring");
		expect(() => z.strictObject(eventsOut.CertificateExpiring.shape).parse(notice?.detail)).not.toThrow();
	});

	it("says whose record is missing, by name", async () => {
		seeRecord("is missing");
		acmSays(198);
		await lookOn(153);
		expect(cloud.told().filter(({ detailType }) => detailType === "CertificateExpiring")).toMatchObject([
			{
				detail: {
					...{ tenantId, hostname: shop, endsAt: certificateEndsAt, daysLeft: 45 },
					fix: expect.stringContaining(validationRecord.value.slice(0, -1)),
				},
			},
		]);
	});

	it.each([
		["dns", "ACM"],
		["http", "CloudFront"],
	] as const)("is for an operator when nothing of the customer's is missing: %s", async (validation, where) => {
		await cloud.hold({ claim: { ...active, custom: aCustomDomain(managed(validation)) } });
		acmSays(198);
		await lookOn(153);
		expect(cloud.told()).toMatchObject([{ detail: { fix: `Look at it in ${where}.` } }]);
	});

	it("begins anew with its renewal, which is noted", async () => {
		acmSays(198);
		for (const day of [153, 169]) await lookOn(day);
		acmSays(300);
		await lookOn(170);
		expect(await custom()).toEqual({ ...active.custom, certificateEndsAt: inDays(300).toISOString() });
		await lookOn(255);
		expect(notices()).toEqual([45, 30, 45]);
	});

	it("is told of after a renewal that was a short one, too", async () => {
		acmSays(198);
		await lookOn(191);
		acmSays(206);
		await lookOn(192);
		expect(notices()).toEqual([7, 14]);
	});

	it("is in the outbox when the bus does not take it, and not told twice", async () => {
		acmSays(198);
		cloud.eventBridge.on(PutEventsCommand).rejects(Object.assign(new Error("down"), { $fault: "server" }));
		await lookOn(153);
		expect((await pendingEvents({ after: undefined, limit: 10 })).items).toMatchObject([
			{ detailType: "CertificateExpiring" },
		]);
		cloud.eventBridge.on(PutEventsCommand).resolves({});
		await lookOn(154);
		expect(await custom()).toMatchObject({ expiryTold: 45 });
		expect((await pendingEvents({ after: undefined, limit: 10 })).items).toHaveLength(1);
	});
});

function managed(validation: "dns" | "http"): Partial<CustomDomain> {
	if (validation === "dns") return { validation, proofs: ["txt"], certificateArn, certificateEndsAt };
	return { validation, distributionTenantId: "dt_1", certificateArn, certificateEndsAt };
}
