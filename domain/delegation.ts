import type { Actor } from "./errors.ts";
import { isBelow } from "./hostname.ts";
import { limits } from "./limits.ts";
import { accepted, type Result, refused } from "./result.ts";

/** A record set of the parent zone that hands a name to another zone, or takes it back. Only `guardedChange` makes one. */
export interface DelegationChange {
	action: "UPSERT" | "DELETE";
	name: string;
	type: "NS" | "DS";
	ttlSeconds: number;
	values: readonly string[];
}

/** How far a workload account's rights in the parent zone go. */
export interface DelegationBounds {
	/** The registered domain, whose zone is written. */
	apex: string;
	/** The one name that is the account's. */
	delegated: string;
}

/**
 * The change, if it does nothing but delegate `delegated` (R5): the registrar's zone holds delegations, never resources, and an
 * environment touches no other's. The role that carries it out says the same (infra/registrar.yml); this is the first of the two locks.
 */
export function guardedChange(
	change: { action: string; name: string; type: string; ttlSeconds: number; values: readonly string[] },
	{ apex, delegated }: DelegationBounds,
): Result<DelegationChange, string> {
	const { action, name, type } = change;
	if (delegated === apex) return refused(`'${apex}' is the apex: it is never delegated as a whole.`);
	if (!isBelow(delegated, apex)) return refused(`'${delegated}' is not below '${apex}'.`);
	if (name !== delegated) return refused(`'${name}' is not '${delegated}', and nothing else is this account's.`);
	if (type !== "NS" && type !== "DS")
		return refused(`${type} is no record of a delegation: the apex holds no resources.`);
	if (action !== "UPSERT" && action !== "DELETE") return refused(`${action} is neither UPSERT nor DELETE.`);
	if (change.values.length === 0) return refused("A delegation to no name server is none.");
	return accepted({ ...change, action, type });
}

/** A record set as it stands in a zone. */
export interface StandingSet {
	ttlSeconds: number;
	values: readonly string[];
}

/** How two lists of name servers differ; order, case and final dots aside. Undefined when they do not. */
export function serversApart(
	wanted: readonly string[],
	found: readonly string[],
): { missing: string[]; extra: string[] } | undefined {
	const [want, have] = [new Set(wanted.map(canonical)), new Set(found.map(canonical))];
	const missing = [...want].filter((server) => !have.has(server)).sort();
	const extra = [...have].filter((server) => !want.has(server)).sort();
	return missing.length + extra.length === 0 ? undefined : { missing, extra };
}

/**
 * How a delegation to `servers` stands in the parent zone: `proven` for good, `unproven` as long as nobody has seen it work; it has a
 * short TTL so long, by which it is known.
 */
export function standingOf(
	standing: StandingSet | undefined,
	servers: readonly string[],
): "none" | "other" | "unproven" | "proven" {
	if (!standing) return "none";
	if (serversApart(servers, standing.values)) return "other";
	return standing.ttlSeconds === limits.unprovenDelegationTtl.value ? "unproven" : "proven";
}

/** What is looked at, in this order; each can stop a delegation. */
export type DelegationStage =
	| "guard"
	| "assume-role"
	| "write"
	| "in-sync"
	| "public"
	| "authoritative"
	| "negative-ttl"
	| "caa"
	| "dnssec";

/** Why a delegation does not stand, and who must do what. */
export interface DelegationTrouble {
	stage: DelegationStage;
	/** What was found; a sentence. */
	message: string;
	actor: Actor;
	/** A sentence. */
	fix: string;
	/** Waiting alone does not help. */
	final: boolean;
}

/** What a person reads who has asked for a deployment. */
export function describeTrouble({ stage, message, actor, fix }: DelegationTrouble): string {
	return `Delegation stopped at '${stage}': ${message} Who acts: ${actor}. ${fix} Then run it again; it goes on here.`;
}

/** What one resolver says of the delegated name's NS. */
export interface PublicView {
	resolver: string;
	/** `none`: it answered that there are none; `no-answer`: it said nothing that counts, and nobody knows (R9). */
	outcome: "found" | "none" | "no-answer";
	servers: readonly string[];
}

