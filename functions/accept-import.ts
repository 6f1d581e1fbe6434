import { createHash } from "node:crypto";
import { HostmasterError } from "../domain/errors.ts";
import { chunksOf, countLines, type Import, type KeptLine } from "../domain/import.ts";
import { isoNow } from "../services/clock.ts";
import { keepChunk, keepImport, readChunks, readImport } from "../services/imports.ts";
import { sendChunk } from "../services/imports-queue.ts";
import { logger } from "../services/log.ts";
import type { Asking } from "./asking.ts";
import { planLines } from "./plan-lines.ts";
import { settleAll } from "./settle-all.ts";

/** What the gateway leaves for a request, less what follows the plan. */
const planMs = 20_000;

export interface AcceptedImport {
	made: Import;
	lines: KeptLine[];
}

/**
 * Plans an import and lets it be applied, part by part. The same request again is answered with the plan of before. Throws
 * InvalidRequest, IdempotencyKeyReused, Throttled, ServiceUnavailable.
 */
export async function acceptImport(text: string, asking: Asking): Promise<AcceptedImport> {
	const importId = importIdOf(asking);
	const requestDigest = createHash("sha256").update(text).digest("hex");
	const earlier = await acceptedBefore(importId, requestDigest);
	if (earlier) return earlier;
	const lines = await planLines(text, Date.now() + planMs);
	const createdAt = isoNow();
	const chunks = chunksOf(lines);
	await settleAll([...chunks.entries()], 10, ([chunk, kept]) => {
		const isOpen = kept.some(({ state }) => state === "new");
		return keepChunk({ importId, chunk, lines: kept, ...(isOpen ? { dueAt: createdAt } : { appliedAt: createdAt }) });
	});
	const made = {
		importId,
		requestedBy: asking.requestedBy,
		createdAt,
		planned: countLines(lines),
		chunks: chunks.length,
		requestDigest,
	};
	// From here on it is applied. Crash before? Its parts know no import, are left alone, and expire.
	if (!(await keepImport(made))) {
		const meanwhile = await acceptedBefore(importId, requestDigest);
		if (meanwhile) return meanwhile;
	}
	await tell(made);
	return { made, lines };
}

/** What a dry run shows: the plan, of which nothing is kept. */
export async function planOnly(text: string, asking: Asking): Promise<AcceptedImport> {
	const lines = await planLines(text, Date.now() + planMs);
	const planned = countLines(lines);
	const made = {
		importId: "",
		requestedBy: asking.requestedBy,
		createdAt: isoNow(),
		planned,
		chunks: 0,
		requestDigest: "",
	};
	return { made, lines };
}

/** Of one caller and key there is one import, whatever crashes in between. */
function importIdOf({ caller, idempotencyKey }: Asking): string {
	return `imp_${createHash("sha256").update(`${caller} ${idempotencyKey}`).digest("hex").slice(0, 26).toUpperCase()}`;
}

async function acceptedBefore(importId: string, requestDigest: string): Promise<AcceptedImport | undefined> {
	const made = await readImport(importId);
	if (!made) return undefined;
	if (made.requestDigest !== requestDigest) {
		const detail = "The key came before with another body. Repeat that body, or use a new key for a new import.";
		throw new HostmasterError("IdempotencyKeyReused", detail, { field: "Idempotency-Key", rule: "one-request" });
	}
	return { made, lines: (await readChunks(importId)).flatMap(({ lines }) => lines) };
}

/** The parts are in the index of due ones: what is not told here, the sweeper tells. */
async function tell({ importId, chunks }: Import): Promise<void> {
	try {
		await settleAll(
			Array.from({ length: chunks }, (_, chunk) => chunk),
			20,
			(chunk) => sendChunk({ importId, chunk }),
		);
	} catch (error) {
		logger.error("Parts of an import could not be queued; the sweeper will send them.", { importId, error });
	}
}
