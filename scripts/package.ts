import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execPath, exit } from "node:process";
import { isDeepStrictEqual, parseArgs, promisify } from "node:util";
import { z } from "zod";
import { buildFunctions, lockFile, type Say, zipFile } from "./build.ts";
import { contentHash } from "./content-hash.ts";
import { withLock } from "./lock.ts";
import { packageRegistrar } from "./package-registrar.ts";
import { compareStages, parseTemplate, renderDifferences } from "./parity.ts";
import { releaseTemplate } from "./release-template.ts";
import { type FunctionEntry, readFunctions, registrarFunctions } from "./service-file.ts";
import { readStage, type StageName, stageNames } from "./stages.ts";
import { isStarted } from "./started.ts";

const run = promisify(execFile);
const framework = "node_modules/osls/bin/serverless.js";

/** What a package consists of. The zips are in `.build/functions`: both stages deploy the very same ones. */
const manifestSchema = z.object({
	stage: z.enum(stageNames),
	/** Hash of all that the package was made from. */
	sources: z.string(),
	/** SHA-256 of the template. */
	template: z.string(),
	/** SHA-256 of each function's zip. */
	functions: z.record(z.string(), z.string()),
});
type Manifest = z.output<typeof manifestSchema>;

export const packageFolder = (stage: StageName): string => join(".build", "package", stage);
export const templateFile = (stage: StageName): string =>
	join(packageFolder(stage), "cloudformation-template-update-stack.json");
const manifestFile = (stage: StageName): string => join(packageFolder(stage), "manifest.json");

/**
 * Builds and packages stages into `.build/package/<stage>`, and the registrar's template beside them, without network or credentials. A
 * stage of which nothing changed is skipped. Throws MissingConfiguration when a value is missing, RegistrarRefused, and what osls said
 * when it refused the service.
 */
export async function packageStages(stages: readonly StageName[], say: Say = console.log): Promise<void> {
	for (const stage of stages) readStage(stage);
	await withLock(lockFile, () => buildAndPackage(stages, say));
}

/** All that a template is made from, beside the functions' code. */
const sources = [
	...["serverless.yml", "infra", "statemachines", "domain/resource-tags.ts"],
	...["scripts/package.ts", "scripts/release-template.ts"],
];

async function buildAndPackage(stages: readonly StageName[], say: Say): Promise<void> {
	const code = await buildFunctions(say);
	const hash = createHash("sha256").update(code).update(contentHash(sources)).digest("hex");
	// One after the other: osls stages both in the same folder.
	for (const stage of stages) await packageStage(stage, hash, say);
	packageRegistrar(registrarZipDigests(), say);
}

async function packageStage(stage: StageName, sources: string, say: Say): Promise<void> {
	if (existsSync(templateFile(stage)) && isDeepStrictEqual(readManifest(stage), manifestOf(stage, sources))) {
		say(`package ${stage}: unchanged, skipped`);
		return;
	}
	const startedAt = Date.now();
	rmSync(manifestFile(stage), { force: true }); // an interrupted package must not look finished
	// Credentials and profiles of the shell stay out: packaging must not depend on them.
	const { PATH, HOME } = process.env;
	const environment = { PATH, HOME, AWS_EC2_METADATA_DISABLED: "true", SLS_INTERACTIVE_SETUP_ENABLE: "0" };
	try {
		await run(execPath, [framework, "package", "--stage", stage, "--package", packageFolder(stage)], {
			env: environment,
		});
	} catch (cause) {
		throw new Error(`osls refused the service: ${saidBy(cause)}`, { cause });
	}
	const packaged: unknown = JSON.parse(readFileSync(templateFile(stage), "utf8"));
	writeFileSync(templateFile(stage), `${JSON.stringify(releaseTemplate(packaged, zipDigests(), stage), null, "\t")}\n`);
	writeFileSync(manifestFile(stage), JSON.stringify(manifestOf(stage, sources), null, "\t"));
	say(`package ${stage}: ${packageFolder(stage)} in ${Date.now() - startedAt} ms`);
}

function saidBy(error: unknown): string {
	const { stderr, stdout } = z.object({ stderr: z.string(), stdout: z.string() }).partial().catch({}).parse(error);
	return [stderr, stdout].filter(Boolean).join("\n").trim() || String(error);
}

function manifestOf(stage: StageName, sources: string): Manifest {
	return { stage, sources, template: fileDigest(templateFile(stage)), functions: zipDigests() };
}

/** SHA-256 of the zip of each function of the environments, by its key. */
export function zipDigests(): Record<string, string> {
	return digestsOf(readFunctions());
}

/** SHA-256 of the zip of each function of the registrar's account, by its key. */
export function registrarZipDigests(): Record<string, string> {
	return digestsOf(registrarFunctions);
}

function digestsOf(entries: readonly FunctionEntry[]): Record<string, string> {
	return Object.fromEntries(entries.map(({ key }) => [key, fileDigest(zipFile(key))]));
}

function fileDigest(file: string): string {
	return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** The manifest of a packaged stage; undefined when there is none. */
function readManifest(stage: StageName): Manifest | undefined {
	if (!existsSync(manifestFile(stage))) return undefined;
	return manifestSchema.parse(JSON.parse(readFileSync(manifestFile(stage), "utf8")));
}

/** Says how the two packaged environments differ; answers false when they differ in anything but the named parameters (R11). */
export function reportParity(say: Say = console.log): boolean {
	const [nonprod, prod] = [templateFile("nonprod"), templateFile("prod")].map((file) =>
		parseTemplate(readFileSync(file, "utf8")),
	);
	if (!nonprod || !prod) return false;
	const { parameters, others } = compareStages(nonprod, prod);
	say(`parity: ${parameters.length} parameters differ (nonprod | prod)`);
	say(renderDifferences(parameters));
	if (others.length === 0) return true;
	say("parity: BROKEN. One template serves both environments; these differ too:");
	say(renderDifferences(others));
	return false;
}

async function main(): Promise<boolean> {
	const { values } = parseArgs({ options: { stage: { type: "string" }, quiet: { type: "boolean", default: false } } });
	const asked = z.enum(stageNames).optional().safeParse(values.stage);
	if (!asked.success) throw new Error(`There is no stage '${values.stage}'; choose ${stageNames.join(" or ")}.`);
	const stages = asked.data ? [asked.data] : stageNames;
	if (values.quiet) {
		// npm's prepare: what `npm start` will need, and not a word unless it fails.
		await packageStages(stages, () => {});
		return true;
	}
	// Both, whichever was asked for: one alone cannot be compared.
	await packageStages(stageNames);
	if (!reportParity()) return false;
	console.log(`packaged: ${stages.map(templateFile).join(" ")}`);
	return true;
}

if (isStarted(import.meta)) {
	try {
		if (!(await main())) exit(1);
	} catch (error) {
		console.error(error instanceof Error ? error.message : error);
		exit(1);
	}
}
