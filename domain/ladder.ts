/** When to look again: `steps` in seconds between looks, the last repeated, until `deadlineSeconds` after the start. */
export interface Ladder {
	steps: readonly [number, ...number[]];
	deadlineSeconds: number;
}

export const ladders = {
	/**
	 * A Route 53 change is in sync after about a minute: until then a look comes soon after, later ones are rarer. Each spends a request of
	 * the account's 10 a second, for up to 250 hostnames.
	 */
	"route53-change": { steps: [2, 2, 3, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 10, 20, 30], deadlineSeconds: 1_800 },
	/** A fresh name may be hidden by a resolver's negative answer (≤ 900 s) and by the edge's own (5 s). */
	"edge-probe": { steps: [1, 1, 2, 3, 5, 10, 20, 30, 60], deadlineSeconds: 3_600 },
} as const satisfies Record<string, Ladder>;

export type CheckKind = keyof typeof ladders;

/**
 * Epoch ms of the look after `looks` looks have been made, or undefined once the deadline has passed.
 * The last look is made at the deadline itself, so that what became true just before it is not missed.
 */
export function nextLookAt(ladder: Ladder, startedMs: number, looks: number, nowMs: number): number | undefined {
	const deadlineMs = startedMs + ladder.deadlineSeconds * 1000;
	if (nowMs >= deadlineMs) return undefined;
	const seconds = ladder.steps[Math.min(looks, ladder.steps.length - 1)] ?? ladder.steps[0];
	return Math.min(nowMs + seconds * 1000, deadlineMs);
}
