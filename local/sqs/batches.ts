import { z } from "zod";
import { AwsError } from "../aws/service.ts";
import { sqsLimits } from "./limits.ts";

/** The entries of a batch request; their number and ids are judged by `eachEntry`, which has its own errors for them. */
export const entries = <Shape extends z.ZodRawShape>(shape: Shape) => z.array(z.object({ Id: z.string(), ...shape }));

interface BatchAnswer {
	Successful: { Id: string }[];
	Failed?: { Id: string; Code: string; Message: string; SenderFault: boolean }[];
}

/**
 * Does each entry by itself: one that is refused does not keep the others from being done. Throws what refuses a batch whole
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html#API_SendMessageBatch_Errors).
 */
export function eachEntry<Entry extends { Id: string }>(
	all: Entry[],
	act: (entry: Entry) => Record<string, unknown>,
): BatchAnswer {
	const refuse = (name: string, message: string) => new AwsError(name, message);
	if (all.length === 0) throw refuse("EmptyBatchRequest", "The batch request doesn't contain any entries.");
	if (all.length > sqsLimits.entriesPerBatch)
		throw refuse(
			"TooManyEntriesInBatchRequest",
			`Maximum number of entries per request are 10. You have sent ${all.length}.`,
		);
	if (all.some(({ Id }) => !/^[\w-]{1,80}$/.test(Id)))
		throw refuse("InvalidBatchEntryId", "A batch entry id has 1 to 80 letters, digits, hyphens and underscores.");
	if (new Set(all.map(({ Id }) => Id)).size < all.length)
		throw refuse("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.");

	const Successful: BatchAnswer["Successful"] = [];
	const Failed: NonNullable<BatchAnswer["Failed"]> = [];
	for (const entry of all) {
		const { Id } = entry;
		try {
			Successful.push({ Id, ...act(entry) });
		} catch (error) {
			if (!(error instanceof AwsError)) throw error;
			Failed.push({ Id, Code: error.name, Message: error.message, SenderFault: error.status < 500 });
		}
	}
	return { Successful, ...(Failed.length > 0 && { Failed }) };
}
