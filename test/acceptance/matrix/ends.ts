import { setTimeout as pause } from "node:timers/promises";
import { GetCommand, paginateQuery } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { stack, type World } from "../world.ts";

const indexedSchema = z.looseObject({ statusSk: z.string() });
const statusSchema = z.object({ status: z.string() });

// Real time: one look at what is open serves all who wait.
const lookMs = 200;

/** Tells when operations have ended, by one short list of the open ones, so that many may be waited for at once. */
export function watchEnds(world: World) {
	const waiting = new Map<string, () => void>();
	let running = true;
	const watching = (async () => {
		while (running) {
			await pause(lookMs);
			const asked = [...waiting.keys()];
			const open = new Set(asked.length > 0 ? await openOperations(world) : []);
			for (const operationId of asked) if (!open.has(operationId)) waiting.get(operationId)?.();
		}
	})();
	return {
		/** The status that the operation ended with; the present one when it has not after `deadlineMs` of real time. */
		async of(operationId: string, deadlineMs: number): Promise<string> {
			const ended = new Promise<void>((resolve) => waiting.set(operationId, resolve));
			await Promise.race([ended, pause(deadlineMs, undefined, { ref: false })]);
			waiting.delete(operationId);
			const Key = { pk: `OPERATION#${operationId}`, sk: "OPERATION" };
			const { Item } = await world.documents.send(
				new GetCommand({ TableName: stack.registryTable, Key, ConsistentRead: true }),
			);
			return statusSchema.parse(Item).status;
		},
		async stop() {
			running = false;
			await watching;
		},
	};
}

/** In the order in which an operation goes through them, so that none is missed between the two. */
async function openOperations(world: World): Promise<string[]> {
	const found: string[] = [];
	for (const status of ["queued", "running"]) {
		const query = {
			TableName: stack.registryTable,
			IndexName: "byStatus",
			KeyConditionExpression: "statusPk = :status",
			ExpressionAttributeValues: { ":status": `OPERATION#${status}` },
		};
		for await (const page of paginateQuery({ client: world.documents }, query)) {
			found.push(
				...z
					.array(indexedSchema)
					.parse(page.Items ?? [])
					.map(({ statusSk }) => statusSk),
			);
		}
	}
	return found;
}
