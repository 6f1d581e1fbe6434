import { createHash } from "node:crypto";
import { z } from "zod";
import { AwsError } from "../aws/service.ts";
import { sqsLimits } from "./limits.ts";
import {
	attributesSize,
	type MessageAttributes,
	md5OfAttributes,
	messageAttributes,
	selectAttributes,
} from "./message-attributes.ts";
import type { Queue } from "./queue-settings.ts";
import type { QueueStore, ReceivedMessage } from "./queue-store.ts";

/** What SendMessage and an entry of SendMessageBatch have in common. */
export const outgoing = z.object({
	MessageBody: z.string(),
	DelaySeconds: z.number().int().min(0).max(sqsLimits.delaySeconds).optional(),
	MessageAttributes: messageAttributes.default({}),
});
type Outgoing = z.infer<typeof outgoing>;

/** Octets that count towards the limits of messages and batches. */
export function sizeOf({ MessageBody, MessageAttributes: attributes }: Outgoing): number {
	return Buffer.byteLength(MessageBody) + attributesSize(attributes);
}

interface Sent extends Record<string, unknown> {
	MessageId: string;
	MD5OfMessageBody: string;
	MD5OfMessageAttributes?: string;
}

/** Puts a message into the queue and answers as SendMessage does. Throws InvalidParameterValue, InvalidMessageContents. */
export function send(queues: QueueStore, queue: Queue, message: Outgoing, sender: string): Sent {
	const { MessageBody: body, MessageAttributes: attributes, DelaySeconds: delaySeconds } = message;
	if (body === "") throw new AwsError("MissingParameter", "The request must contain the parameter MessageBody.");
	if (sizeOf(message) > queue.settings.MaximumMessageSize)
		throw new AwsError(
			"InvalidParameterValue",
			`One or more parameters are invalid. Reason: Message must be shorter than ${queue.settings.MaximumMessageSize} bytes.`,
		);
	// The characters that XML 1.0 has (https://www.w3.org/TR/REC-xml/#charsets).
	if (!/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u.test(body))
		throw new AwsError(
			"InvalidMessageContents",
			"Invalid characters found. Valid unicode characters are those of XML 1.0.",
		);
	const id = queues.insert(queue, { body, attributes, sender, delaySeconds });
	return { MessageId: id, MD5OfMessageBody: md5(body), ...attributesDigest(attributes) };
}

/** The system attributes of a received message, all of them text. */
export function systemAttributes(message: ReceivedMessage): Record<string, string> {
	return {
		ApproximateReceiveCount: `${message.receiveCount}`,
		SentTimestamp: `${message.sentAtMs}`,
		SenderId: message.sender,
		ApproximateFirstReceiveTimestamp: `${message.firstReceivedAtMs}`,
		...(message.deadLetterSource !== undefined && { DeadLetterQueueSourceArn: message.deadLetterSource }),
	};
}

/** A message as ReceiveMessage answers it, with the attributes that were asked for. */
export function incoming(message: ReceivedMessage, wantedSystem: string[], wanted: string[]): Record<string, unknown> {
	const system = Object.entries(systemAttributes(message)).filter(
		([name]) => wantedSystem.includes("All") || wantedSystem.includes(name),
	);
	const attributes = selectAttributes(message.attributes, wanted);
	return {
		MessageId: message.id,
		ReceiptHandle: message.receipt,
		MD5OfBody: md5(message.body),
		Body: message.body,
		...(system.length > 0 && { Attributes: Object.fromEntries(system) }),
		...(Object.keys(attributes).length > 0 && { MessageAttributes: attributes }),
		...attributesDigest(attributes),
	};
}

function attributesDigest(attributes: MessageAttributes): { MD5OfMessageAttributes?: string } {
	const digest = md5OfAttributes(attributes);
	return digest === undefined ? {} : { MD5OfMessageAttributes: digest };
}

/** Lower-case hexadecimal, of the UTF-8 text. */
export function md5(text: string): string {
	return createHash("md5").update(text).digest("hex");
}
