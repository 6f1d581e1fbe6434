import { randomUUID } from "node:crypto";
import { z } from "zod";
import { AwsError } from "../aws/service.ts";
import type { Clock } from "../clock.ts";
import { inTransaction, type Store } from "../store.ts";
import { sqsLimits } from "./limits.ts";
import { type MessageAttributes, messageAttributes } from "./message-attributes.ts";
import { type Queue, queueProperties } from "./queue-settings.ts";

const schema = `
	CREATE TABLE IF NOT EXISTS sqs_queues (
		arn TEXT PRIMARY KEY, settings TEXT NOT NULL, created_at_ms INTEGER NOT NULL, modified_at_ms INTEGER NOT NULL
	) STRICT;
	CREATE TABLE IF NOT EXISTS sqs_messages (
		seq INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
		attributes TEXT NOT NULL, sender TEXT NOT NULL, sent_at_ms INTEGER NOT NULL, visible_at_ms INTEGER NOT NULL,
		receipt TEXT, receive_count INTEGER NOT NULL DEFAULT 0, first_received_at_ms INTEGER, dead_letter_source TEXT
	) STRICT;
	CREATE INDEX IF NOT EXISTS sqs_messages_visible ON sqs_messages (queue, visible_at_ms, seq);
	CREATE INDEX IF NOT EXISTS sqs_messages_sent ON sqs_messages (queue, sent_at_ms);
`;

const queueRow = z.object({
	arn: z.string(),
	settings: z.string(),
	created_at_ms: z.number(),
	modified_at_ms: z.number(),
});
const messageRow = z.object({
	seq: z.number(),
	id: z.string(),
	body: z.string(),
	attributes: z.string(),
	sender: z.string(),
	sent_at_ms: z.number(),
	receive_count: z.number(),
	first_received_at_ms: z.number().nullable(),
	dead_letter_source: z.string().nullable(),
});
const depthRow = z.object({ visible: z.number(), inFlight: z.number(), delayed: z.number() });
const seqRow = z.object({ seq: z.number() });
const countRow = z.object({ count: z.number() });
const nextRow = z.object({ at: z.number().nullable() });

interface NewMessage {
	body: string;
	attributes: MessageAttributes;
	/** The account that sends. */
	sender: string;
	/** The queue's own delay when undefined. */
	delaySeconds: number | undefined;
}

export interface ReceivedMessage {
	id: string;
	/** Names this one receipt: only the latest receipt's handle deletes the message. */
	receipt: string;
	body: string;
	attributes: MessageAttributes;
	sender: string;
	sentAtMs: number;
	/** Including this time. */
	receiveCount: number;
	firstReceivedAtMs: number;
	/** The ARN of the queue that gave it up. */
	deadLetterSource: string | undefined;
}

export interface Receive {
	max: number;
	/** Bodies beyond this stay in the queue, except for a first one. */
	maxBytes?: number;
	/** The queue's own when undefined. */
	visibilitySeconds?: number | undefined;
}

export type Depth = z.infer<typeof depthRow>;
export type QueueStore = ReturnType<typeof createQueueStore>;

