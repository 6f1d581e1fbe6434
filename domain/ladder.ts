import { limits } from "./limits.ts";

/** When to look again: `steps` in seconds between looks, the last repeated, until `deadlineSeconds` after the start. */
export interface Ladder {
	steps: readonly [number, ...number[]];
	deadlineSeconds: number;
}

/** Seven days, in 75 looks: ten within 20 minutes, then each wait 15 per cent longer than the one before, four hours at most. */
const customersLadder = {
	steps: [60, ...Array.from({ length: 39 }, (_, at) => Math.floor(60 * (at < 9 ? 1.05 : 1.15) ** (at + 1))), 14_400],
	deadlineSeconds: 7 * 86_400,
} as const satisfies Ladder;

export const ladders = {
	/**
	 * A Route 53 change is in sync after about a minute: until then a look comes soon after, later ones are rarer. Each spends a request of
	 * the account's 10 a second, for up to 250 hostnames.
	 */
	"route53-change": { steps: [2, 2, 3, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 10, 20, 30], deadlineSeconds: 1_800 },
	/** A fresh name may be hidden by a resolver's negative answer (≤ 900 s) and by the edge's own (5 s). */
	"edge-probe": { steps: [1, 1, 2, 3, 5, 10, 20, 30, 60], deadlineSeconds: 3_600 },
	/**
	 * A customer edits DNS within minutes or within days, as Cloudflare for SaaS looks for it:
	 * https://developers.cloudflare.com/cloudflare-for-platforms/cloudflare-for-saas/domain-support/hostname-validation/backoff-schedule/
	 */
	"domain-ownership": customersLadder,
	"domain-traffic": customersLadder,
	/** Issued within minutes once the records stand; ACM gives up after 72 hours, and two more are for its word of that to come. */
	"domain-certificate": {
		steps: [2, 3, 5, 10, 15, 15, 30, 30, 60, 60, 60, 120, 120, 300, 300, 600, 900, 1_800, 3_600],
		deadlineSeconds: (limits.certificateValidation.value + 2) * 3_600,
	},
	/** CloudFront deploys a distribution tenant in a few minutes; what is not there after two hours is for its support. */
	"domain-edge": { steps: [2, 3, 5, 10, 20, 30, 30, 30, 60, 60, 60, 60, 120, 120, 300], deadlineSeconds: 7_200 },
	/** CloudFront deletes a distribution tenant only when it is disabled everywhere. */
	"domain-detached": { steps: [2, 3, 5, 10, 20, 30, 30, 60, 60, 120, 300], deadlineSeconds: 6 * 3_600 },
	/** Its tenant's other operations are over within minutes, or wait for a person, who may take days. */
	"domain-primary": { steps: [2, 3, 5, 10, 30, 60, 300, 900, 3_600, 14_400], deadlineSeconds: 7 * 86_400 },
	/** An active domain is looked at daily, as long as it is one. */
	"domain-watch": { steps: [86_400], deadlineSeconds: Number.POSITIVE_INFINITY },
} as const satisfies Record<string, Ladder>;

export type CheckKind = keyof typeof ladders;

/** The kinds, in the table's order; not empty, as an enum's schema demands. */
export const checkKinds = Object.keys(ladders) as [CheckKind, ...CheckKind[]]; // Object.keys forgets the keys' type

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