/** Resolvers that must agree: one alone may remember what was before. */
export const leastResolvers = 2;

/** Whether the world follows the delegation: two resolvers, or all there are, answer exactly the zone's servers. Undefined when it does. */
export function publicTrouble(
	delegated: string,
	servers: readonly string[],
	views: readonly PublicView[],
): DelegationTrouble | undefined {
	const agreeing = views.filter(({ outcome, servers: found }) => outcome === "found" && !serversApart(servers, found));
	if (agreeing.length > 0 && agreeing.length >= Math.min(leastResolvers, views.length)) return undefined;
	return {
		stage: "public",
		message: `Resolvers do not all find the name servers of ${delegated}: ${views.map((view) => saidOf(view, servers)).join("; ")}.`,
		actor: "operator",
		final: false,
		fix:
			`See that the registry delegates the domain to the registrar's zone, and that this zone delegates ${delegated} to ` +
			`${servers.join(", ")}. Who asked before remembers for up to 15 minutes that there was nothing.`,
	};
}

/**
 * Whether a name is delegated, as the servers of the zone above say: one that finds it is enough, but `undelegated` takes all of them,
 * and at least one. Nobody may take a zone away while that is `unknown` (R9).
 */
export function delegationAbove(
	views: readonly PublicView[],
): { state: "delegated"; to: readonly string[]; says: string } | { state: "undelegated" | "unknown" } {
	const found = views.find(({ outcome }) => outcome === "found");
	if (found) return { state: "delegated", to: found.servers, says: found.resolver };
	const isAgreed = views.length > 0 && views.every(({ outcome }) => outcome === "none");
	return { state: isAgreed ? "undelegated" : "unknown" };
}

/** What one of the zone's name servers says of the zone. */
export interface ServerView {
	server: string;
	outcome: "authoritative" | "lame" | "no-answer";
	/** In what way it is not authoritative. */
	detail?: string | undefined;
}

/** Whether each listed server answers for the zone with authority. Undefined when all do. */
export function authorityTrouble(delegated: string, views: readonly ServerView[]): DelegationTrouble | undefined {
	const bad = views.filter(({ outcome }) => outcome !== "authoritative");
	if (bad.length === 0) return undefined;
	const told = bad.map(({ server, outcome, detail = "is lame" }) =>
		outcome === "lame" ? `${server} ${detail}` : `${server} does not answer`,
	);
	return {
		stage: "authoritative",
		message: `Not every name server of ${delegated} answers for it with authority: ${told.join("; ")}.`,
		actor: "operator",
		final: false,
		fix: "Delegate to the zone's own name servers and to no others; if these are, look at Route 53's health.",
	};
}

/**
 * An SOA's value with the bound on negative answers lowered to `seconds`; undefined when it is that low. It is the last number, or the
 * record's own TTL if that is less (https://www.rfc-editor.org/rfc/rfc2308#section-5); Route 53 begins with 86,400 and 900.
 */
export function withNegativeTtl({ ttlSeconds, values }: StandingSet, seconds: number): string | undefined {
	const [, head, minimum] = /^(.*\s)(\d+)$/.exec(values[0]?.trim() ?? "") ?? [];
	if (head === undefined || Math.min(Number(minimum), ttlSeconds) <= seconds) return undefined;
	return `${head}${seconds}`;
}

function saidOf({ resolver, outcome, servers }: PublicView, wanted: readonly string[]): string {
	if (outcome === "no-answer") return `${resolver} did not answer`;
	if (outcome === "none") return `${resolver} finds none`;
	const apart = serversApart(wanted, servers);
	if (!apart) return `${resolver} agrees`;
	const { missing, extra } = apart;
	const parts = [
		...(missing.length > 0 ? [`lacks ${missing.join(", ")}`] : []),
		...(extra.length > 0 ? [`has ${extra.join(", ")}, which the zone has not`] : []),
	];
	return `${resolver} ${parts.join(" and ")}`;
}

function canonical(server: string): string {
	return server.toLowerCase().replace(/\.$/, "");
}
