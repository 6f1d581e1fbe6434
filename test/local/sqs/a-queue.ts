import { z } from "zod";
import { AwsError, type Caller, type InvokeFunction, type InvokeResult } from "../../../local/aws/service.ts";
import { virtualClock } from "../../../local/clock.ts";
import { createSqs } from "../../../local/sqs/sqs.ts";
import { openStore } from "../../../local/store.ts";

export const home: Caller = { accountId: "222222222222", region: "us-east-1" };

const received = z.object({
	Messages: z
		.array(
			z.object({
				MessageId: z.string(),
				ReceiptHandle: z.string(),
				Body: z.string(),
				MD5OfBody: z.string(),
				Attributes: z.record(z.string(), z.string()).default({}),
			}),
		)
		.default([]),
});

/** A queue named `work` on a virtual clock, and the calls on it that tests make most. */
export function aQueue(properties: object = {}, { store = openStore(":memory:"), clock = aClock() } = {}) {
	const sqs = createSqs({ store, clock, caller: home, endpoint: () => "http://127.0.0.1:4567" });
	const dead = sqs.createQueue({}, "dead");
	const { url: QueueUrl, arn } = sqs.createQueue(properties, "work");
	const call = async (operation: string, input: object, caller = home): Promise<Record<string, unknown>> =>
		Object(await sqs.service.operations[operation]?.({ QueueUrl, ...input }, caller));
	return {
		sqs,
		store,
		clock,
		arn,
		dead,
		call,
		send: (body: string, more: object = {}) => call("SendMessage", { MessageBody: body, ...more }),
		receive: async (more: object = {}) =>
			received.parse(await call("ReceiveMessage", { MaxNumberOfMessages: 10, AttributeNames: ["All"], ...more }))
				.Messages,
		bodies: async (more: object = {}) =>
			received
				.parse(await call("ReceiveMessage", { MaxNumberOfMessages: 10, ...more }))
				.Messages.map(({ Body }) => Body),
		depth: (name = "work") => {
			const { queueName: _, ...depth } = sqs.depth().find(({ queueName }) => queueName === name) ?? { queueName: name };
			return depth;
		},
		/** How the call was refused; a test fails when it was not. */
		refusal: (operation: string, input: object, caller = home): Promise<AwsError> =>
			call(operation, input, caller).then(
				() => Promise.reject(new Error(`${operation} was not refused`)),
				(error: unknown) => (error instanceof AwsError ? error : Promise.reject(error)),
			),
	};
}

export const aClock = () => virtualClock(Date.UTC(2027, 0, 1));

export const redriveTo = (deadLetterTargetArn: string, maxReceiveCount: number) => ({
	RedrivePolicy: { deadLetterTargetArn, maxReceiveCount },
});

const sqsEvent = z.object({
	Records: z.array(
		z.looseObject({ messageId: z.string(), body: z.string(), attributes: z.record(z.string(), z.string()) }),
	),
});
type SqsEvent = z.infer<typeof sqsEvent>;

/** A function that remembers its events and answers as it is told; while held, invocations wait. */
export function aFunction(answer: (event: SqsEvent) => unknown = () => null) {
	const events: SqsEvent[] = [];
	let release = () => {};
	let held: Promise<void> = Promise.resolve();
	const invoke: InvokeFunction = async (_name, payload): Promise<InvokeResult> => {
		const event = sqsEvent.parse(payload);
		events.push(event);
		await held;
		try {
			return { ok: true, payload: answer(event) };
		} catch (error) {
			return { ok: false, errorType: "Error", errorMessage: String(error), trace: [] };
		}
	};
	return {
		events,
		invoke,
		/** The bodies of each event. */
		bodies: () => events.map(({ Records }) => Records.map(({ body }) => body)),
		hold: () => {
			held = new Promise((resolve) => {
				release = resolve;
			});
		},
		release: () => release(),
	};
}
