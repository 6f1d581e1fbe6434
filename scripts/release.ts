import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { canonicalJson } from "../domain/canonical-json.ts";
import { zipFile } from "./build.ts";
import { templateFile } from "./package.ts";
import { neutralTemplate, parseTemplate } from "./parity.ts";
import { zipKey } from "./release-template.ts";
import { type StageName, stageNames } from "./stages.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** One build, as it is promoted from environment to environment: the very same zips, and templates that differ in named values only (R11). */
export const releaseSchema = z.object({
	/** SHA-256 over all that it consists of, but for the values that environments differ in. */
	digest: sha256,
	/** SHA-256 of each function's zip, by its key. */
	functions: z.record(z.string(), sha256),
	/** SHA-256 of each environment's template file. */
	templates: z.record(z.enum(stageNames), sha256),
});
export type Release = z.infer<typeof releaseSchema>;

export const releaseFile = join(".build", "package", "release.json");

/** Writes down what was packaged as a release, and answers it. Both stages must be packaged. */
export function describeRelease(functions: Readonly<Record<string, string>>): Release {
	const [first] = stageNames;
	const texts = stageNames.map((stage) => [stage, readFileSync(templateFile(stage), "utf8")] as const);
	const [[, text]] = texts as [(typeof texts)[number]]; // stageNames is not empty
	const release = releaseSchema.parse({
		digest: releaseDigest(functions, text, first),
		functions,
		templates: Object.fromEntries(texts.map(([stage, template]) => [stage, digestOf(template)])),
	});
	writeFileSync(releaseFile, `${JSON.stringify(release, null, "\t")}\n`);
	return release;
}

/** The digest of what consists of these functions (SHA-256 of each zip, by key) and of a stage's template of it, as JSON text. */
export function releaseDigest(functions: Readonly<Record<string, string>>, text: string, stage: StageName): string {
	return digestOf(canonicalJson({ functions, template: neutralTemplate(parseTemplate(text), stage) }));
}

/**
 * In what a release is not what its digest says, a sentence each; none: it is whole. A list that somebody has written says of itself what
 * it likes, so that it is the templates (JSON text by stage) that are asked.
 */
export function releaseFlaws(release: Release, texts: ReadonlyMap<StageName, string>): string[] {
	const digests = [...texts].map(([stage, text]) => [stage, digestOrNone(release, text, stage)] as const);
	const others = digests.filter(([, digest]) => digest !== release.digest);
	if (others.length === 0) return [];
	const zips = Object.entries(release.functions).filter(([, sha256]) =>
		[...texts.values()].some((text) => !text.includes(zipKey(sha256))),
	);
	const unnamed = zips.map(([key]) => `The template takes another zip than the list says for ${key}.`);
	if (unnamed.length > 0) return unnamed;
	if (new Set(digests.map(([, digest]) => digest)).size === 1)
		return ["The list of functions, or the templates of all stages, are of another release."];
	return others.map(([stage]) => `The template of ${stage} is of another release.`);
}

function digestOrNone({ functions }: Release, text: string, stage: StageName): string | undefined {
	try {
		return releaseDigest(functions, text, stage);
	} catch {
		// What is no template is of no release.
		return undefined;
	}
}

/** The release that was packaged last. Throws when there is none. */
export function readRelease(): Release {
	return releaseSchema.parse(JSON.parse(readFileSync(releaseFile, "utf8")));
}

/** A stage's template of the release, as it was packaged. Throws when it was packaged anew since. */
export function readReleasedTemplate(stage: StageName, { templates }: Release): Uint8Array {
	const text = readFileSync(templateFile(stage));
	if (digestOf(text) !== templates[stage])
		throw new Error(`The template of ${stage} was packaged anew since: package again, both stages at once.`);
	return text;
}

/** The zip of a function of the release. Throws when it was built anew since. */
export function readZip(key: string, { functions }: Release): Uint8Array {
	const zip = readFileSync(zipFile(key));
	// Somebody may have built since: what is uploaded under a digest must be what it says.
	if (digestOf(zip) !== functions[key])
		throw new Error(`'${key}' was built anew since the release was packaged: package again.`);
	return zip;
}

export function digestOf(content: string | Uint8Array): string {
	return createHash("sha256").update(content).digest("hex");
}
