import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What a function's file exports. The context is the runtime's; callbacks are not supported, as in Node.js 24. */
export type Handler = (event: unknown, context: LambdaContext) => unknown;

/** The part of the runtime's context object that has a meaning here. */
export interface LambdaContext {
	awsRequestId: string;
	functionName: string;
	functionVersion: "$LATEST";
	invokedFunctionArn: string;
	memoryLimitInMB: string;
	logGroupName: string;
	logStreamName: string;
	callbackWaitsForEmptyEventLoop: boolean;
	getRemainingTimeInMillis(): number;
}

/** Finds the code of a handler, e.g. `functions/api/create-tenant.handler`. Called on each invocation; rejects with an Error whose name is the runtime's. */
export type ResolveHandler = (handler: string) => Promise<Handler>;

/**
 * Imports handlers from a code-split ESM build, on first use. A build that was replaced on disk is not imported again.
 * Rejects with `Runtime.ImportModuleError` or `Runtime.HandlerNotFound`.
 */
export function handlersIn(directory: string): ResolveHandler {
	return async (handler) => {
		const dot = handler.lastIndexOf(".");
		const exported = handler.slice(dot + 1);
		const file = join(directory, `${handler.slice(0, dot)}.mjs`);
		if (!existsSync(file)) throw runtimeError("Runtime.ImportModuleError", `Error: Cannot find module '${file}'`);
		const module: unknown = await import(pathToFileURL(file).href);
		const found: unknown = Reflect.get(Object(module), exported);
		if (typeof found !== "function") {
			throw runtimeError("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
		}
		// Cast: the shape of a function cannot be seen at run time; a handler takes what Lambda gives it.
		return found as Handler;
	};
}

function runtimeError(name: string, message: string): Error {
	return Object.assign(new Error(message), { name });
}
