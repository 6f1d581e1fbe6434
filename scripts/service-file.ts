import { readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { z } from "zod";

/** One entry of `functions` in serverless.yml, as far as the build needs it. */
export interface FunctionEntry {
	/** E.g. `createTenant`. */
	key: string;
	/** Path without extension, from the repository's root, e.g. `functions/api/create-tenant`. */
	module: string;
	/** What else a published version contains besides code; a change of it needs a new version. */
	settings: Record<string, unknown>;
}

const serviceSchema = z.object({
	provider: z.object({ runtime: z.string() }),
	functions: z.record(z.string(), z.looseObject({ handler: z.string().endsWith(".handler") })),
});

/** The functions that serverless.yml deploys, in its order. Throws when an entry has no handler of ours. */
export function readFunctions(serviceFile = "serverless.yml"): FunctionEntry[] {
	// Tags such as !Ref are CloudFormation's; they are of no interest here and stay plain values.
	const document = parseDocument(readFileSync(serviceFile, "utf8"), { logLevel: "silent", merge: true });
	const { provider, functions } = serviceSchema.parse(document.toJS());
	return Object.entries(functions).map(([key, { handler, memorySize, timeout, architecture }]) => ({
		key,
		module: handler.slice(0, -".handler".length),
		settings: { runtime: provider.runtime, handler, memorySize, timeout, architecture },
	}));
}

/** What infra/registrar-check.yml deploys into the registrar's account; serverless.yml is of the environments'. */
export const registrarFunctions: readonly FunctionEntry[] = [
	{ key: "checkRegistrations", module: "functions/schedule/check-registrations", settings: {} },
];

/** All that is built. */
export function readAllFunctions(): FunctionEntry[] {
	return [...readFunctions(), ...registrarFunctions];
}

/** True for the function that runs at CloudFront: it is bundled and published by other rules than the rest. */
export function isEdge(entry: FunctionEntry): boolean {
	return entry.module.startsWith("functions/edge/");
}
