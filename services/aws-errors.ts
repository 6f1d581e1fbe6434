import { HostmasterError } from "../domain/errors.ts";

// Route 53 throttles with 400 `Throttling` and asks for patience with `PriorRequestNotComplete`; the others are the SDK's names.
const throttles = new Set([
	"Throttling",
	"ThrottlingException",
	"ThrottledException",
	"TooManyRequestsException",
	"ProvisionedThroughputExceededException",
	"RequestLimitExceeded",
	"RequestThrottled",
	"PriorRequestNotComplete",
	"TransactionInProgressException",
	// A plain write that met a transaction on the row; the SDK does not repeat it.
	"TransactionConflictException",
	"RequestThrottledException",
	"LimitExceededException",
	"KmsThrottlingException",
	// Too many executions are open.
	"ExecutionLimitExceeded",
]);

/**
 * Runs a call of an AWS client and says what went wrong in our own words: `Throttled`, or `ServiceUnavailable` for what may work
 * later (5xx, time-outs, broken connections). Any other exception passes unchanged: the caller knows it by name, or it is a defect.
 */
export async function calling<T>(what: string, call: () => Promise<T>): Promise<T> {
	try {
		return await call();
	} catch (cause) {
		if (!(cause instanceof Error)) throw cause;
		if (throttles.has(cause.name)) throw new HostmasterError("Throttled", `${what} is throttled.`, { cause });
		if (isOutage(cause)) throw new HostmasterError("ServiceUnavailable", `${what} did not answer.`, { cause });
		throw cause;
	}
}

/** Why something could not be asked, for people. */
export function reasonOf(error: unknown): string {
	if (error instanceof HostmasterError) return error.detail;
	return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** True for a server fault, and for an exception without any answer: a time-out or a broken connection. */
function isOutage(error: Error): boolean {
	if (error instanceof HostmasterError) return false;
	if ("$fault" in error && error.$fault === "server") return true;
	const status = httpStatusOf(error);
	if (status !== undefined) return status >= 500;
	// Node's own complaints about arguments have codes too, and they are defects.
	const code = "code" in error ? String(error.code) : "";
	return error.name === "TimeoutError" || (code !== "" && !code.startsWith("ERR_"));
}

function httpStatusOf(error: Error): number | undefined {
	if (!("$metadata" in error) || typeof error.$metadata !== "object" || error.$metadata === null) return undefined;
	const { $metadata } = error;
	return "httpStatusCode" in $metadata && typeof $metadata.httpStatusCode === "number"
		? $metadata.httpStatusCode
		: undefined;
}
