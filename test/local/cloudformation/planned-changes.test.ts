import { describe, expect, it } from "vitest";
import { plannedChanges } from "../../../local/cloudformation/planned-changes.ts";
import { loadTemplate } from "../../../local/template/template.ts";

const source = (Resources: Record<string, unknown>, parameters: Record<string, string> = {}) => ({
	template: loadTemplate(
		JSON.stringify({
			Parameters: { Name: { Type: "String", Default: "a" }, Other: { Type: "String", Default: "b" } },
			Resources,
		}),
	),
	parameters,
});
const queue = (Properties: Record<string, unknown> = { QueueName: "q" }) => ({
	Q: { Type: "AWS::SQS::Queue", Properties },
});
const told = (...sources: Parameters<typeof plannedChanges>) =>
	plannedChanges(...sources).map(({ action, logicalId, replacement }) =>
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
