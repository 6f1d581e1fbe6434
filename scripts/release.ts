import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { canonicalJson } from "../domain/canonical-json.ts";
import { zipFile } from "./build.ts";
import { templateFile } from "./package.ts";
import { neutralTemplate, parseTemplate } from "./parity.ts";
import { stageNames } from "./stages.ts";

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
	const content = { functions, template: neutralTemplate(parseTemplate(text), first) };
	const release = releaseSchema.parse({
		digest: digestOf(canonicalJson(content)),
		functions,
		templates: Object.fromEntries(texts.map(([stage, template]) => [stage, digestOf(template)])),
	});
	writeFileSync(releaseFile, `${JSON.stringify(release, null, "\t")}\n`);
	return release;
}

/** The release that was packaged last. Throws when there is none. */
export function readRelease(): Release {
	return releaseSchema.parse(JSON.parse(readFileSync(releaseFile, "utf8")));
}

/** The zip of a function of the release. */
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
