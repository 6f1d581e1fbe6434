import { edgeTarget, type ProofKind, proofName, proofValue, type Validation } from "./custom-domain.ts";
import { withoutTrailingDot } from "./dns-name.ts";

/** What a record is for; one may be for several things. */
export type RecordPurpose = "ownership" | "traffic" | "certificate";

/** `ALIAS`: whatever the provider calls a name that it resolves itself (ANAME, 'CNAME flattening'). */
export type DomainRecordType = "CNAME" | "TXT" | "ALIAS";

/** Another record that does the same. */
export interface AlternativeRecord {
	name: string;
	type: DomainRecordType;
	value: string;
	/** When to take it; a sentence. */
	note: string;
}

/** A record that a customer sets at its own DNS provider. Names are canonical, without the final dot. */
export interface DomainRecord {
	/** Null, as is its value, until ACM has told them. */
	name: string | null;
	type: DomainRecordType;
	value: string | null;
	purposes: readonly RecordPurpose[];
	/** `later`: once the certificate is there, so that nobody meets a name without one. */
	when: "now" | "later";
	/** What it does, and for how long it has to stay; sentences for people. */
	note: string;
	alternatives: readonly AlternativeRecord[];
}

/** What decides on the records of a custom domain. */
export interface RecordsQuestion {
	/** Canonical; a wildcard with its star. */
	hostname: string;
	isApex: boolean;
	wildcard: boolean;
	validation: Validation;
	/** Those that count. */
	proofs: readonly ProofKind[];
	token: string;
	platformDomain: string;
	/** CloudFront's own endpoint, when names are to lead to it without our target between: everybody's is the same, and proves nothing. */
	routingEndpoint?: string | undefined;
	/** By which ACM validates and renews; absent until ACM has told it. Its final dots do not matter. */
	validationRecord?: { name: string; value: string } | undefined;
}

/**
 * Every record that a custom domain needs, in the order in which to set them: most names need one CNAME and nothing else. Where a CNAME cannot
 * prove, or traffic may not move yet, a TXT record comes first.
 */
export function recordsToSet(question: RecordsQuestion): DomainRecord[] {
	const { proofs, validation, routingEndpoint } = question;
	const provesByCname = proofs.includes("cname") && routingEndpoint === undefined;
	return [
		...(provesByCname ? [] : [ownershipRecord(question)]),
		...(validation === "dns" ? [certificateRecord(question.validationRecord)] : []),
		trafficRecord(question, provesByCname),
	];
}

function ownershipRecord({ hostname, token }: RecordsQuestion): DomainRecord {
	return {
		name: proofName(hostname),
		type: "TXT",
		value: proofValue(token),
		purposes: ["ownership"],
		when: "now",
		note: `Proves that ${hostname} is yours and moves no traffic. Leave it there: it is looked at every day.`,
		alternatives: [],
	};
}

function certificateRecord(told: RecordsQuestion["validationRecord"]): DomainRecord {
	const note = "The certificate is issued by it, and renewed as long as it stands: never delete it.";
	return {
		name: told ? withoutTrailingDot(told.name) : null,
		type: "CNAME",
		value: told ? withoutTrailingDot(told.value) : null,
		purposes: ["certificate"],
		when: "now",
		note: told ? note : `Its name and value come within seconds of the proof of ownership. ${note}`,
		alternatives: [],
	};
}

function trafficRecord(question: RecordsQuestion, isProof: boolean): DomainRecord {
	const { hostname, isApex, token, platformDomain, validation, routingEndpoint } = question;
	const value = routingEndpoint === undefined ? edgeTarget(token, platformDomain) : withoutTrailingDot(routingEndpoint);
	const common = { name: hostname, value, when: validation === "dns" ? "later" : "now" } as const;
	const begin =
		validation === "dns"
			? "Set it once the certificate is issued: nobody meets the name without one, and"
			: "The certificate is issued once it stands, and";
	if (isApex) return { ...common, ...flattened(hostname, value, begin) };
	const purposes: RecordPurpose[] = isProof ? ["ownership", "traffic"] : ["traffic"];
	const note = isProof
		? "Does everything: proves that the name is yours, lets its certificate be issued and leads its visitors here. No other record may stand at the name."
		: `${begin} visitors are led here. No other record may stand at the name${question.wildcard ? "; names with records of their own are not led here" : ""}.`;
	return { ...common, type: "CNAME", purposes, note, alternatives: isProof ? [proofBeside(question)] : [] };
}

/** No CNAME can stand at a zone's own name, beside its NS and SOA (RFC 1034 §3.6.2): the provider has to look the target up itself. */
function flattened(hostname: string, value: string, begin: string) {
	return {
		type: "ALIAS",
		purposes: ["traffic"],
		note: `${begin} visitors are led here. ${hostname} is a domain's own name, where no CNAME can stand: the provider has to offer ALIAS, ANAME or CNAME flattening, and no other A or AAAA record may stand there.`,
		alternatives: [
			{
				name: hostname,
				type: "CNAME",
				value,
				note: "With a provider that flattens CNAMEs, such as Cloudflare: enter a CNAME at the name, without its proxy.",
			},
		],
	} as const satisfies Pick<DomainRecord, "type" | "purposes" | "note" | "alternatives">;
}

function proofBeside({ hostname, token }: RecordsQuestion): AlternativeRecord {
	return {
		name: proofName(hostname),
		type: "TXT",
		value: proofValue(token),
		note: "Proves that the name is yours before the CNAME is set, or where the provider does not show the CNAME to the world.",
	};
}
