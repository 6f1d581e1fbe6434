import { describe, expect, it } from "vitest";
import { decide, type Need } from "../../../local/iam/evaluate.ts";
import { readPolicy } from "../../../local/iam/policy.ts";

const statements = (...written: object[]) => readPolicy("test", { Version: "2012-10-17", Statement: written });
const table = "arn:aws:dynamodb:us-east-1:222222222222:table/Books";
const allow = (more: object = {}) => ({ Effect: "Allow", Action: "dynamodb:GetItem", Resource: table, ...more });
const get: Need = { action: "dynamodb:GetItem", resource: table };

/** What a statement with this condition says of a request with these keys. */
function holds(Condition: object, context: Record<string, string[]> = {}) {
	return decide(statements(allow({ Condition })), { ...get, context }).allowed;
}

describe("a policy", () => {
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
	it("allows nothing that it does not name", () => {
		expect(decide([], get)).toEqual({ allowed: false, denied: "implicitly" });
		expect(decide(statements(allow()), { ...get, action: "dynamodb:PutItem" })).toMatchObject({ allowed: false });
		expect(decide(statements(allow()), { ...get, resource: `${table}/index/a` })).toMatchObject({ allowed: false });
	});

	it("lets a Deny win over every Allow", () => {
		const both = statements(allow({ Sid: "Read" }), allow({ Effect: "Deny", Resource: "*" }));
		expect(decide(both, get)).toEqual({ allowed: false, denied: "explicitly" });
		expect(decide(both.slice(0, 1), get)).toMatchObject({ allowed: true, by: { name: "Read" } });
	});

	it("compares actions in any case and resources in their own", () => {
		expect(decide(statements(allow({ Action: "dynamodb:getitem" })), get).allowed).toBe(true);
		expect(decide(statements(allow({ Resource: table.replace("Books", "books") })), get).allowed).toBe(false);
	});

	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
	it.each([
		["*", table, true],
		["arn:aws:dynamodb:*:222222222222:table/Books", table, true],
		["arn:aws:dynamodb:us-east-?:222222222222:table/B*s", table, true],
		["arn:aws:dynamodb:us-east-?:222222222222:table/B*s", `${table}/x`, false],
		["arn:aws:dynamodb:us-*", table, true],
		["arn:aws:dynamodb:us*1:222222222222:table/Books", "arn:aws:dynamodb:us:x:1:222222222222:table/Books", false],
		["arn:aws:states:*:*:execution:onboard:*", "arn:aws:states:us-east-1:2:execution:onboard:op-1", true],
		["arn:aws:states:*:*:execution:onboard:*", "arn:aws:states:us-east-1:2:execution:offboard:op-1", false],
		["arn:aws:secretsmanager:*:2:secret:a/key-??????", "arn:aws:secretsmanager:eu-west-1:2:secret:a/key-AbC123", true],
		[
			"arn:aws:secretsmanager:*:2:secret:a/key-??????",
			"arn:aws:secretsmanager:eu-west-1:2:secret:a/key-AbC1234",
			false,
		],
		["arn:aws:s3:::a.b", "arn:aws:s3:::a+b", false],
	])("takes %s for %s: %s", (Resource, resource, expected) => {
		expect(decide(statements(allow({ Resource })), { ...get, resource }).allowed).toBe(expected);
	});

	it.each([
		["*", true],
		["dynamodb:*", true],
		["dynamodb:Get*", true],
		["dynamodb:?etItem", true],
		["dynamodb:Get", false],
		["sqs:*", false],
	])("takes the action %s for a read: %s", (Action, expected) => {
		expect(decide(statements(allow({ Action: ["sqs:SendMessage", Action] })), get).allowed).toBe(expected);
	});
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
describe("a condition", () => {
	it.each([
		["StringEquals", ["Key1", "key2"], ["Key1"], true],
		["StringEquals", ["key1"], ["Key1"], false],
		["StringEquals", ["a*"], ["ab"], false],
		["StringNotEquals", ["a", "b"], ["c"], true],
		["StringNotEquals", ["a", "b"], ["b"], false],
		["StringLike", ["a*", "x"], ["a.b/c"], true],
		["StringLike", ["a?c"], ["ac"], false],
		["StringLike", ["*.example.com"], ["example.com"], false],
		["StringLike", ["*.example.com"], ["a.exampleXcom"], false],
		["ArnLike", ["arn:aws:sns:*:2:topic*"], ["arn:aws:sns:eu-west-1:2:topic:more"], true],
		["ArnLike", ["arn:aws:sns:*:topic"], ["arn:aws:sns:eu-west-1:2:topic"], false],
		["Bool", [true], ["true"], true],
		["Bool", ["false"], ["true"], false],
	])("%s %j is met by %j: %s", (operator, wanted, found, expected) => {
		expect(holds({ [operator]: { "aws:Key": wanted } }, { "aws:key": found })).toBe(expected);
	});

	it.each([
		["StringEquals", false],
		["StringLike", false],
		["ArnLike", false],
		["Bool", false],
		["StringNotEquals", true],
		["StringEqualsIfExists", true],
		["StringLikeIfExists", true],
		["BoolIfExists", true],
		["ForAllValues:StringEquals", true],
		["ForAllValues:StringNotEquals", true],
		["ForAnyValue:StringEquals", false],
		["ForAnyValue:StringNotEquals", false],
		["ForAnyValue:StringEqualsIfExists", true],
	])("%s is met by a request without the key: %s", (operator, expected) => {
		expect(holds({ [operator]: { "aws:Key": "x" } })).toBe(expected);
		expect(holds({ [operator]: { "aws:Key": "x" } }, { "aws:key": [] })).toBe(expected);
	});

	it("Null asks whether the key is there", () => {
		expect(holds({ Null: { "aws:Key": "true" } })).toBe(true);
		expect(holds({ Null: { "aws:Key": "false" } })).toBe(false);
		expect(holds({ Null: { "aws:Key": "false" } }, { "aws:key": [] })).toBe(false);
		expect(holds({ Null: { "aws:Key": false } }, { "aws:key": ["a"] })).toBe(true);
	});

	it("holds only as a whole: all operators, all keys, of each any value", () => {
		const Condition = { StringEquals: { "a:k": ["1", "2"], "a:l": "3" }, StringLike: { "a:m": "x*" } };
		expect(holds(Condition, { "a:k": ["2"], "a:l": ["3"], "a:m": ["xy"] })).toBe(true);
		expect(holds(Condition, { "a:k": ["2"], "a:l": ["4"], "a:m": ["xy"] })).toBe(false);
		expect(holds(Condition, { "a:k": ["2"], "a:l": ["3"] })).toBe(false);
	});

	// The examples of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
	it.each([
		["ForAllValues:StringEquals", ["environment", "costcenter"], ["environment", "costcenter"], true],
		["ForAllValues:StringEquals", ["environment", "costcenter"], ["environment"], true],
		["ForAllValues:StringEquals", ["environment", "costcenter"], ["environment", "dept"], false],
		["ForAnyValue:StringEquals", ["environment", "costcenter"], ["environment", "dept"], true],
		["ForAnyValue:StringEquals", ["environment", "costcenter"], ["dept"], false],
		["ForAllValues:StringLike", ["key*"], ["key:1", "key:2"], true],
		["ForAllValues:StringNotEquals", ["a"], ["b", "a"], false],
		["ForAnyValue:StringNotEquals", ["a"], ["b", "a"], true],
	])("%s %j is met by %j: %s", (operator, wanted, found, expected) => {
		expect(holds({ [operator]: { "aws:TagKeys": wanted } }, { "aws:tagkeys": found })).toBe(expected);
	});
});
