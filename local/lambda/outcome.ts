import { types } from "node:util";
import type { InvokeResult } from "../aws/service.ts";

/** 6 MB, as Lambda writes it in its own message (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
const responseLimitBytes = 6_291_556;

type Failure = Extract<InvokeResult, { ok: false }>;

/** A failure in the wire shape of a function error. */
export function failure(errorType: string, errorMessage: string, trace: string[] = []): Failure {
	return { ok: false, errorType, errorMessage, trace };
}

/** What the Node.js runtime reports of a value that a handler threw (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html). */
export function thrown(error: unknown): Failure {
	if (!types.isNativeError(error)) return failure(typeof error, String(error));
	return failure(error.name, error.message, error.stack?.split("\n") ?? []);
}

/** What a handler returned, as it comes out of its JSON text; nothing at all comes out as null. */
export function returned(value: unknown): InvokeResult {
	let text: string | undefined;
	try {
		text = JSON.stringify(value);
	} catch (error) {
		return failure("Runtime.MarshalError", `Unable to stringify response body: ${thrown(error).errorMessage}`);
	}
	const bytes = Buffer.byteLength(text ?? "null");
	if (bytes > responseLimitBytes) {
		const told = `Response payload size (${bytes} bytes) exceeded maximum allowed payload size (${responseLimitBytes} bytes).`;
		return failure("Function.ResponseSizeTooLarge", told);
	}
	return { ok: true, payload: JSON.parse(text ?? "null") };
}
