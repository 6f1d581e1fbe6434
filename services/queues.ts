import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { z } from "zod";
import { clientDefaults } from "./aws-client.ts";
import { calling } from "./aws-errors.ts";
import { setting } from "./settings.ts";

const client = new SQSClient(clientDefaults);

/** "Start (or go on with) this attempt." */
export const startMessageSchema = z.object({
	version: z.literal(1),
	operationId: z.string(),
	attempt: z.int().positive(),
});
export type StartMessage = z.infer<typeof startMessageSchema>;

/** A doorbell: changes may wait in this zone's ledger. */
export const zoneMessageSchema = z.object({ version: z.literal(1), zoneId: z.string() });

/** "Look whether this has come." */
export const checkMessageSchema = z.object({ version: z.literal(1), kind: z.string(), subject: z.string() });

/** SQS delays a message by at most 900 s; what is later is left to the sweeper. */
export const longestDelaySeconds = 900;

export function sendStart(message: StartMessage): Promise<void> {
	return send(setting("OPERATIONS_QUEUE_URL"), message, 0);
}

export function ringZone(zoneId: string, delaySeconds = 0): Promise<void> {
	return send(setting("ZONE_QUEUE_URL"), { version: 1, zoneId }, delaySeconds);
}

export function sendCheck(check: { kind: string; subject: string }, delaySeconds: number): Promise<void> {
	return send(setting("CHECKS_QUEUE_URL"), { version: 1, kind: check.kind, subject: check.subject }, delaySeconds);
}

async function send(queueUrl: string, message: unknown, delaySeconds: number): Promise<void> {
	await calling("SQS", () =>
		client.send(
			new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message), DelaySeconds: delaySeconds }),
		),
	);
}
