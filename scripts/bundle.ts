import { resolve } from "node:path";
import { type BuildOptions, build } from "esbuild";
import type { FunctionEntry } from "./service-file.ts";

/** CloudFront refuses more than 50 MB; at 1 MB a cold start already hurts every viewer of a region. */
export const edgeCapBytes = 1_048_576;

/** CommonJS packages inside an ES module ask for `require`, which an ES module does not have. */
const requireBanner =
	'import { createRequire as hostmasterRequire } from "node:module"; const require = hostmasterRequire(import.meta.url);';

const common = {
	bundle: true,
	platform: "node",
	format: "esm",
	target: "node24",
	// The SDK's CommonJS builds cannot be tree-shaken: each function would carry every command of its services.
	mainFields: ["module", "main"],
	legalComments: "none",
	outExtension: { ".js": ".mjs" },
	outbase: ".",
	logLevel: "warning",
} satisfies BuildOptions;

/**
 * Bundles each function into a single minified ES module and answers their texts, in the order of `entries`. All in one call: what they
 * share, the AWS SDK above all, is then parsed once. The edge function is bundled alone, since it is built otherwise.
 *
 * The AWS SDK is bundled too, although Lambda's runtime has one: what was tested is what runs (the runtime's changes under
 * us without a deployment), only the clients in use are loaded, and a cold start reads one file instead of a thousand
 * (https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-sdk-included).
 */
export async function bundleForLambda(
	entries: readonly FunctionEntry[],
	{ edge }: { edge: boolean },
): Promise<Uint8Array[]> {
	const outdir = ".build/never-written";
	const { outputFiles } = await build({
		...common,
		entryPoints: entries.map(({ key, module }) => ({ in: `${module}.ts`, out: key })),
		outdir,
		write: false,
		minify: true,
		// Stack traces name our functions; the edge pays for each byte, so it goes without.
		keepNames: !edge,
		// The edge has no CommonJS packages, and must stay so.
		...(edge ? {} : { banner: { js: requireBanner } }),
	});
	const texts = new Map(outputFiles.map(({ path, contents }) => [path, contents]));
	return entries.map(({ key }) => {
		const text = texts.get(resolve(outdir, `${key}.mjs`));
		if (!text) throw new Error(`${key} has no bundle.`);
		if (edge && text.length > edgeCapBytes) {
			throw new Error(`${key} is ${text.length} bytes; the edge takes at most ${edgeCapBytes}.`);
		}
		return text;
	});
}

/** Bundles all functions for the embedded cloud: shared chunks, readable, with source maps; handlers load lazily, in one process. */
export async function bundleForLocalCloud(entries: readonly FunctionEntry[], outdir: string): Promise<void> {
	await build({
		...common,
		entryPoints: entries.map(({ module }) => `${module}.ts`),
		outdir,
		splitting: true,
		chunkNames: "chunks/[name]-[hash]",
		sourcemap: true,
		banner: { js: requireBanner },
	});
}
