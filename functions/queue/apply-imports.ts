import { z } from "zod";
import { errorTable, HostmasterError } from "../../domain/errors.ts";
import type { Import, KeptLine } from "../../domain/import.ts";
import { limits } from "../../domain/limits.ts";
import { isoNow } from "../../services/clock.ts";
import { keepChunk, readChunk, readImport } from "../../services/imports.ts";
import { sendChunk } from "../../services/imports-queue.ts";
import { logger } from "../../services/log.ts";
import { readPause } from "../../services/pause.ts";
import { acceptOnboarding } from "../accept-onboarding.ts";
import { defineConsumer } from "./batch.ts";

const messageSchema = z.object({ version: z.literal(1), importId: z.string(), chunk: z.int().nonnegative() });

/** How many lines are accepted at a time: single signups are not to wait for an import. */
const atOnce = 5;
/** While an operator has stopped new work, a part asks again so often. */
const pausedSeconds = 60;

const acceptedSchema = z.object({
	tenant: z.object({ tenantId: z.string() }),
	operation: z.object({ operationId: z.string() }),
});

/**
 * Accepts the new tenants of a part of an import, each like a POST, and keeps what became of every line. Crash anywhere? The part comes
 * again, and finds by its lines' keys what was accepted.
 */
export const handler = defineConsumer(messageSchema, async (message) => {
	const [made, chunk] = await Promise.all([readImport(message.importId), readChunk(message.importId, message.chunk)]);
	if (!chunk || chunk.appliedAt !== undefined) {
		logger.info("Nothing to apply.", { ...message });
		return;
	}
	const { dueAt, ...rest } = chunk;
	// Its planning has ended without an import, or the sweeper would not ask yet: it need not be asked for any more.
	if (!made) return keepChunk(rest);
	if (await readPause()) return sendChunk(message, pausedSeconds);
	const { lines, failures } = await applyAll(chunk.lines, made);
	if (failures.length === 0) return keepChunk({ ...rest, lines, appliedAt: isoNow() });
	// What was accepted is shown meanwhile; the others are tried again.
	await keepChunk({ ...rest, dueAt, lines });
	throw new AggregateError(failures, `${failures.length} of ${lines.length} lines could not be applied.`);
});

/** The lines with what became of them; one that failed stays as it was, and keeps no other waiting. */
async function applyAll(lines: readonly KeptLine[], { importId, requestedBy }: Import) {
	const applied: KeptLine[] = [];
	const failures: unknown[] = [];
	for (let at = 0; at < lines.length; at += atOnce) {
		const group = lines.slice(at, at + atOnce);
		const settled = await Promise.allSettled(group.map((line) => apply(line, importId, requestedBy)));
		for (const [index, line] of group.entries()) {
			const outcome = settled[index];
			applied.push(outcome?.status === "fulfilled" ? outcome.value : line);
			if (outcome?.status === "rejected") failures.push(outcome.reason);
		}
	}
	return { lines: applied, failures };
}

/** The line with what became of it. Throws what may work later. */
async function apply(line: KeptLine, importId: string, requestedBy: string): Promise<KeptLine> {
	const { request, ...rest } = line;
	if (!request) return line;
	const asking = {
		...{ caller: `import:${importId}`, idempotencyKey: String(line.line), requestedBy, correlationId: importId },
		rememberedHours: limits.importKeep.value * 24,
	};
	try {
		const { body } = await acceptOnboarding(request, asking, { adopted: line.adopted === true });
		const { tenant, operation } = acceptedSchema.parse(JSON.parse(body));
		return { ...rest, tenantId: tenant.tenantId, operationId: operation.operationId };
	} catch (error) {
		if (!(error instanceof HostmasterError) || errorTable[error.name].status >= 500) throw error;
		// Taken since it was planned.
		const { field = "line", rule = "valid", detail } = error;
		return { ...rest, problem: { field, rule, detail } };
	}
}
