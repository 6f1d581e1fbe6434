import { createRequire } from "node:module";
import { compileFunction } from "node:vm";
import { transformSync } from "esbuild";
import { z } from "zod";
import { edgeEnvironment } from "./rules/function-rules.ts";

/** What the Lambda runtime sets at the edge, and all that a function may read there. */
export interface EdgeEnvironment {
	AWS_REGION: string;
	AWS_ACCESS_KEY_ID: string;
	AWS_SECRET_ACCESS_KEY: string;
	AWS_SESSION_TOKEN?: string;
}

/**
 * Loads the deployed bundle of a Lambda@Edge function (its text, ESM or CommonJS) and gives its `handler`.
 * Inside it `process.env` holds the given variables and no others, as there are none at the edge, and to read one that Lambda does not
 * reserve throws EdgeRuleBroken; a bundle that goes around `process` could still find the real ones, since it is one process.
 */
export function loadEdgeFunction(bundle: string, environment: EdgeEnvironment): (event: unknown) => Promise<unknown> {
	const { code } = transformSync(bundle, { format: "cjs", platform: "node" });
	const module: { exports: unknown } = { exports: {} };
	const own = Object.create(process, { env: { value: edgeEnvironment({ ...environment }, "origin-request") } });
	const run = compileFunction(code, ["exports", "module", "require", "process"], { filename: "edge-function.cjs" });
	run(module.exports, module, createRequire(import.meta.url), own);
	const { handler } = z
		.object({ handler: z.custom<(event: unknown) => unknown>((value) => typeof value === "function") })
		.parse(module.exports);
	return async (event) => await handler(event);
}
