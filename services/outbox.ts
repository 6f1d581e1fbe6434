import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { calling } from "./aws-errors.ts";
import { documents, type TransactItem } from "./dynamodb.ts";
import { putEvents } from "./event-bus.ts";
import { lists, type Page, readPage } from "./lists.ts";
import { keys, registryTable } from "./registry.ts";

const outgoingEventSchema = z.object({
	eventId: z.string(),
	detailType: z.string(),
	detail: z.record(z.string(), z.unknown()),
	createdAt: z.string(),
});
/** An event of ours on its way to the bus. `eventId` lets its receivers see a repetition. */
export type OutgoingEvent = z.infer<typeof outgoingEventSchema>;

/** The write that puts an event into the outbox, in the transaction of the change that it tells of. */
export function outboxPut(event: OutgoingEvent): TransactItem {
	return {
		Put: {
			TableName: registryTable(),
			Item: { ...keys.event(event.eventId), statusPk: "EVENT#pending", statusSk: event.eventId, ...event },
		},
	};
}

/** Puts events on the bus and takes them out of the outbox; a crash in between sends them again. Throws Throttled, ServiceUnavailable. */
export async function sendOut(events: readonly OutgoingEvent[]): Promise<void> {
	for (let at = 0; at < events.length; at += 10) {
		const batch = events.slice(at, at + 10);
		await putEvents(batch);
		await Promise.all(
			batch.map(({ eventId }) =>
				calling("DynamoDB", () =>
					documents.send(new DeleteCommand({ TableName: registryTable(), Key: keys.event(eventId) })),
				),
			),
		);
	}
}

/** A page of the events that still wait to be sent, oldest first. Eventually consistent. */
export function pendingEvents(page: Page): ReturnType<typeof readPage<OutgoingEvent>> {
	return readPage(lists.pendingEvents, outgoingEventSchema, page);
}
