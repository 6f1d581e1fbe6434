import { estimateSeconds } from "../../domain/import.ts";
import { progressOf } from "../follow-import.ts";
import { defineRoute } from "./http.ts";
import { knownImport } from "./known-import.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.showImport, async ({ path: { importId } }) => {
	const { chunks: _chunks, requestDigest: _digest, ...shown } = await knownImport(importId);
	const { progress, unwritten } = await progressOf({ importId });
	const status = progress.waiting + progress.open === 0 ? "done" : "applying";
	return { body: { ...shown, status, progress, estimatedSeconds: estimateSeconds(unwritten) } };
});
