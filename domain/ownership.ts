import type { ProofKind } from "./custom-domain.ts";
import { leastResolvers } from "./delegation.ts";
import { type Evidence, evidenceOf, type OwnershipExpectation, type OwnershipView } from "./ownership-evidence.ts";
import { describeNotYet, type NotYetReason } from "./ownership-message.ts";

/** What everybody says who was asked; a server that is named twice counts once. */
export interface OwnershipViews {
	/** Independent of each other. */
	resolvers: readonly OwnershipView[];
	/** The name servers of the customer's zone; what a lame one says counts for nothing. */
	nameServers: readonly (OwnershipView & { standing: "authoritative" | "lame" | "silent" })[];
}

export type OwnershipVerdict =
	| { state: "proven"; by: ProofKind }
	/** `found`: what stands in DNS instead of the proof, or who does not agree. */
	| { state: "not-yet"; reason: NotYetReason; message: string; found?: string };

interface Reading {
	server: string;
	isResolver: boolean;
	evidence: Evidence;
}

/**
 * Whether DNS proves that the hostname is this attempt's (R4). Proven by one kind of proof that counts, and only when two independent resolvers
 * find it and so does every name server of the zone that answered, one at least: a poisoned or stale answer alone proves nothing. Whoever finds
 * something else makes it 'not yet', as does whoever cannot be asked when too few are left (R9).
 */
export function judgeOwnership(expected: OwnershipExpectation, views: OwnershipViews): OwnershipVerdict {
	const readings = expected.proofs.map((kind) => ({ kind, all: readingsOf(kind, expected, views) }));
	const proven = readings.find(({ all }) => isAgreed(all));
	if (proven) return { state: "proven", by: proven.kind };
	const begun = readings.find(({ all }) => all.some(isProof));
	if (begun) return halfProven(begun.kind, expected, begun.all);
	const flaws = readings.flatMap(({ all }) => flawIn(all) ?? []);
	// What somebody has tried tells more than what is not there.
	const told = flaws.find(({ reason }) => reason !== "cname-missing" && reason !== "txt-missing") ?? flaws[0];
	if (!told) return notYet("could-not-ask", expected);
	const leads = !expected.proofs.includes("cname") && readingsOf("cname", expected, views).some(isProof);
	if (leads && told.reason === "txt-missing") return notYet("cname-is-no-proof", expected, { found: expected.target });
	return notYet(told.reason, expected, told);
}

function readingsOf(kind: ProofKind, expected: OwnershipExpectation, views: OwnershipViews): Reading[] {
	const answering = views.nameServers.filter(({ standing }) => standing === "authoritative");
	const each = (asked: readonly OwnershipView[], isResolver: boolean) =>
		[...new Map(asked.map((view) => [view.server, view])).values()].map((view) => ({
			server: view.server,
			isResolver,
			evidence: evidenceOf(kind, expected, view),
		}));
	return [...each(answering, false), ...each(views.resolvers, true)];
}

function isProof({ evidence }: Reading): boolean {
	return evidence.is === "proof";
}

function isAgreed(readings: readonly Reading[]): boolean {
	const proofs = readings.filter(isProof);
	const resolvers = proofs.filter(({ isResolver }) => isResolver).length;
	if (resolvers < leastResolvers || resolvers === proofs.length) return false;
	return readings.every(({ evidence }) => evidence.is !== "flaw");
}

/** What the first who answered finds; the zone's own servers come first, since they know what it is now. */
function flawIn(readings: readonly Reading[]): Extract<Evidence, { is: "flaw" }> | undefined {
	return readings.map(({ evidence }) => evidence).find((evidence) => evidence.is === "flaw");
}

function halfProven(kind: ProofKind, expected: OwnershipExpectation, readings: readonly Reading[]): OwnershipVerdict {
	const name = kind === "cname" ? expected.hostname : expected.txtName;
	const others = readings.filter(({ evidence }) => evidence.is === "flaw");
	if (others.length === 0) {
		const silent = readings.filter(({ evidence }) => evidence.is === "unknown");
		return notYet("too-few-answers", expected, { name, found: listOf(silent) });
	}
	const servers = readings.filter(({ isResolver }) => !isResolver);
	const isWithinZone = servers.some(isProof) && servers.some((server) => others.includes(server));
	return notYet(isWithinZone ? "name-servers-disagree" : "resolvers-disagree", expected, {
		name,
		found: listOf(others),
	});
}

function listOf(readings: readonly Reading[]): string {
	return readings.map(({ server }) => server).join(", ");
}

function notYet(
	reason: NotYetReason,
	expected: OwnershipExpectation,
	{ name = expected.hostname, found = "" }: { name?: string; found?: string } = {},
): OwnershipVerdict {
	const message = describeNotYet(reason, expected, { name, found });
	return { state: "not-yet", reason, message, ...(found !== "" && { found }) };
}
