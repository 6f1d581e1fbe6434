import { ACMClient, DescribeCertificateCommand } from "@aws-sdk/client-acm";
import {
	ChangeResourceRecordSetsCommand,
	GetChangeCommand,
	InvalidChangeBatch,
	Route53Client,
	Route53ServiceException,
} from "@aws-sdk/client-route-53";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { recordsOf } from "../../domain/zone-plan.ts";
import { describeCertificate } from "../../services/acm.ts";
import { isInSync, upsertRecords } from "../../services/route53.ts";

const route53 = mockClient(Route53Client);
const acm = mockClient(ACMClient);
beforeEach(() => {
	route53.reset();
	acm.reset();
});

const change = (slug: string) => {
	const hostname = `${slug}.app.example.com`;
	return { hostname, generation: 7, records: recordsOf(hostname, "d1.cloudfront.net") };
};
const throttled = Object.assign(new Error("Rate exceeded"), { name: "Throttling", $metadata: { httpStatusCode: 400 } });

describe("writing records", () => {
	it("upserts all of them in one batch, as aliases to CloudFront", async () => {
		route53.on(ChangeResourceRecordSetsCommand).resolves({
			ChangeInfo: { Id: "/change/C1", Status: "PENDING", SubmittedAt: new Date(0) },
		});
		expect(await upsertRecords("Z1", [change("a"), change("b")])).toEqual({ outcome: "accepted", changeId: "C1" });
		const [sent] = route53.commandCalls(ChangeResourceRecordSetsCommand, { HostedZoneId: "Z1" });
		const changes = sent?.args[0].input.ChangeBatch?.Changes ?? [];
		expect(changes.map(({ ResourceRecordSet: set }) => `${set?.Name} ${set?.Type}`)).toEqual([
			"a.app.example.com A",
			"a.app.example.com AAAA",
			"b.app.example.com A",
			"b.app.example.com AAAA",
		]);
		for (const { Action, ResourceRecordSet } of changes) {
			expect(Action).toBe("UPSERT");
			expect(ResourceRecordSet?.AliasTarget).toEqual({
				DNSName: "d1.cloudfront.net",
				HostedZoneId: "Z2FDTNDATAQYW2",
				EvaluateTargetHealth: false,
			});
		}
	});

	it.each([
		[{ messages: ["A CNAME is there.", "Bad name."] }, "InvalidChangeBatch: A CNAME is there.; Bad name."],
		[{ messages: [] }, "InvalidChangeBatch: refused"],
		[{}, "InvalidChangeBatch: refused"],
	])("answers a refusal with Route 53's words", async (more, because) => {
		const refusal = new InvalidChangeBatch({ $metadata: {}, message: "refused", ...more });
		route53.on(ChangeResourceRecordSetsCommand).rejects(refusal);
		expect(await upsertRecords("Z1", [change("a")])).toEqual({ outcome: "refused", culprit: "change", because });
	});

	it.each([
		["InvalidInput", "change"],
		["AccessDenied", "change"],
		["AccessDeniedException", "change"],
		["NoSuchHostedZone", "zone"],
		["LimitsExceeded", "zone"],
	])("answers that Route 53 refused with %s, and that the culprit is a %s", async (name, culprit) => {
		const refusal = new Route53ServiceException({ name, $fault: "client", $metadata: {}, message: "no" });
		route53.on(ChangeResourceRecordSetsCommand).rejects(refusal);
		expect(await upsertRecords("Z1", [change("a")])).toEqual({ outcome: "refused", culprit, because: `${name}: no` });
	});

	it.each([
		["Throttled", throttled],
		["Throttled", Object.assign(new Error("wait"), { name: "PriorRequestNotComplete" })],
		["ServiceUnavailable", Object.assign(new Error("down"), { $fault: "server" })],
		["TypeError", new TypeError("a defect of ours")],
	])("throws %s for what is no refusal", async (name, error) => {
		route53.on(ChangeResourceRecordSetsCommand).rejects(error);
		await expect(upsertRecords("Z1", [change("a")])).rejects.toMatchObject({ name });
	});

	it("is a defect when Route 53 names no change to wait for", async () => {
		route53.on(ChangeResourceRecordSetsCommand).resolves({});
		await expect(upsertRecords("Z1", [change("a")])).rejects.toThrow("change id");
	});
});

describe("a change", () => {
	it.each([
		["INSYNC", true],
		["PENDING", false],
	] as const)("that is %s is in sync: %s", async (Status, inSync) => {
		route53
			.on(GetChangeCommand, { Id: "C1" })
			.resolves({ ChangeInfo: { Id: "/change/C1", Status, SubmittedAt: new Date(0) } });
		expect(await isInSync("C1")).toBe(inSync);
	});

	it("that could not be asked for is an error, not an answer", async () => {
		route53.on(GetChangeCommand).rejects(throttled);
		await expect(isInSync("C1")).rejects.toMatchObject({ name: "Throttled" });
	});
});

describe("a certificate", () => {
	const now = Date.UTC(2027, 0, 1);

	it("is what ACM says of it", async () => {
		acm.on(DescribeCertificateCommand, { CertificateArn: "arn" }).resolves({
			Certificate: {
				Status: "ISSUED",
				SubjectAlternativeNames: ["*.app.example.com"],
				NotAfter: new Date(now + 20 * 86_400_000 - 1),
			},
		});
		expect(await describeCertificate("arn", now)).toEqual({
			status: "ISSUED",
			failureReason: undefined,
			names: ["*.app.example.com"],
			daysLeft: 19,
		});
	});

	it("is unknown, and good for nothing, where ACM says nothing", async () => {
		acm
			.on(DescribeCertificateCommand)
			.resolvesOnce({})
			.resolves({
				Certificate: { Status: "FAILED", FailureReason: "CAA_ERROR" },
			});
		expect(await describeCertificate("arn", now)).toMatchObject({ status: "unknown", names: [], daysLeft: 0 });
		expect(await describeCertificate("arn", now)).toMatchObject({ status: "FAILED", failureReason: "CAA_ERROR" });
	});

	it("that could not be asked for is an error, not an answer", async () => {
		acm.on(DescribeCertificateCommand).rejects(Object.assign(new Error("slow"), { name: "ThrottlingException" }));
		await expect(describeCertificate("arn", now)).rejects.toMatchObject({ name: "Throttled" });
	});
});
