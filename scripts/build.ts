import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { argv } from "node:process";
import { type Zippable, zipSync } from "fflate";
import { bundleForLambda, bundleForLocalCloud } from "./bundle.ts";
import { contentHash } from "./content-hash.ts";
import { type FunctionEntry, isEdge, readFunctions } from "./service-file.ts";

const outdir = ".build";
const stamp = join(outdir, "build.json");

/** All that a bundle is made from. */
const sources = [
	"functions",
	"services",
	"domain",
	"origin",
	"serverless.yml",
	"package-lock.json",
	"scripts/build.ts",
	"scripts/bundle.ts",
	"scripts/service-file.ts",
];

/**
 * Builds what is deployed (`.build/functions/<key>.zip`, `.build/edge-version.json`) and what the embedded cloud runs
 * (`.build/local/functions/<room>/<file>.mjs`). Does nothing when nothing changed. Answers the hash of the sources.
 */
export async function buildFunctions(): Promise<string> {
	const startedAt = Date.now();
	const hash = contentHash(sources);
	if (lastHash() === hash) {
		console.log("build: unchanged, skipped");
		return hash;
	}
	rmSync(stamp, { force: true }); // an interrupted build must not look finished
	rmSync(join(outdir, "local"), { recursive: true, force: true });
	const { present, missing } = presentEntries();
	await Promise.all([
		bundleForLocalCloud(
			present.filter((entry) => !isEdge(entry)),
			join(outdir, "local"),
		),
		...present.map(packFunction),
		...missing.map(packPlaceholder),
	]);
	writeFileSync(stamp, JSON.stringify({ hash }));
	const gaps = missing.length > 0 ? `, WITHOUT CODE: ${missing.map(({ key }) => key).join(" ")}` : "";
	console.log(`build: ${present.length} functions in ${Date.now() - startedAt} ms${gaps}`);
	return hash;
}

function lastHash(): string | undefined {
	return existsSync(stamp) ? JSON.parse(readFileSync(stamp, "utf8")).hash : undefined;
}

function presentEntries(): { present: FunctionEntry[]; missing: FunctionEntry[] } {
	const { present = [], missing = [] } = Object.groupBy(readFunctions(), ({ module }) =>
		existsSync(`${module}.ts`) ? "present" : "missing",
	);
	return { present, missing };
}

async function packFunction(entry: FunctionEntry): Promise<void> {
	const code = await bundleForLambda(entry);
	writeZip(entry, code);
	// The local edge runs the very bytes that go to CloudFront.
	if (isEdge(entry)) write(join(outdir, "local", `${entry.module}.mjs`), code);
}

function packPlaceholder(entry: FunctionEntry): void {
	writeZip(entry, new TextEncoder().encode('export const handler = () => { throw new Error("no code yet"); };\n'));
}

/** Writes a function's zip: equal code gives equal bytes, on every day and in every time zone. */
function writeZip(entry: FunctionEntry, code: Uint8Array): void {
	// The format holds local times, so the stamp is one as well; 1980 is its first year.
	const fixed = { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o644 << 16, level: 9 } as const;
	const content: Zippable = { [`${entry.module}.mjs`]: [code, fixed] };
	const zip = zipSync(content);
	write(join(outdir, "functions", `${entry.key}.zip`), zip);
	if (isEdge(entry)) write(join(outdir, "edge-version.json"), JSON.stringify(edgeVersion(entry, zip), null, "\t"));
}

/**
 * The template fragment with the edge function's version. Its logical id carries the hash of the zip and of the settings that
 * a version freezes: a version is published when, and only when, one of them changed. Retained, because replicas linger for
 * hours after an association ends and the function cannot be deleted meanwhile
 * (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-edge-delete-replicas.html).
 */
function edgeVersion(entry: FunctionEntry, zip: Uint8Array) {
	const digest = createHash("sha256").update(zip).update(JSON.stringify(entry.settings)).digest("hex");
	const name = `${entry.key[0]?.toUpperCase()}${entry.key.slice(1)}`;
	const logicalId = `${name}Version${digest.slice(0, 32)}`;
	return {
		Resources: {
			[logicalId]: {
				Type: "AWS::Lambda::Version",
				DeletionPolicy: "Retain",
				UpdateReplacePolicy: "Retain",
				Properties: {
					FunctionName: { Ref: `${name}LambdaFunction` },
					CodeSha256: createHash("sha256").update(zip).digest("base64"),
				},
			},
		},
		Outputs: {
			[`${name}VersionArn`]: { Description: "The edge function's published version.", Value: { Ref: logicalId } },
		},
	};
}

function write(path: string, content: string | Uint8Array): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, content);
}

function printSizes(): void {
	for (const { key } of readFunctions()) {
		const bytes = readFileSync(join(outdir, "functions", `${key}.zip`)).length;
		console.log(`${(bytes / 1024).toFixed(1).padStart(8)} KB  ${key}`);
	}
}

if (import.meta.main) {
	await buildFunctions();
	if (argv.includes("--sizes")) printSizes();
}
