import type { Actor } from "./errors.ts";

/**
 * What a source says of one thing. `untold`: it never says it, today or tomorrow, and nobody is to be troubled with it. `unanswered`:
 * it could not be asked this time, which is neither good nor bad (R9).
 */
export type Told<T> = { outcome: "told"; value: T } | NotTold;
export type NotTold = { outcome: "untold"; because: string } | { outcome: "unanswered"; because: string };

export function told<T>(value: T): Told<T> {
	return { outcome: "told", value };
}

export function untold(because: string): NotTold {
	return { outcome: "untold", because };
}

export function unanswered(because: string): NotTold & { outcome: "unanswered" } {
	return { outcome: "unanswered", because };
}

/** By what a parent zone vouches for a key of the domain (RFC 4034, section 5). */
export interface DsRecord {
	keyTag: number;
	algorithm: number;
	digestType: number;
	/** Hexadecimal, upper case. */
	digest: string;
}

/** A registered domain, whoever registered it. */
export interface Registration {
	/** Canonical. */
	name: string;
	/** Who registered it, as people know it. */
	registrar: Told<string>;
	/** ISO time at which the registration ends. */
	expiresAt: Told<string>;
	/** Whether the registrar renews it by itself. */
	autoRenew: Told<boolean>;
	/** Whether nobody can move it to another registrar as it is. */
	transferLock: Told<boolean>;
	/** Whether the registrant has confirmed to be reachable. */
	contactsVerified: Told<boolean>;
	/** To which the registry delegates it; canonical, sorted. */
	nameServers: Told<readonly string[]>;
	/** That the registry publishes for it; none when it is not signed. */
	dsRecords: Told<readonly DsRecord[]>;
}

/** What a source says of a domain. `not-registered`: it knows of all its domains, and of none of this name. */
export type RegistrationAnswer =
	| { outcome: "registered"; registration: Registration }
	| { outcome: "not-registered"; because: string }
	| { outcome: "unanswered"; because: string };

/** Who can be asked about registrations: a registrar's account, or a registry's public service. */
export interface RegistrationSource {
	/**
	 * Looks a domain up by its canonical name; changes nothing, and is safe to repeat. MUST answer in bounded time, MUST NOT reject for
	 * anything that comes from outside, and MUST NOT say `not-registered` for what it could not find out.
	 */
	ask(name: string): Promise<RegistrationAnswer>;
}

/** The zone that the registry is to delegate a domain to, in the registrar's own account. */
export type ZoneAnswer =
	| {
			outcome: "hosted";
			nameServers: readonly string[];
			isSigning: boolean;
			/** Of the keys that sign the zone's keys. */
			keyTags: readonly number[];
			/** Key tags of the DS records that resolvers find; undefined when none of them could say. */
			dsAtParent: readonly number[] | undefined;
	  }
	| { outcome: "missing" }
	| { outcome: "unanswered"; because: string };

/** One domain as it was found. */
export interface DomainView {
	/** Canonical. */
	name: string;
	answer: RegistrationAnswer;
	/** Undefined for a domain that is to have no zone here: it is only kept. */
	zone?: ZoneAnswer | undefined;
}

/** What can be wrong with a registration. */
export const registrationKinds = [
	"not-registered",
	"expiry",
	"auto-renew",
	"transfer-lock",
	"contacts",
	"name-servers",
	"dnssec",
] as const;
export type RegistrationKind = (typeof registrationKinds)[number];

/** `critical`: the names below it are lost or about to be. `warning`: nothing stands between them and that. `advice`: nothing is wrong. */
export const severities = ["critical", "warning", "advice", "unknown"] as const;
export type Severity = (typeof severities)[number];

/** Something about a registration that somebody should know. */
export interface RegistrationFinding {
	domain: string;
	kind: RegistrationKind | "could-not-ask";
	/** How far it has come: `90-days` … `7-days`, `expired`; `open` for what is or is not. */
	stage: string;
	/** `unknown` is `could-not-ask`'s alone. */
	severity: Severity;
	message: string;
	actor: Actor;
	fix: string;
}