/** Queues and messages in the store. `changed` hears of every queue in which something may become visible. */
export function createQueueStore(store: Store, clock: Clock, changed: (queueArn: string) => void) {
	store.exec(schema);
	const sql = prepare(store);

	const find = (arn: string): Queue | undefined => {
		const row = sql.queue.get(arn);
		return row && queueOf(row);
	};
	const forgetExpired = ({ arn, settings }: Queue) =>
		sql.expire.run(arn, clock.now() - settings.MessageRetentionPeriod * 1000);

	return {
		find,
		all: (): Queue[] => sql.queues.all().map(queueOf),
		/** Makes the queue or changes its settings; its messages stay. */
		save: (arn: string, settings: unknown) =>
			void sql.saveQueue.run(arn, JSON.stringify(settings), clock.now(), clock.now()),
		/** The queue and its messages. */
		removeQueue(arn: string): void {
			sql.purge.run(arn);
			sql.removeQueue.run(arn);
		},
		/** Returns the message's id. */
		insert(queue: Queue, { body, attributes, sender, delaySeconds = queue.settings.DelaySeconds }: NewMessage): string {
			const id = randomUUID();
			const now = clock.now();
			sql.insert.run(queue.arn, id, body, JSON.stringify(attributes), sender, now, now + delaySeconds * 1000);
			changed(queue.arn);
			return id;
		},
		/** Takes what is visible, the longest visible first; what was received too often goes to the dead-letter queue instead. */
		receive(queue: Queue, receive: Receive): ReceivedMessage[] {
			const redrive = queue.settings.RedrivePolicy;
			const deadLetters = redrive && find(redrive.deadLetterTargetArn);
			const { taken, givenUp } = inTransaction(store, () => {
				forgetExpired(queue);
				return takeVisible(sql, queue, deadLetters, receive, clock.now());
			});
			if (taken.length + givenUp > 0) changed(queue.arn);
			if (deadLetters && givenUp > 0) changed(deadLetters.arn);
			return taken;
		},
		/** Deletes the message if the handle is of its latest receipt; safe to repeat. Throws ReceiptHandleIsInvalid. */
		remove(arn: string, receipt: string): void {
			checkHandle(receipt);
			sql.remove.run(arn, receipt);
		},
		/** Counts from now. Throws ReceiptHandleIsInvalid, MessageNotInflight. */
		changeVisibility(arn: string, receipt: string, seconds: number): void {
			checkHandle(receipt);
			const now = clock.now();
			if (sql.changeVisibility.run(now + seconds * 1000, arn, receipt, now).changes === 0)
				throw new AwsError("MessageNotInflight", "The specified message isn't in flight.");
			changed(arn);
		},
		/** Makes every message that someone was working on visible again. */
		releaseInFlight: () => void sql.release.run(clock.now(), clock.now()),
		purge: (arn: string) => void sql.purge.run(arn),
		/** When the next message is or becomes visible, in epoch milliseconds; undefined when the queue is empty. */
		nextVisibleAt: (arn: string): number | undefined => nextRow.parse(sql.next.get(arn)).at ?? undefined,
		depth(queue: Queue): Depth {
			forgetExpired(queue);
			return depthRow.parse(sql.depth.get({ arn: queue.arn, now: clock.now() }));
		},
	};
}

function takeVisible(
	sql: ReturnType<typeof prepare>,
	{ arn, settings }: Queue,
	deadLetters: Queue | undefined,
	{ max, maxBytes = Number.POSITIVE_INFINITY, visibilitySeconds = settings.VisibilityTimeout }: Receive,
	nowMs: number,
): { taken: ReceivedMessage[]; givenUp: number } {
	const maxReceiveCount = settings.RedrivePolicy?.maxReceiveCount ?? Number.POSITIVE_INFINITY;
	const room = sqsLimits.inFlightMessages - countRow.parse(sql.inFlight.get(arn, nowMs)).count;
	const taken: ReceivedMessage[] = [];
	let bytes = 0;
	let givenUp = 0;
	for (const row of sql.visible.all(arn, nowMs)) {
		if (taken.length === Math.min(max, room)) break;
		const message = messageRow.parse(sql.message.get(seqRow.parse(row).seq));
		if (deadLetters && message.receive_count >= maxReceiveCount) {
			givenUp++;
			sql.giveUp.run(deadLetters.arn, nowMs, arn, message.seq);
			continue;
		}
		bytes += Buffer.byteLength(message.body);
		if (taken.length > 0 && bytes > maxBytes) break;
		const receipt = `${message.seq}-${randomUUID()}`;
		sql.take.run(nowMs + visibilitySeconds * 1000, receipt, nowMs, message.seq);
		taken.push(received(message, receipt, nowMs));
	}
	return { taken, givenUp };
}

