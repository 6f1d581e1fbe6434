import type { z } from "zod";
import { evaluate, noValue, resolve, type Scope } from "./intrinsics.ts";
import { creationOrder } from "./references.ts";
import { parsedAt, type Resource, type Template, TemplateError } from "./template.ts";

/** What a resource is called once it exists. */
export interface PhysicalResource {
	/** What `Ref` answers. */
	ref: string;
	/** What `Fn::GetAtt` answers, by attribute name, e.g. `Arn`. */
	attributes?: Record<string, string | string[]>;
}

export interface ResolverOptions {
	template: Template;
	/** Values that replace the parameters' defaults. One that the template does not declare is refused. */
	parameters: Record<string, string>;
	accountId: string;
	region: string;
	stackName: string;
	/** The physical names of a resource; undefined while it has none. Asked each time, so a later answer counts. */
	attributes: (logicalId: string, resource: Resource) => PhysicalResource | undefined;
}

/** Reads a template's resources with all intrinsic functions resolved, each at the moment when it is asked for. */
export interface Resolver {
	/** Logical ids of the resources of a type whose condition holds, in the template's order. */
	idsOf(type: string): string[];
	/** A resource's properties, parsed. Throws TemplateError, also while an attribute that they name is not known yet. */
	properties<S extends z.ZodType>(logicalId: string, schema: S): z.output<S>;
	/** One top-level property, for what must be known before the rest can be. Undefined when it is not set. */
	property(logicalId: string, name: string): unknown;
	/** What `Ref` of a resource or a parameter answers. */
	ref(name: string): string;
	attribute(logicalId: string, attribute: string): string;
	condition(name: string): boolean;
	/** Value of an output. */
	output(name: string): unknown;
	/** The outputs whose condition holds, as text. */
	outputs(): Record<string, string>;
	/** Logical ids of all live resources, each after those that it refers to. Throws TemplateError on a circle. */
	creationOrder(): string[];
}

/** Resolves a template for one account, region and stack. Throws TemplateError when a parameter lacks its value. */
export function createResolver(options: ResolverOptions): Resolver {
	const { template, attributes } = options;
	const parameters = parameterValues(template, options.parameters);
	const pseudo = pseudoParameters(options);

	const physical = (logicalId: string, at: string): PhysicalResource => {
		const known = attributes(logicalId, liveResource(logicalId, at));
		if (known) return known;
		throw new TemplateError(at, `needs resource ${logicalId}, which does not exist yet: create it first`);
	};
	const scope: Scope = {
		ref(name, at) {
			if (Object.hasOwn(pseudo, name)) return pseudo[name];
			return Object.hasOwn(parameters, name) ? parameters[name] : physical(name, at).ref;
		},
		attribute(logicalId, attribute, at) {
			const value = physical(logicalId, at).attributes?.[attribute];
			if (value !== undefined) return value;
			throw new TemplateError(at, `needs attribute ${attribute} of ${logicalId}, which is not known`);
		},
		condition(name, at) {
			const expression = template.Conditions[name];
			if (expression === undefined) throw new TemplateError(at, `there is no condition ${name}`);
			return evaluate(expression, `Conditions.${name}`, scope);
		},
	};
	const isLive = (resource: Resource) => !resource.Condition || scope.condition(resource.Condition, "Condition");
	function liveResource(logicalId: string, at: string): Resource {
		const resource = template.Resources[logicalId];
		if (!resource) throw new TemplateError(at, `there is no resource or parameter ${logicalId}`);
		if (!isLive(resource)) throw new TemplateError(at, `resource ${logicalId} is off by its condition`);
		return resource;
	}

	return {
		idsOf: (type) => liveIds().filter((logicalId) => template.Resources[logicalId]?.Type === type),
		properties(logicalId, schema) {
			const at = `${logicalId}.Properties`;
			return parsedAt(at, schema, resolve(liveResource(logicalId, at).Properties, at, scope));
		},
		property(logicalId, name) {
			const at = `${logicalId}.Properties.${name}`;
			const value = resolve(liveResource(logicalId, at).Properties[name], at, scope);
			return value === noValue ? undefined : value;
		},
		ref: (name) => String(scope.ref(name, name)),
		attribute: (logicalId, attribute) => String(scope.attribute(logicalId, attribute, `${logicalId}.${attribute}`)),
		condition: (name) => scope.condition(name, `Conditions.${name}`),
		output: (name) => resolve(template.Outputs[name]?.Value, `Outputs.${name}`, scope),
		outputs: () =>
			Object.fromEntries(
				Object.entries(template.Outputs)
					.filter(([, { Condition }]) => Condition === undefined || scope.condition(Condition, "Condition"))
					.map(([name, { Value }]) => [name, String(resolve(Value, `Outputs.${name}`, scope))]),
			),
		creationOrder: () => creationOrder(template, liveIds()),
	};

	function liveIds(): string[] {
		return Object.entries(template.Resources).flatMap(([logicalId, resource]) => (isLive(resource) ? [logicalId] : []));
	}
}

function parameterValues(template: Template, given: Record<string, string>): Record<string, string | string[]> {
	const unknown = Object.keys(given).find((name) => !Object.hasOwn(template.Parameters, name));
	if (unknown !== undefined) throw new TemplateError(`Parameters.${unknown}`, "is not declared by the template");
	const values = Object.entries(template.Parameters).map(([name, parameter]) => {
		const at = `Parameters.${name}`;
		const value = given[name] ?? parameter.Default;
		if (value === undefined) throw new TemplateError(at, "has neither a value nor a default");
		if (parameter.AllowedValues && !parameter.AllowedValues.includes(value)) {
			throw new TemplateError(at, `must be one of ${parameter.AllowedValues.join(", ")}, not '${value}'`);
		}
		if (parameter.AllowedPattern && !new RegExp(`^(?:${parameter.AllowedPattern})$`).test(value)) {
			throw new TemplateError(at, `'${value}' does not match ${parameter.AllowedPattern}`);
		}
		const isList = parameter.Type === "CommaDelimitedList" || parameter.Type.startsWith("List<");
		return [name, isList ? value.split(",").map((item) => item.trim()) : value] as const;
	});
	return Object.fromEntries(values);
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html */
function pseudoParameters({ accountId, region, stackName }: ResolverOptions): Record<string, unknown> {
	return {
		"AWS::AccountId": accountId,
		"AWS::Region": region,
		"AWS::Partition": "aws",
		"AWS::URLSuffix": "amazonaws.com",
		"AWS::StackName": stackName,
		"AWS::StackId": `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/local`,
		"AWS::NoValue": noValue,
	};
}
