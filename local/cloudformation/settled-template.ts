import type { StackSource } from "../stack/stack-table.ts";
import { createResolver, type Resolver } from "../template/resolver.ts";

/** Where a stack is. */
export interface StackPlace {
	accountId: string;
	region: string;
	stackName: string;
}

/** A template with all put in that its parameters and conditions decide; what only resources can answer stays as it is written. */
export interface SettledTemplate {
	/** Those whose condition holds, in the template's order. */
	resources: ReadonlyMap<string, SettledResource>;
	outputs: Readonly<Record<string, unknown>>;
	/** Logical ids, each after those that it refers to. */
	order: readonly string[];
}

export interface SettledResource {
	type: string;
	properties: Readonly<Record<string, unknown>>;
	deletionPolicy: string;
}

/** Settles what a stack is to be made from. Throws TemplateError: a parameter's value is wrong or missing, resources form a circle. */
export function settledTemplate({ template, parameters }: StackSource, place: StackPlace): SettledTemplate {
	const resolver = createResolver({ template, parameters, ...place, attributes: () => undefined });
	const order = resolver.creationOrder();
	const settle = (value: unknown) => settled(value, resolver, (name) => Object.hasOwn(template.Parameters, name));
	const resources = Object.entries(template.Resources).flatMap(
		([logicalId, { Type: type, Properties, DeletionPolicy: deletionPolicy }]): [string, SettledResource][] => {
			const properties = Object.fromEntries(Object.entries(Properties).map(([name, value]) => [name, settle(value)]));
			return order.includes(logicalId) ? [[logicalId, { type, properties, deletionPolicy }]] : [];
		},
	);
	const outputs = Object.entries(template.Outputs)
		.filter(([, { Condition }]) => Condition === undefined || resolver.condition(Condition))
		.map(([name, { Value }]) => [name, settle(Value)]);
	return { resources: new Map(resources), outputs: Object.fromEntries(outputs), order };
}

function settled(value: unknown, resolver: Resolver, isParameter: (name: string) => boolean): unknown {
	const inside = (member: unknown) => settled(member, resolver, isParameter);
	if (Array.isArray(value)) return value.map(inside);
	if (typeof value !== "object" || value === null) return value;
	const [[name = "", argument] = []] = Object.entries(value);
	if (name === "Ref" && typeof argument === "string" && isParameter(argument)) return resolver.ref(argument);
	if (name === "Fn::If" && Array.isArray(argument)) {
		const [condition, yes, no] = argument;
		return inside(resolver.condition(String(condition)) ? yes : no);
	}
	if (name === "Fn::Sub") {
		const [text, variables = {}] = Array.isArray(argument) ? argument : [argument];
		const put = String(text).replaceAll(/\$\{([^!}]+)\}/g, (whole, mentioned: string) =>
			isParameter(mentioned) && !Object.hasOwn(Object(variables), mentioned) ? resolver.ref(mentioned) : whole,
		);
		return { [name]: [put, inside(variables)] };
	}
	return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, inside(member)]));
}
