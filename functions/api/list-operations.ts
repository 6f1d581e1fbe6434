import { type OperationStatus, operationSchema } from "../../domain/operation.ts";
import { operationView } from "../../domain/operation-view.ts";
import { type List, lists, readPage } from "../../services/lists.ts";
import { cursorOf, keyOf } from "./cursor.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.listOperations, async ({ query: { status, tenantId, cursor, limit } }) => {
	const list = listFor(status, tenantId);
	const { items, next } = await readPage(list, operationSchema, { after: keyOf(cursor, list), limit });
	const wanted = items.filter((operation) => status === undefined || operation.status === status);
	return { body: { operations: wanted.map((operation) => operationView(operation)), next: cursorOf(next) } };
});

/** A tenant has few operations, so with both filters its own are read and then sifted. */
function listFor(status: OperationStatus | undefined, tenantId: string | undefined): List {
	if (tenantId !== undefined) return lists.operationsOf(tenantId);
	return status !== undefined ? lists.operationsIn(status) : lists.operations;
}
