import { describe, expect, it } from "vitest";
import { createIam } from "../../../local/iam/iam.ts";
import { readPolicy, readRole } from "../../../local/iam/policy.ts";

const statement = { Effect: "Allow", Action: "sqs:SendMessage", Resource: "*" };
const document = (more: object) => ({ Version: "2012-10-17", Statement: [{ ...statement, ...more }] });

describe("reading a policy", () => {
	it("takes a list, or its only element", () => {
		const one = readPolicy("p", { Version: "2012-10-17", Statement: statement });
		const list = readPolicy("p", document({ Action: ["sqs:SendMessage"], Resource: ["*"] }));
		expect(one).toEqual(list);
		expect(one).toEqual([
			{ name: "#1", effect: "Allow", actions: ["sqs:SendMessage"], resources: ["*"], conditions: [] },
		]);
	});

	it.each([
		["NotAction", { NotAction: "sqs:*" }, /Statement\.0: NotAction: not emulated/],
		["NotResource", { NotResource: "*" }, /NotResource: not emulated/],
		["a principal", { Principal: "*" }, /Principal: not emulated/],
		["a policy variable", { Resource: `arn:aws:sqs:*:*:${"$"}{aws:username}` }, /Resource\.0: holds a policy variable/],
		["an effect of its own", { Effect: "Perhaps" }, /Statement\.0\.Effect/],
		["an action without service", { Action: "SendMessage" }, /Action\.0: is not <service>:<action>/],
		[
			"IpAddress",
			{ Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } },
			/Condition\.IpAddress: is not emulated/,
		],
		["StringNotLike", { Condition: { StringNotLike: { "aws:x": "y" } } }, /StringNotLike: is not emulated/],
		["NullIfExists", { Condition: { NullIfExists: { "aws:x": "true" } } }, /NullIfExists: is not emulated/],
		["Some:StringEquals", { Condition: { "Some:StringEquals": { "aws:x": "y" } } }, /Some:StringEquals: is not/],
	])("stops at %s, saying where", (_, more, message) => {
		expect(() => readPolicy("Role.Policies.a", document(more))).toThrow(message);
	});

	it("stops at the older version of the language", () => {
		expect(() => readPolicy("p", { Version: "2008-10-17", Statement: [statement] })).toThrow("must be 2012-10-17");
	});

	it("stops at rights that a role has from elsewhere", () => {
		expect(() => readRole("R", { ManagedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] })).toThrow(
			"managed policies",
		);
		expect(() => readRole("R", { PermissionsBoundary: "arn:aws:iam::2:policy/b" })).toThrow("PermissionsBoundary");
		expect(readRole("R", { AssumeRolePolicyDocument: {} })).toEqual([]);
	});

	it("stops at a condition key that no request carries here", () => {
		const lookup = { machineOfTask: () => undefined, secretArn: () => undefined };
		const iam = createIam({ caller: { accountId: "222222222222", region: "us-east-1" }, lookup });
		const conditional = document({ Condition: { StringEquals: { "aws:SourceVpc": "vpc-1" } } });
		const properties = { Policies: [{ PolicyName: "p", PolicyDocument: conditional }] };
		expect(() => iam.addRole("SomeRole", "role", properties)).toThrow("aws:sourcevpc is not emulated");
		expect(() => iam.assume("act", "arn:aws:iam::222222222222:role/none")).toThrow("there is no role");
	});
});
