import { type Import, isRefused, type Progress } from "../domain/import.ts";
import { type Chunk, keepChunk, readChunks } from "../services/imports.ts";
import { statusesOf } from "../services/operations.ts";

/** How far an import has come, from its parts and, of those that have not ended, their operations. */
export async function progressOf({
	importId,
}: Pick<Import, "importId">): Promise<{ progress: Progress; unwritten: number }> {
	const progress: Progress = { waiting: 0, open: 0, active: 0, failed: 0, refused: 0 };
	let unwritten = 0;
	const chunks = await readChunks(importId);
	for (let at = 0; at < chunks.length; at += 10) {
		const parts = await Promise.all(chunks.slice(at, at + 10).map(ofChunk));
		for (const part of parts) {
			for (const [name, count] of Object.entries(part.progress)) progress[name as keyof Progress] += count; // Object.entries forgets the names
			unwritten += part.unwritten;
		}
	}
	return { progress, unwritten };
}

/** `unwritten`: hostnames that have not come to life yet and whose records have to be written. */
async function ofChunk(chunk: Chunk): Promise<{ progress: Progress; unwritten: number }> {
	const fresh = chunk.lines.filter(({ state }) => state === "new");
	const refused = fresh.filter(isRefused).length;
	if (chunk.ended) return { progress: { waiting: 0, open: 0, refused, ...chunk.ended }, unwritten: 0 };
	const begun = fresh.flatMap(({ operationId, adopted }) =>
		operationId === undefined ? [] : [{ operationId, adopted }],
	);
	const statuses = await statusesOf(begun.map(({ operationId }) => operationId));
	const progress: Progress = { waiting: fresh.length - begun.length - refused, open: 0, active: 0, failed: 0, refused };
	let unwritten = fresh.filter(({ operationId, problem, adopted }) => !operationId && !problem && !adopted).length;
	for (const { operationId, adopted } of begun) {
		const status = statuses.get(operationId);
		if (status === "succeeded") progress.active++;
		else if (status === "queued" || status === "running") {
			progress.open++;
			if (!adopted) unwritten++;
		} else progress.failed++;
	}
	// What has ended well stays so; a failed one may be retried, so a part with one is looked at again.
	const isOver = chunk.appliedAt !== undefined && progress.open === 0 && progress.failed === 0;
	if (isOver) await keepChunk({ ...chunk, ended: { active: progress.active, failed: 0 } });
	return { progress, unwritten };
}
