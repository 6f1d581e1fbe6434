import type { z } from "zod";
import { HostmasterError } from "../../domain/errors.ts";
import { type Operation, operationSchema } from "../../domain/operation.ts";
import { lists, readPage } from "../../services/lists.ts";
import { readTenant } from "../../services/tenants.ts";
import type { historyEntrySchema } from "./contracts/tenants.ts";
import { cursorOf, keyOf } from "./cursor.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.showHistory, async ({ path: { tenantId }, query: { cursor, limit } }) => {
	if (!(await readTenant(tenantId))) throw new HostmasterError("TenantNotFound", `There is no tenant '${tenantId}'.`);
	const list = lists.operationsOf(tenantId);
	const { items, next } = await readPage(list, operationSchema, { after: keyOf(cursor, list), limit });
	return { body: { history: items.map(entryOf), next: cursorOf(next) } };
});

function entryOf(operation: Operation): z.infer<typeof historyEntrySchema> {
	const { operationId, kind, status, hostname, requestedBy, correlationId, createdAt, history, reason } = operation;
	const asked = { operationId, kind, status, hostname, requestedBy, correlationId };
	return { ...asked, reason: reason ?? null, acceptedAt: createdAt, happenings: history };
}
