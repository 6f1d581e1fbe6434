import { type CustomDomain, edgeTarget, type ProofKind, proofName, proofValue } from "./custom-domain.ts";
import { withoutTrailingDot } from "./dns-name.ts";
import type { CnameLink, DnsOutcome } from "./domain-observations.ts";
import { isWithin } from "./hostname.ts";
import { registrableDomain } from "./registrable.ts";

/** What would prove that a hostname is its tenant's; names are canonical. */
export interface OwnershipExpectation {
	/** A wildcard with its star. */
	hostname: string;
	/** What its owner has registered: names within it are the owner's too. */
	registrableDomain: string;
	/** `<token>.edge.<platform domain>`. */
	target: string;
	txtName: string;
	txtValue: string;
	/** Of attempts before. */
	formerTxtValues: readonly string[];
	/** Which of them count. */
	proofs: readonly ProofKind[];
	platformDomain: string;
}

/** The expectation of a claim's present attempt. */
export function expectedProof(
	hostname: string,
	{ token, formerTokens, proofs }: Pick<CustomDomain, "token" | "formerTokens" | "proofs">,
	platformDomain: string,
): OwnershipExpectation {
	return {
		hostname,
		registrableDomain: registrableDomain(hostname) ?? hostname,
		target: edgeTarget(token, platformDomain),
		txtName: proofName(hostname),
		txtValue: proofValue(token),
		formerTxtValues: formerTokens.map(proofValue),
		proofs,
		platformDomain,
	};
}

type Link = Pick<CnameLink, "name" | "target">;

/** What one server says of a hostname's records. */
export interface OwnershipView {
	/** One per independent resolver, and per name server of the zone. */
	server: string;
	/** The way from the hostname; a name server ends it where its zones do. */
	a: { outcome: DnsOutcome; chain: readonly Link[] };
	/** At `txtName`; each record's character strings as they stand, and the way there if CNAMEs lead on from it. */
	proof: { outcome: DnsOutcome; chain: readonly Link[]; records: readonly (readonly string[])[] };
}

/** Why a server's answer proves nothing. */
export type EvidenceFlaw =
	| "cname-missing"
	| "cname-of-former-attempt"
	| "cname-of-another-tenant"
	| "cname-by-way-of-others"
	| "cname-wrong-target"
	| "txt-missing"
	| "txt-behind-cname"
	| "txt-of-former-attempt"
	| "txt-of-another-tenant"
	| "txt-quoted"
	| "txt-spaced"
	| "txt-split"
	| "txt-wrong-value";

/** `found`: what stands there instead; empty when there is nothing. */
export type Evidence = { is: "proof" } | { is: "flaw"; reason: EvidenceFlaw; found: string } | { is: "unknown" };

const proof: Evidence = { is: "proof" };
const flaw = (reason: EvidenceFlaw, found: string): Evidence => ({ is: "flaw", reason, found });

/** What a server shows of one kind of proof. SERVFAIL and REFUSED are no answers: 'could not ask' is never 'is not there' (R9). */
export function evidenceOf(kind: ProofKind, expected: OwnershipExpectation, view: OwnershipView): Evidence {
	const { outcome } = kind === "cname" ? view.a : view.proof;
	if (outcome !== "answer" && outcome !== "no-data" && outcome !== "nxdomain") return { is: "unknown" };
	return kind === "cname" ? cnameEvidence(expected, view.a.chain) : txtEvidence(expected, view.proof);
}

/**
 * The first CNAME that leads out of the customer's own names has to lead to the target: whoever has a name on the way could set the rest of it.
 */
function cnameEvidence(expected: OwnershipExpectation, chain: readonly Link[]): Evidence {
	const { hostname, registrableDomain, target, formerTxtValues, platformDomain } = expected;
	const way = wayFrom(hostname, chain);
	const last = way.find((name) => !isWithin(name, registrableDomain)) ?? way.at(-1);
	if (last === undefined) return flaw("cname-missing", "");
	if (last === target) return proof;
	const found = way.join(", then ");
	if (way.includes(target)) return flaw("cname-by-way-of-others", found);
	const former = formerTxtValues.map((value) => edgeTarget(value.slice(proofValue("").length), platformDomain));
	if (way.some((name) => former.includes(name))) return flaw("cname-of-former-attempt", found);
	const isTarget = (name: string) => name.endsWith(edgeTarget("", platformDomain));
	return flaw(way.some(isTarget) ? "cname-of-another-tenant" : "cname-wrong-target", found);
}

/** The targets, one after the other, as far as the records hang together; canonical. A loop ends where all have been used. */
function wayFrom(hostname: string, chain: readonly Link[]): string[] {
	const way: string[] = [];
	for (const _ of chain) {
		const link = chain.find(({ name }) => canonical(name) === (way.at(-1) ?? hostname));
		if (link) way.push(canonical(link.target));
	}
	return way;
}

/** One record whose strings, put together, are exactly the value; at the name itself, or at a name of the customer's that it leads to. */
function txtEvidence(expected: OwnershipExpectation, { chain, records }: OwnershipView["proof"]): Evidence {
	const { txtName, txtValue, registrableDomain } = expected;
	// Else a wildcard CNAME to a stranger would let that stranger prove whatever it likes.
	const way = wayFrom(txtName, chain);
	if (way.some((name) => !isWithin(name, registrableDomain))) return flaw("txt-behind-cname", way.join(", then "));
	const texts = records.map((strings) => strings.join(""));
	if (texts.includes(txtValue)) return proof;
	const found = texts.map((text) => `'${text}'`).join(", ");
	return flaw(txtFlaws.find(({ when }) => when(texts, expected))?.reason ?? "txt-wrong-value", found);
}

/** The first that applies is told: what is nearly right, then whose it is instead. */
const txtFlaws: readonly {
	reason: EvidenceFlaw;
	when: (texts: string[], expected: OwnershipExpectation) => boolean;
}[] = [
	{ reason: "txt-missing", when: (texts) => texts.length === 0 },
	{ reason: "txt-spaced", when: (texts, { txtValue }) => texts.some((text) => text.replace(/\s/g, "") === txtValue) },
	{ reason: "txt-quoted", when: (texts, { txtValue }) => texts.some((text) => unquoted(text) === txtValue) },
	{
		reason: "txt-split",
		when: (texts, { txtValue }) => texts.some((head) => texts.some((tail) => head.trim() + tail.trim() === txtValue)),
	},
	{
		reason: "txt-wrong-value",
		when: (texts, { txtValue }) => texts.some((text) => txtValue.startsWith(text.trim().toLowerCase())),
	},
	{
		reason: "txt-of-former-attempt",
		when: (texts, { formerTxtValues }) => texts.some((text) => formerTxtValues.includes(text)),
	},
	{ reason: "txt-of-another-tenant", when: (texts) => texts.some((text) => text.startsWith(proofValue(""))) },
];

/** Without the quotation marks of any keyboard, and what stands around them. */
function unquoted(text: string): string {
	return text.replace(/[\s\\"'`\u2018-\u201f]/g, "");
}

function canonical(name: string): string {
	return withoutTrailingDot(name).toLowerCase();
}
