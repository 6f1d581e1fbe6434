import { describe, expect, it } from "vitest";
import { compilePattern } from "../../../local/events/pattern.ts";

const event = {
	source: "aws.states",
	"detail-type": "Step Functions Execution Status Change",
	resources: ["arn:aws:states:us-east-1:222222222222:execution:onboard:op_1-1", "arn:other"],
	detail: {
		status: "FAILED",
		count: 5,
		flag: false,
		nothing: null,
		empty: [],
		address: "10.0.0.7",
		steps: [
			{ name: "a", ok: true },
			{ name: "b", ok: false },
		],
		"dotted.name": "x",
		deep: { deeper: { deepest: "y" } },
	},
};

const detail = (pattern: unknown) => ({ detail: pattern });

describe("an event pattern", () => {
	it.each<[string, unknown]>([
		["one of several values", { source: ["aws.acm", "aws.states"] }],
		["an item of a list", { resources: ["arn:other"] }],
		["numbers, booleans and null by value", detail({ count: [5.0], flag: [false], nothing: [null] })],
		["prefix", { resources: [{ prefix: "arn:aws:states:" }] }],
		["prefix in any case", detail({ status: [{ prefix: { "equals-ignore-case": "fai" } }] })],
		["suffix", detail({ status: [{ suffix: "ED" }] })],
		["suffix in any case", detail({ status: [{ suffix: { "equals-ignore-case": "led" } }] })],
		["equals-ignore-case", detail({ status: [{ "equals-ignore-case": "failed" }] })],
		["wildcard", { resources: [{ wildcard: "arn:*:execution:*:op_1-*" }] }],
		["wildcard with dots taken as they are", detail({ address: [{ wildcard: "10.0.*" }] })],
		["a numeric range", detail({ count: [{ numeric: [">", 0, "<=", 5] }] })],
		["numeric equality", detail({ count: [{ numeric: ["=", 5] }] })],
		["cidr", detail({ address: [{ cidr: "10.0.0.0/24" }] })],
		["anything-but a list", detail({ status: [{ "anything-but": ["RUNNING", "SUCCEEDED"] }] })],
		["anything-but a number", detail({ count: [{ "anything-but": 6 }] })],
		["anything-but prefixes", detail({ status: [{ "anything-but": { prefix: ["RUN", "SUC"] } }] })],
		["anything-but a wildcard", detail({ status: [{ "anything-but": { wildcard: "*RUN*" } }] })],
		["anything-but in any case", detail({ status: [{ "anything-but": { "equals-ignore-case": "running" } }] })],
		["a field that is there", detail({ status: [{ exists: true }] })],
		["a field that is not", detail({ missing: [{ exists: false }], other: { missing: [{ exists: false }] } })],
		["either that it is absent or a value", detail({ missing: [{ exists: false }, "x"] })],
		["two things of one item", detail({ steps: { name: ["b"], ok: [false] } })],
		["a path with dots", detail({ "deep.deeper": { deepest: ["y"] } })],
		["a name with dots", detail({ "dotted.name": ["x"] })],
		["one of $or", { $or: [{ source: ["x"] }, detail({ status: ["FAILED"] })] }],
		["$or beside a field", { source: ["aws.states"], $or: [{ region: ["x"] }, { source: [{ prefix: "aws" }] }] }],
	])("takes %s", (_, pattern) => {
		expect(compilePattern(pattern)(event)).toBe(true);
	});

	it.each<[string, unknown]>([
		["another value", { source: ["aws.acm"] }],
		["a number as text", detail({ count: ["5"] })],
		["a text as number", detail({ status: [{ numeric: [">", 0] }] })],
		["a value beyond the range", detail({ count: [{ numeric: [">", 5, "<", 9] }] })],
		["an absent field under anything-but", detail({ missing: [{ "anything-but": "x" }] })],
		["an object under exists", detail({ deep: [{ exists: true }] })],
		["an empty list under exists", detail({ empty: [{ exists: true }] })],
		["two things of two items", detail({ steps: { name: ["a"], ok: [false] } })],
		["an excluded suffix", detail({ status: [{ "anything-but": { suffix: "ED" } }] })],
		["another network", detail({ address: [{ cidr: "10.0.1.0/24" }] })],
		["an address of the other family", detail({ address: [{ cidr: "2001:db8::/32" }] })],
		["none of $or", { $or: [{ source: ["x"] }, { region: ["y"] }] }],
		["part of a wildcard", detail({ status: [{ wildcard: "FAIL" }] })],
	])("leaves %s", (_, pattern) => {
		expect(compilePattern(pattern)(event)).toBe(false);
	});

	it.each<[string, unknown]>([
		["no fields", {}],
		["a list of nothing", { source: [] }],
		["a bare value", { source: "x" }],
		["an unknown comparison", { source: [{ matches: "x" }] }],
		["two comparisons in one", { source: [{ prefix: "x", suffix: "y" }] }],
		["exists with a text", { source: [{ exists: "true" }] }],
		["an empty range", { count: [{ numeric: [">", 5, "<", 5] }] }],
		["half a comparison", { count: [{ numeric: [">"] }] }],
		["an unknown operator", { count: [{ numeric: ["!=", 5] }] }],
		["a limit that is no number", { count: [{ numeric: [">", "5"] }] }],
		["anything-but nothing", { source: [{ "anything-but": [] }] }],
		["a mask that is too long", { source: [{ cidr: "10.0.0.0/33" }] }],
		["a list", ["source"]],
		["what is no JSON", "{"],
	])("may not have %s", (_, pattern) => {
		expect(() => compilePattern(pattern)).toThrow(expect.objectContaining({ name: "InvalidEventPatternException" }));
	});
});
