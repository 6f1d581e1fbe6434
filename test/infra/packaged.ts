import { readFileSync } from "node:fs";
import { z } from "zod";
import { packageStages, templateFile } from "../../scripts/package.ts";
import { type StageName, stageNames } from "../../scripts/stages.ts";

const resourceSchema = z.looseObject({
	Type: z.string(),
	Properties: z.record(z.string(), z.unknown()).default({}),
	DeletionPolicy: z.string().optional(),
	UpdateReplacePolicy: z.string().optional(),
	DependsOn: z.union([z.string().transform((name) => [name]), z.array(z.string())]).default([]),
});
export type Resource = z.output<typeof resourceSchema>;

const templateSchema = z.looseObject({
	Resources: z.record(z.string(), resourceSchema),
	Parameters: z.record(z.string(), z.unknown()),
	Outputs: z.record(z.string(), z.unknown()),
	Conditions: z.record(z.string(), z.unknown()),
});
export type Template = z.output<typeof templateSchema>;

/** Both packaged templates; packages first unless that was done and nothing changed since. */
export async function packagedTemplates(): Promise<Record<StageName, Template>> {
	await packageStages(stageNames);
	const read = (stage: StageName) => templateSchema.parse(JSON.parse(readFileSync(templateFile(stage), "utf8")));
	return { nonprod: read("nonprod"), prod: read("prod") };
}

export function ofType(template: Template, type: string): [string, Resource][] {
	return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

/** What stands at a path of names and positions; undefined when nothing does. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
	return path.reduce<unknown>(
		(here, name) => (typeof here === "object" && here !== null ? Reflect.get(here, name) : undefined),
		value,
	);
}

/** A list, whether it is written as one or as its only element. */
export function listAt(value: unknown, ...path: (string | number)[]): unknown[] {
	const found = at(value, ...path);
	if (found === undefined) return [];
	return Array.isArray(found) ? found : [found];
}

/** All logical ids and parameters that a value names by Ref, Fn::GetAtt or Fn::Sub; pseudo parameters are left out. */
export function namesIn(value: unknown): string[] {
	if (Array.isArray(value)) return value.flatMap(namesIn);
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value)
		.flatMap(([key, member]) => {
			if (key === "Ref" && typeof member === "string") return [member];
			if (key === "Fn::GetAtt") return [String(at(member, 0))];
			if (key === "Fn::Sub") return namesInText(String(Array.isArray(member) ? member[0] : member));
			return namesIn(member);
		})
		.filter((name) => !name.startsWith("AWS::"));
}

function namesInText(text: string): string[] {
	return [...text.matchAll(/\$\{([A-Za-z0-9:]+)[^}]*\}/g)].map(([, name = ""]) => name);
}
