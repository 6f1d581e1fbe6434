import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createResolver, type PhysicalResource } from "../../../local/template/resolver.ts";
import { loadTemplate, TemplateError } from "../../../local/template/template.ts";

/** A place for a name in a text for `Fn::Sub`. */
const slot = (name: string) => `\${${name}}`;

const anything = z.record(z.string(), z.unknown());

function resolverOf(template: Record<string, unknown>, known: Record<string, PhysicalResource> = {}, parameters = {}) {
	return createResolver({
		template: loadTemplate(JSON.stringify({ Resources: {}, ...template })),
		parameters,
		accountId: "222222222222",
		region: "us-east-1",
		stackName: "hostmaster-nonprod",
		attributes: (logicalId) => known[logicalId],
	});
}

/** Resolves one expression, as property `Value` of a resource of its own. */
function resolved(
	expression: unknown,
	template: Record<string, unknown> = {},
	known: Record<string, PhysicalResource> = {},
) {
	const probe = { Probe: { Type: "Test::Probe", Properties: { Value: expression } } };
	const resources = { Table: { Type: "AWS::DynamoDB::Table" }, ...probe };
	return resolverOf({ ...template, Resources: resources }, known).property("Probe", "Value");
}

const table = { Table: { ref: "waits", attributes: { Arn: "arn:waits", "Stream.Arn": "arn:stream" } } };
const stages = {
	Parameters: { Stage: { Type: "String", Default: "nonprod" }, Names: { Type: "CommaDelimitedList", Default: "a, b" } },
	Conditions: {
		IsProd: { "Fn::Equals": [{ Ref: "Stage" }, "prod"] },
		IsNonprod: { "Fn::Not": [{ Condition: "IsProd" }] },
		Either: { "Fn::Or": [{ Condition: "IsProd" }, { Condition: "IsNonprod" }] },
		Both: { "Fn::And": [{ Condition: "IsProd" }, { Condition: "IsNonprod" }] },
	},
};

