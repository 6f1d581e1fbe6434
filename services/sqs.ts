import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { clientDefaults } from "./aws-client.ts";
import { calling } from "./aws-errors.ts";

const client = new SQSClient(clientDefaults);

/** Sends a message as JSON; `delaySeconds` 0 to 900. Throws Throttled, ServiceUnavailable. */
export async function sendMessage(queueUrl: string, message: unknown, delaySeconds = 0): Promise<void> {
	await calling("SQS", () =>
		client.send(
			new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message), DelaySeconds: delaySeconds }),
		),
	);
}
