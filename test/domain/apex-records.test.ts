import { describe, expect, it } from "vitest";
import { apexViolations, policyRecords } from "../../domain/apex-records.ts";
import type { Apex } from "../../domain/registrar.ts";

const apex: Apex = { name: "example.com", certificateAuthorities: ["amazon.com", "letsencrypt.org"], sendsMail: false };

describe("the policy of an apex", () => {
	it("permits the authorities in use, wildcards included, and no others", () => {
		expect(policyRecords({ ...apex, sendsMail: true })).toEqual([
			{
				policy: "Caa",
				name: "example.com",
				type: "CAA",
				values: [
					'0 issue "amazon.com"',
					'0 issue "letsencrypt.org"',
					'0 issuewild "amazon.com"',
					'0 issuewild "letsencrypt.org"',
				],
			},
		]);
	});

	it("says of a domain without mail that it neither takes nor sends any", () => {
		const said = policyRecords(apex).map(({ name, type, values }) => `${name} ${type} ${values[0]}`);
		expect(said.slice(1)).toEqual([
			"example.com MX 0 .",
			'example.com TXT "v=spf1 -all"',
			'_dmarc.example.com TXT "v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s"',
		]);
	});
});

describe("what may stand under an apex", () => {
	const set = (Name: unknown, Type: unknown, ResourceRecords: unknown) => ({
		Record: { Type: "AWS::Route53::RecordSet", Properties: { Name, Type, ResourceRecords } },
	});
	const refusals = (resources: Parameters<typeof apexViolations>[0]) => apexViolations(resources, [apex]);

	it("are its own policies and its own zone, whatever else the account has", () => {
		for (const { name, type, values } of policyRecords(apex)) expect(refusals(set(name, type, values))).toEqual([]);
		const zone = { Type: "AWS::Route53::HostedZone", Properties: { Name: "example.com" } };
		expect(refusals({ Zone: zone, Topic: { Type: "AWS::SNS::Topic" } })).toEqual([]);
	});

	it.each([
		["an address at the apex", set("example.com", "A", ["192.0.2.1"]), "A of example.com"],
		["a host below it", set("www.example.com", "CNAME", ["example.net"]), "CNAME of www.example.com"],
		["a delegation", set("app.example.com", "NS", ["ns-1.example.net."]), "NS of app.example.com"],
		["another text", set("example.com", "TXT", ['"v=spf1 include:x -all"']), "TXT of example.com"],
		["another mail server", set("example.com", "MX", ["10 mx.example.net"]), "MX of example.com"],
		["the policy of no apex", set("example.org", "MX", ["0 ."]), "MX of example.org"],
		["an alias", set("example.com", "A", undefined), "A of example.com"],
		["a name that only deployment knows", set({ Ref: "Name" }, "TXT", ["x"]), 'TXT of {"Ref":"Name"}'],
	])("is not %s", (_, resources, what) => {
		expect(refusals(resources)).toEqual([`Record: ${what}, which is no policy of an apex`]);
	});

	it("is no zone of another name, and no group of sets", () => {
		const Zone = { Type: "AWS::Route53::HostedZone", Properties: { Name: "app.example.com" } };
		expect(refusals({ Zone, Group: { Type: "AWS::Route53::RecordSetGroup" } })).toEqual([
			"Zone: a zone of app.example.com, which is no apex",
			"Group: a group of record sets; only single ones are checked",
		]);
	});
});
