import type { Context } from "../context.ts";
import { CommandFailed, type Exit, type Report } from "../failures.ts";

/** What a look has found: that it is so, or why it is not yet. */
export type Look = { isSo: string } | { exit: Exclude<Exit, 0>; report: Report };

/** What takes longer than this, after CloudFormation has called it complete, does not come by itself. */
const patienceMs = 60_000;
const betweenLooksMs = 2_000;

export const seen = (isSo: string): Look => ({ isSo });

/** Looks until it is so, for a minute; then throws CommandFailed with what was found last. */
export async function untilSeen({ world }: Context, look: () => Promise<Look>): Promise<string> {
	const endMs = world.now() + patienceMs;
	for (;;) {
		const found = await look();
		if ("isSo" in found) return found.isSo;
		if (world.now() > endMs) throw new CommandFailed(found.exit, found.report);
		await world.pause(betweenLooksMs);
	}
}
