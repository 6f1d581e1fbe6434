import { describe, expect, it } from "vitest";
import { at, type Template, templateSchema } from "../../domain/template.ts";
import { type TemplateRule, templateFlaws } from "../../domain/template-rules.ts";
import { changedTemplate as changed, setIn as set, soundTemplate } from "./a-template.ts";

const statement = (properties: unknown, place = "0") => at(properties, "PolicyDocument", "Statement", place);
const right = (properties: unknown) => at(properties, "Policies", "0", "PolicyDocument", "Statement", "0");
const trust = (properties: unknown) => at(properties, "AssumeRolePolicyDocument", "Statement", "0");

describe("a right, or a door, that is too wide", () => {
	const cases: [TemplateRule, string, Template, string][] = [
		[
			"rights",
			"a wildcard action",
			changed("Role", (role) => set(right(role), { Action: ["dynamodb:*"] })),
			"Role: Read allows dynamodb:*",
		],
		[
			"rights",
			"all resources",
			changed("Role", (role) => set(right(role), { Resource: "*" })),
			"Role: Read allows dynamodb:GetItem on *",
		],
		[
			"rights",
			"a whole kind of resource",
			changed("Role", (role) =>
				set(right(role), { Resource: [{ "Fn::Sub": [`arn:aws:dynamodb:${"$"}{R}:1:table/*`, {}] }] }),
			),
			"Role: Read allows dynamodb:GetItem on arn:aws:dynamodb:x:1:table/*",
		],
		[
			"rights",
			"all but one action",
			changed("Role", (role) => set(right(role), { NotAction: "iam:*" })),
			"Role: Read allows by NotAction, which is everything else",
		],
		[
			"rights",
			"a managed policy",
			changed("Role", (role) => set(role, { ManagedPolicyArns: ["arn:aws:iam::aws:policy/Admin"] })),
			"Role: has the managed policy arn:aws:iam::aws:policy/Admin",
		],
		[
			"rights",
			"a policy beside its role",
			changed("Role", (role, { Resources }) => {
				const [own] = Object(role["Policies"]);
				delete role["Policies"];
				set(statement(own), { Action: "*" });
				Resources["Role"] = { Type: "AWS::IAM::RolePolicy", Properties: own };
			}),
			"Role: Read allows *",
		],
		[
			"rights",
			"another account",
			changed("Role", (role) => set(trust(role), { Principal: { AWS: "111122223333" } })),
			"Role: 0 lets an account assume it without a condition",
		],
		[
			"rights",
			"everybody, whatever the condition",
			changed("Role", (role) =>
				set(trust(role), { Principal: "*", Condition: { Bool: { "aws:SecureTransport": "true" } } }),
			),
			"Role: 0 lets an account assume it without a condition",
		],
		[
			"sharing",
			"a queue for everybody",
			changed("QueuePolicy", (policy) => set(statement(policy, "1"), { Principal: { AWS: "*" } })),
			"QueuePolicy: 1 allows everybody",
		],
		[
			"sharing",
			"a service on anybody's behalf",
			changed("QueuePolicy", (policy) =>
				set(statement(policy, "1"), { Condition: { Bool: { "aws:SecureTransport": "true" } } }),
			),
			"QueuePolicy: 1 allows events.amazonaws.com on anybody's behalf",
		],
		[
			"sharing",
			"a function for any rule",
			changed("Invocation", (invocation) => delete invocation["SourceArn"]),
			"Invocation: lets events.amazonaws.com invoke on anybody's behalf",
		],
	];

	it.each(cases)("of %s: %s", (rule, _, template, message) => {
		expect(templateFlaws(template)).toEqual([{ rule, message }]);
	});

	it("is found in a policy that is written as text, too", () => {
		const text = JSON.stringify({ Statement: [{ Effect: "Allow", Principal: "*", Action: "logs:PutLogEvents" }] });
		for (const PolicyDocument of [text, { "Fn::Sub": text }]) {
			const template = templateSchema.parse({
				Resources: {
					...soundTemplate().Resources,
					Added: { Type: "AWS::Logs::ResourcePolicy", Properties: { PolicyDocument } },
				},
			});
			expect(templateFlaws(template)).toEqual([{ rule: "sharing", message: "Added: 0 allows everybody" }]);
		}
	});
});
