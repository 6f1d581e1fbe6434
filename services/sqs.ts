import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { clientDefaults, hastyPatience } from "./aws-client.ts";
import { calling } from "./aws-errors.ts";

const client = new SQSClient(clientDefaults);
const hastyClient = new SQSClient(hastyPatience);

/** Sends a message as JSON; `delaySeconds` 0 to 900. Throws Throttled, ServiceUnavailable. */
export function sendMessage(queueUrl: string, message: unknown, delaySeconds = 0): Promise<void> {
	return sendBy(client, queueUrl, message, delaySeconds);
}

/** Tries once, for a second, to send a message that is sent again by somebody else. Throws Throttled, ServiceUnavailable. */
export function sendMessageHastily(queueUrl: string, message: unknown): Promise<void> {
	return sendBy(hastyClient, queueUrl, message, 0);
}

async function sendBy(by: SQSClient, queueUrl: string, message: unknown, delaySeconds: number): Promise<void> {
	await calling("SQS", () =>
		by.send(
			new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message), DelaySeconds: delaySeconds }),
		),
	);
}
