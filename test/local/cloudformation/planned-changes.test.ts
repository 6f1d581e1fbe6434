import { describe, expect, it } from "vitest";
import { plannedChanges } from "../../../local/cloudformation/planned-changes.ts";
import { settledTemplate } from "../../../local/cloudformation/settled-template.ts";
import { loadTemplate } from "../../../local/template/template.ts";

const place = { accountId: "222222222222", region: "us-east-1", stackName: "shop" };
const source = (Resources: Record<string, unknown>, parameters: Record<string, string> = {}) => {
	const Parameters = { Name: { Type: "String", Default: "a" }, Other: { Type: "String", Default: "b" } };
	const Conditions = { IsZ: { "Fn::Equals": [{ Ref: "Name" }, "z"] } };
	const template = loadTemplate(JSON.stringify({ Parameters, Conditions, Resources }));
	return settledTemplate({ template, parameters }, place);
};
const queue = (Properties: Record<string, unknown> = { QueueName: "q" }) => ({
	Q: { Type: "AWS::SQS::Queue", Properties },
});
const told = (...sources: Parameters<typeof plannedChanges>) =>
	plannedChanges(...sources).map(({ action, logicalId, replacement = "" }) =>
		`${action} ${logicalId} ${replacement}`.trim(),
	);

describe("what a deployment would touch", () => {
	it("is everything when nothing stands", () => {
		expect(told(undefined, source(queue()))).toEqual(["Add Q"]);
	});

	it("is nothing when nothing differs, whether a value is given or by default", () => {
		expect(told(source(queue()), source(queue()))).toEqual([]);
		expect(
			told(source(queue({ QueueName: { Ref: "Name" } })), source(queue({ QueueName: { Ref: "Name" } }), { Name: "a" })),
		).toEqual([]);
	});

	it.each([
		["what is gone is removed", source({}), ["Remove Q"]],
		["what has another property is modified", source(queue({ QueueName: "q", Delay: 1 })), ["Modify Q False"]],
		["what has another name is made anew", source(queue({ QueueName: "r" })), ["Modify Q True"]],
		["what is of another type is made anew", source({ Q: { Type: "AWS::SNS::Topic" } }), ["Modify Q True"]],
	])("%s", (_, after, changes) => {
		expect(told(source(queue()), after)).toEqual(changes);
	});

	it.each([
		["Ref", { QueueName: "q", Tag: { Ref: "Name" } }, "Modify Q False"],
		["Sub", { QueueName: "q", Tag: { "Fn::Sub": ["x-$", "{Name}"].join("") } }, "Modify Q False"],
		["a name", { QueueName: { Ref: "Name" } }, "Modify Q True"],
	])("what names a parameter that changes is touched: by %s", (_, properties, change) => {
		expect(told(source(queue(properties)), source(queue(properties), { Name: "z" }))).toEqual([change]);
		expect(told(source(queue(properties)), source(queue(properties), { Other: "z" }))).toEqual([]);
	});
});

describe("what a value decides", () => {
	const name = ["$", "{Name}"].join("");

	it.each([
		["a condition", { Q: { Type: "AWS::SQS::Queue", Condition: "IsZ" } }, ["Add Q"]],
		["a choice", queue({ QueueName: "q", Tag: { "Fn::If": ["IsZ", "new", "old"] } }), ["Modify Q False"]],
		["a choice that comes to the same", queue({ QueueName: "q", Tag: { "Fn::If": ["IsZ", "old", "old"] } }), []],
		["a variable of the same name", queue({ QueueName: "q", Tag: { "Fn::Sub": [name, { Name: "own" }] } }), []],
	])("is touched: %s", (_, resources, changes) => {
		expect(told(source(resources), source(resources, { Name: "z" }))).toEqual(changes);
	});
});

describe("what names a resource that is made anew", () => {
	it("may have to follow, and what names that one, too; other names are let alone", () => {
		const resources = (QueueName: string) => ({
			Reader: { Type: "AWS::SQS::Queue", Properties: { QueueName: "reader", Of: { "Fn::GetAtt": ["Role", "Arn"] } } },
			Role: { Type: "AWS::IAM::Role", Properties: { RoleName: { Ref: "Q" } } },
			Apart: { Type: "AWS::SQS::Queue", Properties: { QueueName: "apart" }, DependsOn: ["Q"] },
			...queue({ QueueName }),
		});
		expect(told(source(resources("q")), source(resources("r")))).toEqual([
			...["Modify Reader False", "Modify Role Conditional", "Modify Q True"],
		]);
	});
});

describe("what becomes of a resource later", () => {
	it("is a change of it, and the order of making is none", () => {
		const kept = { Q: { ...queue().Q, DeletionPolicy: "Retain" } };
		expect(told(source(queue()), source(kept))).toEqual(["Modify Q False"]);
		const later = { P: queue({ QueueName: "p" }).Q, Q: { ...queue().Q, DependsOn: "P" } };
		expect(told(source({ P: later.P, ...queue() }), source(later))).toEqual([]);
	});
});
