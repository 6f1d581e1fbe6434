import { createHash } from "node:crypto";
import { ulid } from "ulid";
import { HostmasterError } from "../domain/errors.ts";
import { chunksOf, countLines, type Import, type KeptLine } from "../domain/import.ts";
import { isoNow } from "../services/clock.ts";
import { importOfRequest, keepChunk, keepImport, readChunks } from "../services/imports.ts";
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
	const requestKey = digestOf(`${asking.caller} ${asking.idempotencyKey}`);
	const requestDigest = digestOf(text);
	const earlier = await acceptedBefore(requestKey, requestDigest);
	if (earlier) return earlier;
	const lines = await planLines(text, Date.now() + planMs);
	const createdAt = isoNow();
	// An id of its own: a repetition that comes while this one is planned keeps its parts apart from these.
	const importId = `imp_${ulid(Date.parse(createdAt))}`;
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
	// From here on it is applied. Crash before, or another was faster? Its parts know no import, are never applied, and expire.
	if (!(await keepImport(made, requestKey))) {
		const meanwhile = await acceptedBefore(requestKey, requestDigest);
		if (meanwhile) return meanwhile;
		throw new HostmasterError("ServiceUnavailable", "Another request was at this key; please repeat yours.");
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

function digestOf(text: string): string {
	return createHash("sha256").update(text).digest("hex");
}

/** Of one caller and Idempotency-Key there is one import. */
async function acceptedBefore(requestKey: string, requestDigest: string): Promise<AcceptedImport | undefined> {
	const made = await importOfRequest(requestKey);
	if (!made) return undefined;
	if (made.requestDigest !== requestDigest) {
		const detail = "The key came before with another body. Repeat that body, or use a new key for a new import.";
		throw new HostmasterError("IdempotencyKeyReused", detail, { field: "Idempotency-Key", rule: "one-request" });
	}
	return { made, lines: (await readChunks(made.importId)).flatMap(({ lines }) => lines) };
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
