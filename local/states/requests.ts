import { z } from "zod";
import { AwsError } from "../aws/service.ts";
import { limits } from "./limits.ts";

const arn = z.string().min(1).max(2000);
const bigText = z.string().max(32_768);
const payload = z.string().refine((text) => Buffer.byteLength(text) <= limits.payloadBytes, {
	message: `Member must have length less than or equal to ${limits.payloadBytes}`,
});
const page = {
	maxResults: z.int().min(0).max(1000, "Member must have value less than or equal to 1000").default(0),
	nextToken: z.string().max(3096, "Member must have length less than or equal to 3096").optional(),
};
const statuses = ["SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"] as const;
const taskToken = z.string().min(1).max(2048);

/** What the operations take (https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html). */
export const requests = {
	startExecution: z.object({
		stateMachineArn: arn,
		name: z
			.string()
			.min(1)
			.max(limits.nameCharacters, `Member must have length less than or equal to ${limits.nameCharacters}`)
			.optional(),
		input: payload.default("{}"),
		traceHeader: z.string().optional(),
	}),
	execution: z.object({ executionArn: arn, includedData: z.string().optional() }),
	history: z.object({
		executionArn: arn,
		...page,
		reverseOrder: z.boolean().default(false),
		includeExecutionData: z.boolean().default(true),
	}),
	list: z.object({
		stateMachineArn: arn,
		...page,
		statusFilter: z.enum(statuses, `Member must satisfy enum value set: [${statuses.join(", ")}]`).optional(),
		redriveFilter: z.enum(["REDRIVEN", "NOT_REDRIVEN"]).optional(),
	}),
	stop: z.object({ executionArn: arn, error: z.string().max(256).optional(), cause: bigText.optional() }),
	redrive: z.object({ executionArn: arn, clientToken: z.string().min(1).max(64).optional() }),
	taskSuccess: z.object({ taskToken, output: payload }),
	taskFailure: z.object({ taskToken, error: z.string().max(256).optional(), cause: bigText.optional() }),
	taskHeartbeat: z.object({ taskToken }),
};

/** Reads a request. Throws ValidationException in AWS's wording for the first thing that is wrong. */
export function read<T>(shape: z.ZodType<T>, input: unknown): T {
	const parsed = shape.safeParse(input);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	const path = issue?.path.join(".") ?? "";
	const value = valueAt(input, path);
	const rule = issue?.message ?? "it is not valid";
	throw new AwsError(
		"ValidationException",
		`1 validation error detected: Value ${value} at '${path}' failed to satisfy constraint: ${rule}`,
	);
}

function valueAt(input: unknown, field: string): string {
	const found = z.record(z.string(), z.unknown()).safeParse(input).data?.[field];
	return found === undefined ? "null" : `'${String(found)}'`;
}

const position = z.int();

/** Where a listing goes on: opaque to the caller. */
export function pageToken(at: number): string {
	return Buffer.from(JSON.stringify(at)).toString("base64url");
}

/** Throws InvalidToken for what pageToken did not make. */
export function readPageToken(token: string | undefined): number | undefined {
	if (token === undefined) return undefined;
	const parsed = z.preprocess((text) => JSON.parse(String(text)), position).safeParse(safeText(token));
	if (parsed.success) return parsed.data;
	throw new AwsError("InvalidToken", "Invalid Token: 'Invalid token'");
}

function safeText(token: string): string {
	const text = Buffer.from(token, "base64url").toString();
	return /^\d+$/.test(text) ? text : "null";
}