function prepare(store: Store) {
	return {
		queue: store.prepare("SELECT * FROM sqs_queues WHERE arn = ?"),
		queues: store.prepare("SELECT * FROM sqs_queues ORDER BY arn"),
		saveQueue: store.prepare(
			`INSERT INTO sqs_queues VALUES (?, ?, ?, ?)
			ON CONFLICT (arn) DO UPDATE SET settings = excluded.settings, modified_at_ms = excluded.modified_at_ms`,
		),
		removeQueue: store.prepare("DELETE FROM sqs_queues WHERE arn = ?"),
		insert: store.prepare(
			`INSERT INTO sqs_messages (queue, id, body, attributes, sender, sent_at_ms, visible_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		),
		visible: store.prepare(
			"SELECT seq FROM sqs_messages WHERE queue = ? AND visible_at_ms <= ? ORDER BY visible_at_ms, seq LIMIT 100",
		),
		message: store.prepare("SELECT * FROM sqs_messages WHERE seq = ?"),
		inFlight: store.prepare(
			"SELECT count(*) AS count FROM sqs_messages WHERE queue = ? AND visible_at_ms > ? AND receipt IS NOT NULL",
		),
		take: store.prepare(
			`UPDATE sqs_messages SET visible_at_ms = ?, receipt = ?, receive_count = receive_count + 1,
			first_received_at_ms = coalesce(first_received_at_ms, ?) WHERE seq = ?`,
		),
		giveUp: store.prepare(
			"UPDATE sqs_messages SET queue = ?, visible_at_ms = ?, receipt = NULL, dead_letter_source = ? WHERE seq = ?",
		),
		remove: store.prepare("DELETE FROM sqs_messages WHERE queue = ? AND receipt = ?"),
		changeVisibility: store.prepare(
			"UPDATE sqs_messages SET visible_at_ms = ? WHERE queue = ? AND receipt = ? AND visible_at_ms > ?",
		),
		release: store.prepare("UPDATE sqs_messages SET visible_at_ms = ? WHERE receipt IS NOT NULL AND visible_at_ms > ?"),
		expire: store.prepare("DELETE FROM sqs_messages WHERE queue = ? AND sent_at_ms <= ?"),
		purge: store.prepare("DELETE FROM sqs_messages WHERE queue = ?"),
		next: store.prepare("SELECT min(visible_at_ms) AS at FROM sqs_messages WHERE queue = ?"),
		depth: store.prepare(
			`SELECT count(*) FILTER (WHERE visible_at_ms <= :now) AS visible,
			count(*) FILTER (WHERE visible_at_ms > :now AND receipt IS NOT NULL) AS inFlight,
			count(*) FILTER (WHERE visible_at_ms > :now AND receipt IS NULL) AS delayed FROM sqs_messages WHERE queue = :arn`,
		),
	};
}

function queueOf(row: unknown): Queue {
	const { arn, settings, created_at_ms: createdAtMs, modified_at_ms: modifiedAtMs } = queueRow.parse(row);
	const [, , , region = "", accountId = "", name = ""] = arn.split(":");
	return {
		arn,
		name,
		accountId,
		region,
		settings: queueProperties.parse(JSON.parse(settings)),
		createdAtMs,
		modifiedAtMs,
	};
}

function received(row: z.infer<typeof messageRow>, receipt: string, nowMs: number): ReceivedMessage {
	return {
		id: row.id,
		receipt,
		body: row.body,
		attributes: messageAttributes.parse(JSON.parse(row.attributes)),
		sender: row.sender,
		sentAtMs: row.sent_at_ms,
		receiveCount: row.receive_count + 1,
		firstReceivedAtMs: row.first_received_at_ms ?? nowMs,
		deadLetterSource: row.dead_letter_source ?? undefined,
	};
}

function checkHandle(receipt: string): void {
	if (!/^\d+-[0-9a-f-]{36}$/.test(receipt))
		throw new AwsError("ReceiptHandleIsInvalid", "The input receipt handle is invalid.", 404);
}
