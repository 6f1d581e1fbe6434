import { ACMClient, DescribeCertificateCommand } from "@aws-sdk/client-acm";
import {
	ChangeResourceRecordSetsCommand,
	GetChangeCommand,
	InvalidChangeBatch,
	ListResourceRecordSetsCommand,
	Route53Client,
	Route53ServiceException,
} from "@aws-sdk/client-route-53";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { recordsOf, type ZoneAction } from "../../domain/zone-plan.ts";
import { describeCertificate } from "../../services/acm.ts";
import { isInSync, listRecords, writeRecords } from "../../services/route53.ts";

const route53 = mockClient(Route53Client);
const acm = mockClient(ACMClient);
beforeEach(() => {
	route53.reset();
	acm.reset();
});

const change = (slug: string, action: ZoneAction = "upsert") => {
	const hostname = `${slug}.app.example.com`;
	return { hostname, generation: 7, action, records: recordsOf(hostname, "d1.cloudfront.net") };
};
const throttled = Object.assign(new Error("Rate exceeded"), { name: "Throttling", $metadata: { httpStatusCode: 400 } });

describe("writing records", () => {
	it("puts all of them in one batch, as aliases to CloudFront", async () => {
		route53.on(ChangeResourceRecordSetsCommand).resolves({
			ChangeInfo: { Id: "/change/C1", Status: "PENDING", SubmittedAt: new Date(0) },
		});
		expect(await writeRecords("Z1", [change("a"), change("b", "delete")])).toEqual({
			outcome: "accepted",
			changeId: "C1",
		});
		const [sent] = route53.commandCalls(ChangeResourceRecordSetsCommand, { HostedZoneId: "Z1" });
		const changes = sent?.args[0].input.ChangeBatch?.Changes ?? [];
		expect(changes.map(({ Action, ResourceRecordSet: set }) => `${Action} ${set?.Name} ${set?.Type}`)).toEqual([
			"UPSERT a.app.example.com A",
			"UPSERT a.app.example.com AAAA",
			"DELETE b.app.example.com A",
			"DELETE b.app.example.com AAAA",
		]);
		for (const { ResourceRecordSet } of changes) {
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
		expect(await writeRecords("Z1", [change("a")])).toEqual({ outcome: "refused", culprit: "change", because });
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
		expect(await writeRecords("Z1", [change("a")])).toEqual({ outcome: "refused", culprit, because: `${name}: no` });
	});

	it.each([
		["Throttled", throttled],
		["Throttled", Object.assign(new Error("wait"), { name: "PriorRequestNotComplete" })],
		["ServiceUnavailable", Object.assign(new Error("down"), { $fault: "server" })],
		["TypeError", new TypeError("a defect of ours")],
	])("throws %s for what is no refusal", async (name, error) => {
		route53.on(ChangeResourceRecordSetsCommand).rejects(error);
		await expect(writeRecords("Z1", [change("a")])).rejects.toMatchObject({ name });
	});

	it("is a defect when Route 53 names no change to wait for", async () => {
		route53.on(ChangeResourceRecordSetsCommand).resolves({});
		await expect(writeRecords("Z1", [change("a")])).rejects.toThrow("change id");
	});
});

describe("listing records", () => {
	const page = { IsTruncated: false, MaxItems: 300 };

	it("says them in our form: names canonical, aliases by target, others by values", async () => {
		const AliasTarget = { DNSName: "D1.cloudfront.net.", HostedZoneId: "Z2FDTNDATAQYW2", EvaluateTargetHealth: false };
		const ResourceRecords = [{ Value: '"one"' }, { Value: '"Two"' }];
		const weighted = { Type: "A" as const, TTL: 60, SetIdentifier: "one", ResourceRecords: [{ Value: "192.0.2.1" }] };
		route53.on(ListResourceRecordSetsCommand, { HostedZoneId: "Z1", StartRecordName: undefined }).resolves({
			...page,
			ResourceRecordSets: [
				{ Name: "Acme.app.example.com.", Type: "A", AliasTarget },
				{ Name: "\\052.app.example.com.", Type: "TXT", TTL: 300, ResourceRecords },
				{ Name: "w.app.example.com.", ...weighted },
			],
		});
		expect(await listRecords("Z1")).toEqual({
			records: [
				{ name: "acme.app.example.com", type: "A", aliasTarget: "d1.cloudfront.net", values: [] },
				{ name: "*.app.example.com", type: "TXT", values: ['"one"', '"Two"'], ttl: 300 },
				{ name: "w.app.example.com", type: "A", values: ["192.0.2.1"], ttl: 60, setIdentifier: "one" },
			],
			next: undefined,
		});
	});

	it("goes on exactly where a page ended, in Route 53's own spelling", async () => {
		const next = { NextRecordName: "\\052.a.example.com.", NextRecordType: "A", NextRecordIdentifier: "two" } as const;
		route53
			.on(ListResourceRecordSetsCommand)
			.resolvesOnce({ ...page, ...next, ResourceRecordSets: [], IsTruncated: true });
		const first = await listRecords("Z1", { name: "a.example.com" });
		expect(first.next).toEqual({ name: "\\052.a.example.com.", type: "A", identifier: "two" });
		route53.on(ListResourceRecordSetsCommand).resolves({ ...page, ResourceRecordSets: [] });
		expect((await listRecords("Z1", first.next)).next).toBeUndefined();
		const asked = route53.commandCalls(ListResourceRecordSetsCommand).map(({ args: [{ input }] }) => input);
		expect(asked).toEqual([
			{ HostedZoneId: "Z1", StartRecordName: "a.example.com" },
			{
				...{ HostedZoneId: "Z1", StartRecordName: "\\052.a.example.com." },
				...{ StartRecordType: "A", StartRecordIdentifier: "two" },
			},
		]);
	});

	it("never takes an answer that breaks off for the end of the zone, nor one that fails for an empty one", async () => {
		route53.on(ListResourceRecordSetsCommand).resolves({ ...page, ResourceRecordSets: [], IsTruncated: true });
		await expect(listRecords("Z1")).rejects.toThrow("where they begin");
		route53.on(ListResourceRecordSetsCommand).rejects(throttled);
		await expect(listRecords("Z1")).rejects.toMatchObject({ name: "Throttled" });
	});

	it("makes do with what Route 53 says of a record", async () => {
		// The model calls these members required, yet the type of the SDK lets each of them be missing.
		const AliasTarget = { DNSName: undefined, HostedZoneId: undefined, EvaluateTargetHealth: undefined };
		const ResourceRecords = [{ Value: undefined }];
		const odd = { Name: undefined, Type: undefined, AliasTarget, ResourceRecords };
		route53
			.on(ListResourceRecordSetsCommand)
			.resolvesOnce({ ...page, ResourceRecordSets: [odd] })
			.resolves({ ...page, ResourceRecordSets: undefined });
		expect((await listRecords("Z1")).records).toEqual([{ name: "", type: "", aliasTarget: "", values: [""] }]);
		expect((await listRecords("Z1")).records).toEqual([]);
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
