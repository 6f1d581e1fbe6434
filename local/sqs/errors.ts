import type { z } from "zod";
import { AwsError } from "../aws/service.ts";

/** The codes that differ from the error's name, as the API's older query protocol had them (its model calls this awsQueryError). */
const queryCodes: Record<string, string> = {
	AccessDeniedException: "AccessDenied",
	BatchEntryIdsNotDistinct: "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
	BatchRequestTooLong: "AWS.SimpleQueueService.BatchRequestTooLong",
	EmptyBatchRequest: "AWS.SimpleQueueService.EmptyBatchRequest",
	InvalidBatchEntryId: "AWS.SimpleQueueService.InvalidBatchEntryId",
	MessageNotInflight: "AWS.SimpleQueueService.MessageNotInflight",
	PurgeQueueInProgress: "AWS.SimpleQueueService.PurgeQueueInProgress",
	QueueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue",
	TooManyEntriesInBatchRequest: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
	UnsupportedOperation: "AWS.SimpleQueueService.UnsupportedOperation",
};

/** The header from which SDK clients take `error.Code` (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait). */
export function queryErrorHeaders(error: AwsError): Record<string, string> {
	const fault = error.status < 500 ? "Sender" : "Receiver";
	return { "x-amzn-query-error": `${queryCodes[error.name] ?? error.name};${fault}` };
}

export function queueDoesNotExist(): AwsError {
	return new AwsError("QueueDoesNotExist", "The specified queue does not exist.");
}

/** Reads a request; throws MissingParameter or InvalidParameterValue, whichever its first fault is. */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown): T {
	const result = schema.safeParse(input, { reportInput: true });
	if (result.success) return result.data;
	const issue = result.error.issues[0];
	const parameter = issue?.path.join(".") ?? "";
	throw issue && issue.input === undefined
		? new AwsError("MissingParameter", `The request must contain the parameter ${parameter}.`)
		: new AwsError("InvalidParameterValue", `Value for parameter ${parameter} is invalid. Reason: ${issue?.message}.`);
}
