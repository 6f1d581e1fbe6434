import {
	InvalidToken,
	SendTaskFailureCommand,
	SendTaskSuccessCommand,
	SFNClient,
	TaskDoesNotExist,
	TaskTimedOut,
} from "@aws-sdk/client-sfn";
import { clientDefaults } from "./aws-client.ts";
import { calling } from "./aws-errors.ts";
import { logger } from "./log.ts";

const client = new SFNClient(clientDefaults);

/** Ends a parked task well. False when nobody waits for it any more: it ended, timed out, or was redriven with a new token. */
export function sendSuccess(taskToken: string): Promise<boolean> {
	return answering(() => client.send(new SendTaskSuccessCommand({ taskToken, output: "{}" })));
}

/** Ends a parked task badly; the error's name is what operators and Retry rules see. False as sendSuccess. */
export function sendFailure(taskToken: string, failure: { error: string; detail: string }): Promise<boolean> {
	// Step Functions takes 256 characters of error and 32,768 of cause.
	const cause = failure.detail.slice(0, 32_768);
	return answering(() => client.send(new SendTaskFailureCommand({ taskToken, error: failure.error, cause })));
}

async function answering(answer: () => Promise<unknown>): Promise<boolean> {
	try {
		await calling("Step Functions", answer);
		return true;
	} catch (error) {
		const isGone = error instanceof TaskTimedOut || error instanceof TaskDoesNotExist || error instanceof InvalidToken;
		if (!isGone) throw error;
		logger.warn("Nobody waits for this task any more.", { error });
		return false;
	}
}