describe("resolving a template", () => {
	it.each([
		["Ref of a resource", { Ref: "Table" }, "waits"],
		["Ref of a parameter", { Ref: "Stage" }, "nonprod"],
		["Ref of a list parameter", { Ref: "Names" }, ["a", "b"]],
		["Ref of a pseudo-parameter", { Ref: "AWS::AccountId" }, "222222222222"],
		["GetAtt as a list", { "Fn::GetAtt": ["Table", "Arn"] }, "arn:waits"],
		["GetAtt as a text", { "Fn::GetAtt": "Table.Stream.Arn" }, "arn:stream"],
		["Join", { "Fn::Join": ["-", ["a", { Ref: "Table" }, 1]] }, "a-waits-1"],
		["Join of a list parameter", { "Fn::Join": ["+", { Ref: "Names" }] }, "a+b"],
		["Split and Select", { "Fn::Select": ["1", { "Fn::Split": [":", { "Fn::GetAtt": ["Table", "Arn"] }] }] }, "waits"],
		[
			"Sub as a text",
			{ "Fn::Sub": `${slot("AWS::Region")}/${slot("Table")}/${slot("Table.Arn")}/${slot("!Kept")}` },
			`us-east-1/waits/arn:waits/${slot("Kept")}`,
		],
		[
			"Sub with variables",
			{ "Fn::Sub": [`${slot("Name")}@${slot("Stage")}`, { Name: { Ref: "Table" } }] },
			"waits@nonprod",
		],
		["If, false", { "Fn::If": ["IsProd", { Ref: "Missing" }, "no"] }, "no"],
		["If, by Not", { "Fn::If": ["IsNonprod", "yes", "no"] }, "yes"],
		["If, by Or", { "Fn::If": ["Either", "yes", "no"] }, "yes"],
		["If, by And", { "Fn::If": ["Both", "yes", "no"] }, "no"],
		["NoValue in an object", { keep: 1, drop: { Ref: "AWS::NoValue" } }, { keep: 1 }],
		["NoValue in a list", [1, { "Fn::If": ["IsProd", 2, { Ref: "AWS::NoValue" }] }], [1]],
		["a policy's Condition, which is no intrinsic", { Condition: { StringEquals: { a: "b" } } }, undefined],
		["text that only looks like a Sub", `${slot("NotAName")} {% $states.input %}`, undefined],
	])("answers %s", (_, expression, answer) => {
		expect(resolved(expression, stages, table)).toEqual(answer ?? expression);
	});

	it.each([
		[
			"an unknown intrinsic",
			{ a: [{ "Fn::ImportValue": "x" }] },
			"Probe.Properties.Value.a.0: the intrinsic function Fn::ImportValue is not emulated",
		],
		[
			"a name that nothing has",
			{ Ref: "Nothing" },
			"Probe.Properties.Value.Ref: there is no resource or parameter Nothing",
		],
		[
			"an attribute that is not known",
			{ "Fn::GetAtt": ["Table", "Url"] },
			"Probe.Properties.Value.Fn::GetAtt: needs attribute Url of Table, which is not known",
		],
		[
			"an intrinsic with company",
			{ "Fn::Sub": "x", b: 1 },
			"Probe.Properties.Value: Fn::Sub must stand alone, beside it: Fn::Sub, b",
		],
		[
			"an item that is not there",
			{ "Fn::Select": [2, ["a"]] },
			"Probe.Properties.Value.Fn::Select: has no item 2 among 1",
		],
		["a malformed argument", { "Fn::Join": "x" }, /^Probe\.Properties\.Value\.Fn::Join: /],
	])("says where it met %s", (_, expression, message) => {
		expect(() => resolved(expression, stages, table)).toThrow(message);
	});

	it("asks for an attribute only when a property that needs it is read, and says which resource is missing", () => {
		const known: Record<string, PhysicalResource> = {};
		const resolver = resolverOf(
			{
				Resources: {
					Queue: { Type: "AWS::SQS::Queue" },
					Function: { Type: "AWS::Lambda::Function", Properties: { FunctionName: "f", Url: { Ref: "Queue" } } },
				},
			},
			known,
		);
		expect(resolver.property("Function", "FunctionName")).toBe("f");
		expect(() => resolver.properties("Function", anything)).toThrow("needs resource Queue, which does not exist yet");
		known["Queue"] = { ref: "http://queue" };
		expect(resolver.properties("Function", anything)).toEqual({ FunctionName: "f", Url: "http://queue" });
	});

	it("blames the property that a schema refuses", () => {
		const resolver = resolverOf({
			Resources: { Queue: { Type: "AWS::SQS::Queue", Properties: { DelaySeconds: "x" } } },
		});
		expect(() => resolver.properties("Queue", z.object({ DelaySeconds: z.number() }))).toThrow(
			/^Queue\.Properties\.DelaySeconds: /,
		);
	});

	it("leaves out resources whose condition is false", () => {
		const resolver = resolverOf({
			...stages,
			Resources: { A: { Type: "T", Condition: "IsProd" }, B: { Type: "T", Condition: "IsNonprod" }, C: { Type: "U" } },
		});
		expect(resolver.idsOf("T")).toEqual(["B"]);
		expect(() => resolver.property("A", "X")).toThrow("is off by its condition");
	});

	it("lists resources after those that they refer to", () => {
		const resolver = resolverOf({
			Resources: {
				Function: {
					Type: "F",
					Properties: { Url: { "Fn::Sub": slot("Queue") }, Arn: { "Fn::GetAtt": ["Table", "Arn"] } },
				},
				Queue: {
					Type: "Q",
					Properties: { Redrive: { Part: { "Fn::Select": [5, { "Fn::Split": [":", { Ref: "Dead" }] }] } } },
				},
				Table: { Type: "T", DependsOn: "Dead" },
				Dead: { Type: "Q" },
			},
		});
		expect(resolver.creationOrder()).toEqual(["Dead", "Queue", "Table", "Function"]);
	});

	it("refuses a circle", () => {
		const resources = { A: { Type: "T", DependsOn: ["B"] }, B: { Type: "T", Properties: { X: { Ref: "A" } } } };
		expect(() => resolverOf({ Resources: resources }).creationOrder()).toThrow("is part of a circle: A → B → A");
	});
});

describe("parameters", () => {
	const parameters = { Parameters: { Domain: { Type: "String", AllowedPattern: "[a-z.]+" } } };

	it("take the given value before the default", () => {
		expect(resolverOf(stages, {}, { Stage: "prod" }).ref("Stage")).toBe("prod");
		expect(resolverOf(stages, {}, { Stage: "prod" }).condition("IsProd")).toBe(true);
	});

	it("must be declared, have a value and match their pattern", () => {
		expect(() => resolverOf(parameters, {}, { Domian: "x" })).toThrow("Parameters.Domian: is not declared");
		expect(() => resolverOf(parameters)).toThrow("Parameters.Domain: has neither a value nor a default");
		expect(() => resolverOf(parameters, {}, { Domain: "A" })).toThrow("Parameters.Domain: 'A' does not match");
	});
});

describe("loading a template", () => {
	it("names the member that is wrong", () => {
		expect(() => loadTemplate("nonsense")).toThrow(TemplateError);
		expect(() => loadTemplate('{"Resources":{"A":{}}}')).toThrow(/^template\.Resources\.A\.Type: /);
	});
});
