import { operationView } from "../../domain/operation-view.ts";
import { listOperations, type OperationFilter } from "../../services/operations.ts";
import { cursorOf, keyOf } from "./cursor.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.listOperations, async ({ query }) => {
	const { status, tenantId, limit } = query;
	const { operations, next } = await listOperations(filterOf(status, tenantId), { after: keyOf(query.cursor), limit });
	const wanted = operations.filter((operation) => status === undefined || operation.status === status);
	return { body: { operations: wanted.map(operationView), next: cursorOf(next) } };
});

/** A tenant has few operations, so with both filters its own are read and then sifted. */
function filterOf(
	status: (typeof routes.listOperations.query)["_output"]["status"],
	tenantId: string | undefined,
): OperationFilter {
	if (tenantId !== undefined) return { by: "tenant", tenantId };
	return status !== undefined ? { by: "status", status } : { by: "all" };
}
