import { isRefused } from "../../domain/import.ts";
import { readChunk } from "../../services/imports.ts";
import { defineRoute } from "./http.ts";
import { knownImport } from "./known-import.ts";
import { routes } from "./routes.ts";
import { sortCursor, sortKey } from "./sort-cursor.ts";

/** A page is what one part of the import holds, at most 100 lines. */
export const handler = defineRoute(routes.listImportLines, async ({ path: { importId }, query: { cursor, state } }) => {
	const { chunks } = await knownImport(importId);
	const chunk = Number(sortKey(cursor, importId, "CHUNK#", /^\d{1,5}$/)?.sk.slice("CHUNK#".length) ?? 0);
	const lines = (await readChunk(importId, chunk))?.lines ?? [];
	const wanted = lines.filter((line) =>
		state === "refused" ? isRefused(line) : state === undefined || line.state === state,
	);
	const next = chunk + 1 < chunks ? sortCursor({ sk: `CHUNK#${chunk + 1}` }) : null;
	return { body: { lines: wanted.map(({ request: _request, ...line }) => line), next } };
});
