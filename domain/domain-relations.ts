import { type Claim, wasProven } from "./claim.ts";
import { readsAs, skeleton } from "./confusables.ts";
import type { ProofKind, Validation } from "./custom-domain.ts";
import { displayHostname, type Hostname, isBelow } from "./hostname.ts";
import { registrableDomain } from "./registrable.ts";

/** What the registry finds a hostname's neighbours by: all rows that share one of the two. */
export interface NeighbourKeys {
	/** The registered domain that the name is in. */
	domain: string;
	/** What that domain looks like at a glance; another one's may be the same. */
	skeleton: string;
}

/** The keys of a canonical hostname, with or without a star. */
export function neighbourKeys(hostname: string): NeighbourKeys {
	const domain = registeredIn(hostname);
	return { domain, skeleton: readingOf(domain).split(".").map(skeleton).join(".") };
}

/** A custom domain in the registry, as far as others depend on it. */
export interface Neighbour {
	/** Canonical; a wildcard with its star. */
	hostname: string;
	tenantId: string;
	/** Given back: nobody's, in quarantine or after it. */
	released: boolean;
	/** Its ownership was proven and it has not been taken down since, whatever became of the proof. */
	attached: boolean;
}

/** A claim of a custom domain as others see it. */
export function neighbourOf(
	claim: Pick<Claim, "hostname" | "tenantId" | "intent" | "conditions" | "custom">,
): Neighbour {
	const { hostname, tenantId, intent, conditions } = claim;
	const { EdgeAttached, RoutePublished } = conditions;
	const released = intent === "released";
	const isHeld = wasProven(claim) || [EdgeAttached, RoutePublished].some(({ status }) => status === "true");
	return { hostname, tenantId, released, attached: !released && isHeld };
}

/** Whether a claim still counts for its neighbours: one that was given back without ever having been proven does not, since anyone can begin one. */
export function countsAsNeighbour(claim: Pick<Claim, "intent" | "conditions" | "custom">): boolean {
	return claim.intent !== "released" || wasProven(claim) || claim.custom?.onceAnothers === true;
}

/** How a hostname stands to what other tenants have. `with`: a name of theirs, for operators; who asks is not to learn it. */
export type DomainRelation =
	| { state: "free"; imitates: readonly string[] }
	/** It may be theirs who ask, and only a TXT record proves it. */
	| { state: "contested"; because: "released-by-another" | "shares-domain"; with: string; imitates: readonly string[] }
	| { state: "refused"; rule: "taken" | "overlaps-another-tenant"; with: string; imitates: readonly string[] };

/**
 * Decides on a hostname that `tenantId` wants. `others`: the rows found by the hostname's keys, in any order, one's own among them.
 *
 * A wildcard and a name beneath it are never two tenants': one name would have two owners, and which of them serves would depend on who came and
 * went last; when the specific one leaves, its visitors with their cookies would silently be the other's (R4). That the same owner may have proven
 * both at its zone changes nothing: it can give one of them back, or take the other tenant's records out of its zone, which ends in a detachment.
 * An attempt that has proven nothing yet keeps nobody out, since anyone can begin one. So this has to be asked again when an ownership is about to
 * be recorded as proven: of two that are tried at a time the first wins.
 *
 * `imitates`: registered domains of others that this one is easily taken for; a flag for a person, no refusal.
 */
export function relationOf(hostname: string, others: readonly Neighbour[], tenantId: string): DomainRelation {
	const strangers = others.filter((other) => other.tenantId !== tenantId);
	const imitated = imitatedBy(hostname, strangers);
	const same = strangers.find((other) => other.hostname === hostname);
	if (same && !same.released) return { state: "refused", rule: "taken", with: hostname, imitates: imitated };
	const attached = strangers.filter((other) => other.attached);
	const over = attached.find((other) => covers(hostname, other.hostname) || covers(other.hostname, hostname));
	if (over) return { state: "refused", rule: "overlaps-another-tenant", with: over.hostname, imitates: imitated };
	if (same) return { state: "contested", because: "released-by-another", with: hostname, imitates: imitated };
	const { domain } = neighbourKeys(hostname);
	const near = strangers.find((other) => (other.attached || other.released) && registeredIn(other.hostname) === domain);
	if (near) return { state: "contested", because: "shares-domain", with: near.hostname, imitates: imitated };
	return { state: "free", imitates: imitated };
}

/** What a proof depends on, beside the relation. */
export interface ProofQuestion {
	validation: Validation;
	isApex: boolean;
	wildcard: boolean;
	relation: Pick<DomainRelation, "state">;
	/** Names lead to CloudFront's own endpoint, which is the same for all. */
	direct?: boolean | undefined;
}

/**
 * The proofs that count (R4). A CNAME proves only where it is there to lead traffic from the first moment and nobody else has ever had a part of
 * the domain: not at an apex, where none can stand, nor for a move of a live site, nor for all names at once.
 */
export function proofsFor({ validation, isApex, wildcard, relation, direct = false }: ProofQuestion): ProofKind[] {
	const isPlain = validation === "http" && !isApex && !wildcard && !direct && relation.state === "free";
	return isPlain ? ["cname", "txt"] : ["txt"];
}

/** True for a wildcard above a name, however deep: in DNS it leads all of them here (RFC 4592), though a certificate's stands for one label. */
function covers(wildcard: string, hostname: string): boolean {
	return wildcard.startsWith("*.") && isBelow(hostname, wildcard.slice(2));
}

function registeredIn(hostname: string): string {
	const base = hostname.replace(/^\*\./, "");
	return registrableDomain(base) ?? base;
}

/** What looks the same at a glance; a flag costs a person a look, so that `i` for `l` is enough. */
function imitatedBy(hostname: string, strangers: readonly Neighbour[]): string[] {
	const own = neighbourKeys(hostname);
	const theirs = strangers.filter(({ released }) => !released).map((other) => neighbourKeys(other.hostname));
	const alike = theirs.filter(({ domain, skeleton }) => domain !== own.domain && skeleton === own.skeleton);
	return [...new Set(alike.map(({ domain }) => domain))].sort();
}

/** The name as ASCII readers see it: accents off, letters of other scripts as those that they are drawn like. */
function readingOf(domain: string): string {
	// Of a registered hostname: canonical, as displayHostname asks for.
	const shown = displayHostname(domain as Hostname)
		.normalize("NFD")
		.replace(/\p{M}/gu, "");
	return Array.from(shown, (character) => readsAs(character) ?? character).join("");
}
