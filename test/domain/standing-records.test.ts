import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
	canonicalRecordName,
	describeRecord,
	planRemoval,
	type StandingRecord,
} from "../../domain/standing-records.ts";
import { recordsOf } from "../../domain/zone-plan.ts";

const [acme, old] = ["acme.app.example.com", "old.app.example.com"];
const ours = [...recordsOf(acme, "d1.cloudfront.net"), ...recordsOf(old, "d1.cloudfront.net")];
const standing = (record: Partial<StandingRecord>): StandingRecord => ({
	name: acme,
	type: "A",
	values: [],
	...record,
});
const [a, aaaa, oldA] = ours.map((record) => standing(record));
if (!a || !aaaa || !oldA) throw new Error("There are four.");

describe("what is left of a delete", () => {
	it("is nothing where nothing stands, and exactly what stands otherwise", () => {
		expect(planRemoval(ours, [])).toEqual({ outcome: "gone" });
		expect(planRemoval(ours, [aaaa])).toEqual({ outcome: "remaining", records: [ours[1]] });
		expect(planRemoval(ours, [oldA, a])).toEqual({ outcome: "remaining", records: [ours[0], ours[2]] });
		expect(planRemoval(ours, ours.map(standing))).toEqual({ outcome: "remaining", records: ours });
	});

	it.each<[what: string, record: StandingRecord]>([
		["an alias to another distribution", standing({ aliasTarget: "d2.cloudfront.net" })],
		["an address", standing({ values: ["192.0.2.1"], ttl: 60 })],
		["a CNAME", standing({ type: "CNAME", values: ["acme.example.org"], ttl: 60 })],
		["one of several sets", standing({ aliasTarget: "d1.cloudfront.net", setIdentifier: "one" })],
		["an alias of the other name", standing({ name: old, type: "AAAA", aliasTarget: "d2.cloudfront.net" })],
	])("is not touched at all while %s stands there, which nobody of us made", (_, record) => {
		expect(planRemoval(ours, [a, record, oldA])).toEqual({ outcome: "foreign", record });
		expect(planRemoval(ours, [record])).toEqual({ outcome: "foreign", record });
	});

	it("does not depend on other names, nor on what answers for no address", () => {
		const elsewhere = standing({ name: `x.${acme}`, values: ["192.0.2.1"] });
		const text = standing({ type: "TXT", values: ['"x"'] });
		expect(planRemoval(ours, [elsewhere, text])).toEqual({ outcome: "gone" });
		expect(planRemoval(ours, [elsewhere, text, aaaa])).toEqual({ outcome: "remaining", records: [ours[1]] });
	});
});

describe("a record, for people,", () => {
	it.each([
		[a, `A alias of '${acme}' to d1.cloudfront.net`],
		[standing({ values: ["192.0.2.1", "192.0.2.2"] }), `A record of '${acme}' to 192.0.2.1, 192.0.2.2`],
		[
			standing({ aliasTarget: "d2.cloudfront.net", setIdentifier: "one" }),
			`A alias of '${acme}' (set 'one') to d2.cloudfront.net`,
		],
	])("is described by type, name and target", (record, text) => {
		expect(describeRecord(record)).toBe(text);
	});
});

describe("a name that Route 53 printed", () => {
	it.each([
		["\\052.App.Example.com.", "*.app.example.com"],
		["\\101cme.app.example.com.", "acme.app.example.com"],
		["acme.app.example.com", "acme.app.example.com"],
		["a\\056b.example.com.", "a\\056b.example.com"],
		["a\\134b.example.com.", "a\\134b.example.com"],
		["a\\040b.example.com.", "a\\040b.example.com"],
		["a\\303\\251.example.com.", "a\\303\\251.example.com"],
		["a\\05.example.com.", "a\\05.example.com"],
	])("%s is %s", (printed, canonical) => {
		expect(canonicalRecordName(printed)).toBe(canonical);
	});

	it("keeps its labels, and is the same when read twice", () => {
		const octet = fc.integer({ min: 0, max: 255 }).map((code) => `\\${code.toString(8).padStart(3, "0")}`);
		const label = fc.array(fc.oneof(octet, fc.constantFrom("a", "Z", "0", "-", "_")), { minLength: 1, maxLength: 6 });
		fc.assert(
			fc.property(fc.array(label, { minLength: 1, maxLength: 4 }), (labels) => {
				const name = canonicalRecordName(`${labels.map((parts) => parts.join("")).join(".")}.`);
				expect(name.split(".")).toHaveLength(labels.length);
				expect(canonicalRecordName(name)).toBe(name);
			}),
		);
	});
});
