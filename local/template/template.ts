import { z } from "zod";

const resourceSchema = z.object({
	Type: z.string(),
	Properties: z.record(z.string(), z.unknown()).default({}),
	Condition: z.string().optional(),
	/** What becomes of the resource when it leaves the stack; Snapshot is for types that are not emulated. */
	DeletionPolicy: z.enum(["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"]).default("Delete"),
	/** Read for what it refers to alone: that is made before, as what the properties refer to. */
	Metadata: z.unknown().optional(),
	DependsOn: z
		.union([z.string(), z.array(z.string())])
		.transform((names) => (typeof names === "string" ? [names] : names))
		.default([]),
});

const parameterSchema = z.object({
	Type: z.string(),
	Default: z.union([z.string(), z.number().transform(String)]).optional(),
	AllowedPattern: z.string().optional(),
	AllowedValues: z.array(z.coerce.string()).optional(),
});

const templateSchema = z.object({
	Parameters: z.record(z.string(), parameterSchema).default({}),
	Conditions: z.record(z.string(), z.unknown()).default({}),
	Resources: z.record(z.string(), resourceSchema),
	Outputs: z.record(z.string(), z.object({ Value: z.unknown(), Condition: z.string().optional() })).default({}),
});

/** A CloudFormation template as far as the embedded cloud reads it; properties are not resolved yet. */
export type Template = z.output<typeof templateSchema>;
export type Resource = z.output<typeof resourceSchema>;

/** Something in the template that cannot be read or resolved; the message names where, e.g. `WaitsTable.Properties.TableName`. */
export class TemplateError extends Error {
	override name = "TemplateError";
	constructor(at: string, problem: string, options?: ErrorOptions) {
		super(`${at}: ${problem}`, options);
	}
}

/** Reads a template in JSON, as the packager writes it. Throws TemplateError, naming the first member that is wrong. */
export function loadTemplate(text: string): Template {
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch (cause) {
		throw new TemplateError("template", "is not JSON", { cause });
	}
	return parsedAt("template", templateSchema, json);
}

/** Parses with a schema and blames `at`. Throws TemplateError. */
export function parsedAt<S extends z.ZodType>(at: string, schema: S, value: unknown): z.output<S> {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw new TemplateError([at, ...(issue?.path ?? [])].join("."), issue?.message ?? "is not valid");
}
