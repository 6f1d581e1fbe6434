import { listImports } from "../../services/imports.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";
import { sortCursor, sortKey } from "./sort-cursor.ts";

export const handler = defineRoute(routes.listImports, async ({ query: { cursor, limit } }) => {
	const { items, next } = await listImports({ after: sortKey(cursor, "IMPORTS", "imp_"), limit });
	const imports = items.map(({ chunks: _chunks, requestDigest: _digest, ...shown }) => shown);
	return { body: { imports, next: sortCursor(next) } };
});
