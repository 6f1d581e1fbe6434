import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { argv } from "node:process";
import { edgeVersion, zipOf } from "./artifact.ts";
import { bundleForLambda, bundleForLocalCloud } from "./bundle.ts";
import { contentHash } from "./content-hash.ts";
import { withLock } from "./lock.ts";
import { type FunctionEntry, isEdge, readAllFunctions } from "./service-file.ts";
import { isStarted } from "./started.ts";

const outdir = ".build";
const stamp = join(outdir, "build.json");

/** Held by whoever writes below `.build`. */
export const lockFile = join(outdir, "lock");

/** All that a bundle is made from, beside the list of functions. */
const sources = [
	"functions",
	"services",
	"domain",
	"origin",
	"package-lock.json",
	"scripts/artifact.ts",
	"scripts/build.ts",
	"scripts/bundle.ts",
	"scripts/service-file.ts",
];

/** Where a script tells its progress, a line at a time. */
export type Say = (line: string) => void;

/**
 * Builds what is deployed (`.build/functions/<key>.zip`, `.build/edge-version.json`) and what the embedded cloud runs
 * (`.build/local/functions/<room>/<file>.mjs`). Does nothing when nothing changed. Answers the hash of the sources.
 */
export async function buildFunctions(say: Say = console.log): Promise<string> {
	const startedAt = Date.now();
	const hash = contentHash(sources, JSON.stringify(readAllFunctions()));
	if (lastHash() === hash) {
		say("build: unchanged, skipped");
		return hash;
	}
	rmSync(stamp, { force: true }); // an interrupted build must not look finished
	// Old chunks stay: an embedded cloud that is running may still load them.
	const entries = entriesWithCode();
	await Promise.all([
		bundleForLocalCloud(
			entries.filter((entry) => !isEdge(entry)),
			join(outdir, "local"),
		),
		pack(entries.filter((entry) => !isEdge(entry))),
		pack(entries.filter(isEdge)),
	]);
	writeFileSync(stamp, JSON.stringify({ hash }));
	say(`build: ${entries.length} functions in ${Date.now() - startedAt} ms`);
	return hash;
}

/** The sources of the last build; undefined when it did not finish or its zips are gone. */
function lastHash(): string | undefined {
	const complete = existsSync(stamp) && readAllFunctions().every(({ key }) => existsSync(zipFile(key)));
	return complete ? JSON.parse(readFileSync(stamp, "utf8")).hash : undefined;
}

function entriesWithCode(): FunctionEntry[] {
	const entries = readAllFunctions();
	const missing = entries.filter(({ module }) => !existsSync(`${module}.ts`));
	if (missing.length === 0) return entries;
	throw new Error(`These functions are not there: ${missing.map(({ module }) => `${module}.ts`).join(", ")}`);
}

/** Bundles and packs functions that are all of the edge, or none. */
async function pack(entries: readonly FunctionEntry[]): Promise<void> {
	const texts = await bundleForLambda(entries, { edge: entries.some(isEdge) });
	for (const [at, entry] of entries.entries()) {
		const code = texts[at] ?? new Uint8Array();
		writeZip(entry, code);
		// The local edge runs the very bytes that go to CloudFront.
		if (isEdge(entry)) write(join(outdir, "local", `${entry.module}.mjs`), code);
	}
}

export const zipFile = (key: string): string => join(outdir, "functions", `${key}.zip`);

function writeZip(entry: FunctionEntry, code: Uint8Array): void {
	const zip = zipOf(entry, code);
	write(zipFile(entry.key), zip);
	if (isEdge(entry)) write(join(outdir, "edge-version.json"), JSON.stringify(edgeVersion(entry, zip), null, "\t"));
}

function write(path: string, content: string | Uint8Array): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, content);
}

function printSizes(): void {
	for (const { key } of readAllFunctions()) {
		const bytes = readFileSync(zipFile(key)).length;
		console.log(`${(bytes / 1024).toFixed(1).padStart(8)} KB  ${key}`);
	}
}

if (isStarted(import.meta)) {
	await withLock(lockFile, () => buildFunctions());
	if (argv.includes("--sizes")) printSizes();
}
