import {
	GetQueueAttributesCommand,
	type Message,
	ReceiveMessageCommand,
	type ReceiveMessageCommandInput,
	SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { eventually, type Stage } from "../check.ts";

type Receive = (more?: Partial<ReceiveMessageCommandInput>) => Promise<Message[]>;

/** A queue of a check's own, and how it is used; a receipt takes up to ten messages, and does not wait unless told. */
export async function aQueue(stage: Stage, attributes: Record<string, string> = {}) {
	const { sqs } = stage.clients;
	const { url: QueueUrl, arn } = await stage.arrange.queue(attributes);
	const receive: Receive = async (more = {}) => {
		const asked = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0, ...more });
		return (await sqs.send(asked)).Messages ?? [];
	};
	return {
		...{ QueueUrl, arn, receive },
		send: (MessageBody: string) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody })),
		/** How many messages are visible, and in flight. */
		async counts() {
			const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
			const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] });
			const { Attributes = {} } = await sqs.send(asked);
			return names.map((name) => Attributes[name]);
		},
	};
}

/** So many messages, in as many receipts as it takes. */
export async function received(receive: Receive, count: number): Promise<Message[]> {
	const messages: Message[] = [];
	await eventually(`${count} messages`, async () => {
		messages.push(...(await receive()));
		return messages.length >= count ? true : undefined;
	});
	return messages;
}
