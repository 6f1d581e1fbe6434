import { z } from "zod";
import { AwsError, type InvokeFunction } from "../aws/service.ts";
import type { Draft, TaskScheduled } from "./events.ts";
import type { Failure } from "./failure.ts";
import { type Json, parseJson, sizeOf } from "./json.ts";
import { limits } from "./limits.ts";
import { tooLarge } from "./outcome.ts";

const json: z.ZodType<Json> = z.json();
const withPayload = z.looseObject({ Payload: json.optional() });

/** Invokes a task's function and says what that is for the thread: an answer, a token handed over, or a failure. */
export async function invokeTask(
	invoke: InvokeFunction,
	thread: string,
	task: TaskScheduled,
	requestId: string,
): Promise<Draft> {
	const { resource } = task;
	const failed = (failure: Failure): Draft => ({ type: "TaskFailed", thread, resource, failure });
	try {
		const answer = await invoke(task.functionName, payloadOf(task));
		if (!answer.ok) {
			const { errorType, errorMessage, trace } = answer;
			return failed({ error: errorType, cause: JSON.stringify({ errorType, errorMessage, trace }) });
		}
		const output = invocationOutput(answer.payload, requestId);
		if (sizeOf(output) > limits.payloadBytes) return failed(tooLarge(task.functionName));
		return { type: resource === "invoke" ? "TaskSucceeded" : "TaskSubmitted", thread, resource, output };
	} catch (error) {
		return failed(serviceFailure(error));
	}
}

/** What the function is given: nothing is an empty object; a string is taken for the JSON text of the payload. */
function payloadOf({ parameters }: TaskScheduled): Json {
	const { Payload: payload } = withPayload.parse(parameters);
	if (typeof payload !== "string") return payload ?? {};
	const read = parseJson(payload);
	if (!read) throw new AwsError("InvalidRequestContentException", "Could not parse request body into json");
	return read.value;
}

/** The result of `lambda:invoke`: the answer of Lambda's Invoke, its payload parsed (https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html). */
function invocationOutput(payload: unknown, requestId: string): Json {
	return {
		ExecutedVersion: "$LATEST",
		Payload: json.parse(JSON.parse(JSON.stringify(payload ?? null))),
		SdkHttpMetadata: { HttpStatusCode: 200 },
		SdkResponseMetadata: { RequestId: requestId },
		StatusCode: 200,
	};
}

/** The Lambda service's own errors carry its name in front, as Retry lists them, e.g. `Lambda.TooManyRequestsException`. */
function serviceFailure(error: unknown): Failure {
	const cause = error instanceof Error ? error.message : String(error);
	return { error: error instanceof AwsError ? `Lambda.${error.name}` : "Lambda.SdkClientException", cause };
}
