import type { AwsError, Caller, InvokeFunction, JsonService } from "../aws/service.ts";
import type { Cancel, Clock } from "../clock.ts";
import type { Store } from "../store.ts";
import { type Arrivals, createArrivals } from "./arrivals.ts";
import { parseInput, queryErrorHeaders, queueDoesNotExist } from "./errors.ts";
import { type EventSource, mappingProperties, runEventSource } from "./event-source.ts";
import { messageAttributes } from "./message-attributes.ts";
import { send } from "./messages.ts";
import { sqsOperations } from "./operations.ts";
import { type Queue, queueArn, queueProperties } from "./queue-settings.ts";
import { createQueueStore, type Depth, type QueueStore, type Receive, type ReceivedMessage } from "./queue-store.ts";

export interface Sqs {
	/** `errorHeaders` are part of an error's answer: SDK clients take `error.Code` from them. */
	service: JsonService & { errorHeaders(error: AwsError): Record<string, string> };
	/** Makes or updates a queue from the properties of AWS::SQS::Queue; safe to repeat, keeps the messages. */
	createQueue(properties: unknown, queueName: string): { url: string; arn: string };
	/** Takes a queue away with its messages; safe to repeat. */
	deleteQueue(queueArn: string): void;
	/** Sends as a service of AWS does (rule targets, dead letters); attributes are text. Throws QueueDoesNotExist. */
	send(queueArn: string, body: string, attributes?: Record<string, string>): { messageId: string };
	/** Feeds a function from a queue, once started; by a mapping of these two in place of an earlier one. Throws QueueDoesNotExist, InvalidParameterValue. */
	mapEventSource(mapping: EventSourceMapping): void;
	/** Ends that; safe to repeat. */
	unmapEventSource(mapping: Pick<EventSourceMapping, "queueArn" | "functionArn">): void;
	depth(): ({ queueName: string } & Depth)[];
	/** Begins to feed the mapped functions. */
	start(): void;
	/** Answers the waiting receivers with nothing and ends the feeding; batches under way delete nothing any more. */
	close(): void;
}

export interface EventSourceMapping {
	queueArn: string;
	functionArn: string;
	/** Of AWS::Lambda::EventSourceMapping. */
	properties: unknown;
	invoke: InvokeFunction;
}

interface SqsOptions {
	store: Store;
	clock: Clock;
	/** The account and region that own the queues. */
	caller: Caller;
	/** Where the local cloud listens, e.g. `http://127.0.0.1:4567`: SDK clients send to the host of a queue's URL. */
	endpoint(): string;
}

/** The embedded SQS: standard queues in the store, on the given clock. */
export function createSqs({ store, clock, caller, endpoint }: SqsOptions): Sqs {
	const queues: QueueStore = createQueueStore(store, clock, (arn) => arrivals.changed(arn));
	const arrivals: Arrivals = createArrivals(clock, queues.nextVisibleAt);
	const waiting = new Set<Cancel>();
	const mapped = new Map<string, EventSource>();
	let feeding: Map<string, Cancel> | undefined;
	const keyOf = ({ queueArn, functionArn }: Pick<EventSourceMapping, "queueArn" | "functionArn">) =>
		`${queueArn} ${functionArn}`;
	const unmap = (key: string) => {
		feeding?.get(key)?.();
		feeding?.delete(key);
		mapped.delete(key);
	};

	const urlOf = ({ accountId, name }: Queue) => `${endpoint()}/${accountId}/${name}`;
	const known = (arn: string): Queue => {
		const queue = queues.find(arn);
		if (!queue) throw queueDoesNotExist();
		return queue;
	};

	return {
		service: {
			target: "AmazonSQS",
			contentType: "application/x-amz-json-1.0",
			operations: sqsOperations({ queues, clock, urlOf, receive: longPoll({ queues, arrivals, clock, waiting }) }),
			errorHeaders: queryErrorHeaders,
		},
		createQueue(properties, queueName) {
			const arn = queueArn(caller.region, caller.accountId, queueName);
			queues.save(arn, parseInput(queueProperties, properties));
			return { arn, url: urlOf(known(arn)) };
		},
		send(arn, body, attributes = {}) {
			const text = Object.entries(attributes).map(([name, value]) => [
				name,
				{ DataType: "String", StringValue: value },
			]);
			const message = { MessageBody: body, MessageAttributes: parseInput(messageAttributes, Object.fromEntries(text)) };
			const { MessageId } = send(queues, known(arn), message, caller.accountId);
			return { messageId: MessageId };
		},
		deleteQueue: queues.removeQueue,
		mapEventSource(mapping) {
			const { queueArn: arn, functionArn, properties, invoke } = mapping;
			const settings = parseInput(mappingProperties, properties);
			const key = keyOf(mapping);
			unmap(key);
			if (!settings.Enabled) return;
			const source = { queues, arrivals, clock, queue: known(arn), functionArn, settings, invoke };
			mapped.set(key, source);
			feeding?.set(key, runEventSource(source));
		},
		unmapEventSource: (mapping) => unmap(keyOf(mapping)),
		depth: () => queues.all().map((queue) => ({ queueName: queue.name, ...queues.depth(queue) })),
		start() {
			// Consumers live in this process, so none survived to delete what it held: waiting for the visibility timeout would only be slow.
			queues.releaseInFlight();
			feeding ??= new Map([...mapped].map(([key, source]) => [key, runEventSource(source)]));
		},
		close() {
			for (const end of [...waiting, ...(feeding?.values() ?? [])]) end();
			feeding = undefined;
			arrivals.close();
		},
	};
}

interface LongPoll {
	queues: QueueStore;
	arrivals: Arrivals;
	clock: Clock;
	/** How to end each receiver that waits. */
	waiting: Set<Cancel>;
}

function longPoll({ queues, arrivals, clock, waiting }: LongPoll) {
	return (queue: Queue, receive: Receive, waitSeconds: number): Promise<ReceivedMessage[]> => {
		const now = queues.receive(queue, receive);
		if (now.length > 0 || waitSeconds === 0) return Promise.resolve(now);
		return new Promise((resolve) => {
			const end = (messages: ReceivedMessage[]) => {
				stopListening();
				stopWaiting();
				waiting.delete(giveUp);
				resolve(messages);
			};
			const giveUp = () => end([]);
			const stopListening = arrivals.listen(queue.arn, () => {
				const messages = queues.receive(queue, receive);
				if (messages.length > 0) end(messages);
			});
			const stopWaiting = clock.at(clock.now() + waitSeconds * 1000, giveUp);
			waiting.add(giveUp);
		});
	};
}
