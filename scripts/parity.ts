import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type StageName, stageValuesSchema } from "./stages.ts";

/**
 * Where a stage's name may stand in a template, and nothing else of it may differ. The service's name belongs to most tokens, so
 * that a stage's name inside another word is not swallowed.
 */
const stageTokens: readonly { where: string; pattern: (stage: StageName) => RegExp; becomes: string }[] = [
	{
		where: "names of functions, rules, tables, log groups, secrets, exports",
		pattern: (stage) => new RegExp(`\\bhostmaster-${stage}(?![a-z0-9])`, "g"),
		becomes: "hostmaster-<stage>",
	},
	{
		where: "logical ids of rules, which the framework derives from function names",
		pattern: (stage) => new RegExp(`^Hostmaster${stage}(?=[a-zA-Z]+rule\\d+EventBridgeRule$)`, "g"),
		becomes: "Hostmaster<stage>",
	},
	{
		where: "the tag `environment` and the variable STAGE",
		pattern: (stage) => new RegExp(`^${stage}$`, "g"),
		becomes: "<stage>",
	},
];

const templateSchema = z.looseObject({
	Parameters: z.record(z.string(), z.looseObject({ Default: z.unknown().optional() })),
});
export type PackagedTemplate = z.output<typeof templateSchema>;

/** One place in which two templates differ. */
export interface Difference {
	/** Names from the root, e.g. `Resources.RegistryTable.DeletionPolicy`. */
	path: string;
	nonprod: unknown;
	prod: unknown;
}

export interface Parity {
	/** Values that may differ: the defaults of the named parameters. */
	parameters: Difference[];
	/** Everything else that differs: there must be nothing. */
	others: Difference[];
}

/** Reads a packaged template, as osls writes it. Throws when it is not one. */
export function parseTemplate(json: string): PackagedTemplate {
	return templateSchema.parse(JSON.parse(json));
}

/** Compares the packaged templates of both environments, after the stage's name is taken out (R11). */
export function compareStages(nonprod: PackagedTemplate, prod: PackagedTemplate): Parity {
	const parameters: Difference[] = [];
	const others: Difference[] = [];
	for (const difference of differences([], withoutStage(nonprod, "nonprod"), withoutStage(prod, "prod"))) {
		(isNamedDefault(difference.path) ? parameters : others).push(difference);
	}
	return { parameters, others };
}

/** The template without its stage's name and values: what both environments share. */
export function neutralTemplate({ Parameters, ...template }: PackagedTemplate, stage: StageName): unknown {
	const shared = Object.entries(Parameters).map(([name, { Default: _own, ...parameter }]) => [name, parameter]);
	return withoutStage({ ...template, Parameters: Object.fromEntries(shared) }, stage);
}

const namedDefaults = new Set(Object.keys(stageValuesSchema.shape).map((name) => `Parameters.${name}.Default`));

function isNamedDefault(path: string): boolean {
	return namedDefaults.has(path);
}

function withoutStage(value: unknown, stage: StageName): unknown {
	if (typeof value === "string") return neutral(value, stage);
	if (Array.isArray(value)) return value.map((item) => withoutStage(item, stage));
	if (!isObject(value)) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, member]) => [neutral(key, stage), withoutStage(member, stage)]),
	);
}

function neutral(text: string, stage: StageName): string {
	return stageTokens.reduce((result, { pattern, becomes }) => result.replace(pattern(stage), becomes), text);
}

function differences(path: string[], nonprod: unknown, prod: unknown): Difference[] {
	if (isDeepStrictEqual(nonprod, prod)) return [];
	if (!isObject(nonprod) || !isObject(prod) || Array.isArray(nonprod) !== Array.isArray(prod)) {
		return [{ path: path.join("."), nonprod, prod }];
	}
	const names = new Set([...Object.keys(nonprod), ...Object.keys(prod)]);
	return [...names].flatMap((name) => differences([...path, name], nonprod[name], prod[name]));
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null;
}

/** A small table of differences, one a line. */
export function renderDifferences(found: readonly Difference[]): string {
	const width = Math.max(...found.map(({ path }) => path.length), 0);
	const show = (value: unknown) => (value === undefined ? "(absent)" : JSON.stringify(value).slice(0, 120));
	return found
		.map(({ path, nonprod, prod }) => `  ${path.padEnd(width)}  ${show(nonprod)}  |  ${show(prod)}`)
		.join("\n");
}
