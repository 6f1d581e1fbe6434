import { HostmasterError } from "../../domain/errors.ts";
import type { Page } from "../../services/lists.ts";
import { logger } from "../../services/log.ts";
import { readCursor, type SweepName, writeCursor } from "../../services/sweep-cursors.ts";

/** A list, which of its items stand still, and what to do with those. */
export interface Walk<T> {
	name: SweepName;
	read: (page: Page) => Promise<{ items: T[]; next: Record<string, unknown> | undefined }>;
	isQuiet: (item: T) => boolean;
	repair: (item: T) => Promise<void>;
}

const pageSize = 100;
/** After so many repairs a round stops, and the next one goes on there. */
const mostRepairs = 200;
/** Repairs that run at a time: 20 such groups a minute stay far below DescribeExecution's rate. */
const atOnce = 10;

/**
 * Goes on through a list where the last round stopped, until its end, `mostRepairs`, or `endsMs` (epoch ms) is reached; so every item's
 * turn comes, however long the list and whatever stands at its front. Answers what went wrong with single items.
 */
export async function walkOn<T>({ name, read, isQuiet, repair }: Walk<T>, endsMs: number): Promise<unknown[]> {
	const failures: unknown[] = [];
	let repaired = 0;
	let after = await readCursor(name);
	do {
		const page = await read({ after, limit: pageSize }).catch((error) => forgetCursor(name, error));
		const quiet = page.items.filter(isQuiet);
		for (let at = 0; at < quiet.length; at += atOnce) {
			// The rest of the page is the next round's, which leaves out what this one dealt with.
			if (Date.now() >= endsMs) return failures;
			const group = quiet.slice(at, at + atOnce);
			const settled = await Promise.allSettled(group.map(repair));
			for (const [place, outcome] of settled.entries()) {
				if (outcome.status === "fulfilled") continue;
				logger.error("A repair failed.", { item: group[place], error: outcome.reason });
				failures.push(outcome.reason);
			}
		}
		repaired += quiet.length;
		after = page.next;
		await writeCursor(name, after);
	} while (after && repaired < mostRepairs && Date.now() < endsMs);
	return failures;
}

/** A cursor that DynamoDB refuses, as after a change of the index, must not end all rounds: the next one begins at the front. */
async function forgetCursor(name: SweepName, error: unknown): Promise<never> {
	if (!(error instanceof HostmasterError)) await writeCursor(name, undefined);
	throw error;
}
