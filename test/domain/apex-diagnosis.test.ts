import { describe, expect, it } from "vitest";
import { apexDiagnoses, type ZoneRecord } from "../../domain/apex-diagnosis.ts";
import { policyRecords } from "../../domain/apex-records.ts";
import type { Apex } from "../../domain/registrar.ts";

const apex: Apex = { name: "example.com", certificateAuthorities: ["amazon.com"], sendsMail: false };
const mailing: Apex = { ...apex, sendsMail: true };
const name = "app.example.com";
const told = (records: readonly ZoneRecord[], of = apex) =>
	apexDiagnoses(records, of, [name]).map((each) => `${each.kind}: ${each.message}`);
const beside = (at: string, type: string, of = apex) =>
	told([...policyRecords(of), { name: at, type, values: ["x"] }], of);

describe("an apex zone", () => {
	it.each([
		[apex.name, "NS"],
		[apex.name, "SOA"],
		[name, "NS"],
		[name, "DS"],
	])("may hold %s %s beside its policies", (at, type) => {
		expect(beside(at, type)).toEqual([]);
	});

	it.each([
		[apex.name, "A"],
		[apex.name, "DS"],
		[name, "SOA"],
		[name, "CAA"],
		["www.example.com", "A"],
		["other.example.com", "NS"],
		["_dmarc.other.example.com", "TXT"],
		["s1._domainkey.example.com", "CNAME"],
	])("may not hold %s %s", (at, type) => {
		expect(beside(at, type)).toEqual([`fault: The apex zone example.com holds ${type} of ${at}.`]);
	});

	it("has every record that is wrong named, and no other", () => {
		const wrong = ["a.example.com", "b.example.com"].map((at) => ({ name: at, type: "A", values: [] }));
		expect(told([...policyRecords(apex), ...wrong])).toEqual([
			expect.stringContaining("A of a.example.com"),
			expect.stringContaining("A of b.example.com"),
		]);
	});
});

describe("the policies of an apex", () => {
	it("are each named where they are missing", () => {
		expect(told([])).toEqual(
			["CAA of example.com", "MX of example.com", "TXT of example.com", "TXT of _dmarc.example.com"].map(
				(what) => `fault: The apex zone example.com lacks ${what}.`,
			),
		);
	});

	it.each([
		["CAA", '0 issue "letsencrypt.org"'],
		["MX", "10 mx.example.net"],
		["TXT", '"v=spf1 include:example.net -all"'],
	])("are named where hands have changed %s", (type, value) => {
		const records = policyRecords(apex).map((each) =>
			each.type === type && each.name === apex.name ? { ...each, values: [value] } : each,
		);
		const [found, ...rest] = apexDiagnoses(records, apex, []);
		expect(rest).toEqual([]);
		expect(found).toMatchObject({
			message: `The apex zone example.com has another ${type} of example.com than its policy: ${value}.`,
			fix: expect.stringMatching(new RegExp(`^Set ${type} of example\\.com to .*registrar's account`)),
		});
	});

	it("are the same in any order of their values", () => {
		expect(told(policyRecords(apex).map((each) => ({ ...each, values: each.values.toReversed() })))).toEqual([]);
	});
});

describe("an apex that sends mail", () => {
	it.each([
		[apex.name, "MX"],
		[apex.name, "TXT"],
		["_dmarc.example.com", "TXT"],
		["s1._domainkey.example.com", "CNAME"],
		["s1._domainkey.example.com", "TXT"],
		["_smtp._tls.example.com", "TXT"],
	])("may hold %s %s", (at, type) => {
		expect(beside(at, type, mailing)).toEqual([]);
	});

	it.each([
		["www.example.com", "MX"],
		["www.example.com", "TXT"],
		["_dmarc.example.org", "TXT"],
		["_dmarc.example.com", "A"],
	])("may not hold %s %s for it", (at, type) => {
		expect(beside(at, type, mailing)).toEqual([`fault: The apex zone example.com holds ${type} of ${at}.`]);
	});

	it("still says who may issue certificates", () => {
		expect(told([], mailing)).toEqual(["fault: The apex zone example.com lacks CAA of example.com."]);
	});
});
