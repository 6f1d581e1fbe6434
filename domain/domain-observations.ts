import type { CaaLevel } from "./caa.ts";

/** 'Nobody asked', 'could not ask' and what was seen, be it nothing, are three things (R9). */
export type Look<T> =
	| { outcome: "not-asked" }
	| { outcome: "could-not-ask"; because: string }
	| { outcome: "seen"; value: T };

export const notAsked: { readonly outcome: "not-asked" } = { outcome: "not-asked" };

/** `because`: a short reason, for people. */
export function couldNotAsk(because: string): { readonly outcome: "could-not-ask"; readonly because: string } {
	return { outcome: "could-not-ask", because };
}

export function seen<T>(value: T): { readonly outcome: "seen"; readonly value: T } {
	return { outcome: "seen", value };
}

/** What was seen; undefined when nothing is known. */
export function knownOf<T>(look: Look<T>): T | undefined {
	return look.outcome === "seen" ? look.value : undefined;
}

/** How one server answered one question. `no-answer`: in no way, so that nobody knows; the others are answers. */
export type DnsOutcome = "answer" | "no-data" | "nxdomain" | "servfail" | "refused" | "no-answer";

/** One CNAME record on the way; names are canonical. */
export interface CnameLink {
	name: string;
	target: string;
	ttlSeconds: number;
}

/** What one server said of one name and type. */
export interface DnsReading {
	outcome: DnsOutcome;
	/** In the order of the way, from the name that was asked for; a name server ends it where its zones do. */
	chain: readonly CnameLink[];
	/** Addresses, or names. Of a TXT record see `TxtReading`. */
	values: readonly string[];
	/** For so long the server, or whoever asks it, holds on to what it says; undefined when it does not say. */
	ttlSeconds: number | undefined;
}

/** As `DnsReading`, with each record's character strings as they stand. */
export interface TxtReading extends Omit<DnsReading, "values"> {
	records: readonly (readonly string[])[];
}

/** What one resolver finds out, or one of the zone's own servers knows. */
export interface DnsView {
	/** Address of the resolver, or name of the name server. */
	server: string;
	a: DnsReading;
	aaaa: DnsReading;
	/** At `_hostmaster.<hostname>`. */
	proof: TxtReading;
}

/** A resolver, which is asked also for what it says when it does not check signatures. */
export interface ResolverView extends DnsView {
	/** The same question as `a`, with checking disabled (RFC 4035, section 3.2.2); asked only after SERVFAIL. */
	unchecked: Look<DnsReading>;
	/** Every CNAME of the way, asked for one by one: a loop has no other answer than SERVFAIL. Asked only after SERVFAIL. */
	walked: Look<readonly CnameLink[]>;
}

/** One of the zone's name servers. */
export interface NameServerView extends DnsView {
	/** `lame`: it answers, and not with authority. */
	standing: "authoritative" | "lame" | "silent";
	/** In what way it is lame. */
	detail?: string | undefined;
	/** NS of the zone as this server has them; empty when it has none or does not answer. */
	nameServers: readonly string[];
	/** Types of records that stand at the hostname itself, besides A, AAAA and a CNAME, as far as they were asked for. */
	besides: readonly string[];
}

/** The customer's zone: the closest above the hostname that answers as one. */
export interface ZoneView {
	/** Canonical. */
	name: string;
	/** As the zone above tells. */
	delegated: Look<readonly string[]>;
	servers: readonly NameServerView[];
}

/** A TLS handshake with one address, with the hostname as SNI. */
export type TlsView =
	/** Nobody listens, or the connection breaks. */
	| { outcome: "no-handshake"; because: string }
	| {
			outcome: "handshake";
			/** Names of the certificate, canonical. */
			names: readonly string[];
			/** ISO time. */
			notAfter: string;
			/** Node's code of why it is not to be trusted, e.g. `ERR_TLS_CERT_ALTNAME_INVALID`; undefined when it is. */
			error: string | undefined;
	  };

/** A request to one address. */
export type HttpView =
	| { outcome: "no-answer"; because: string }
	/** `tenantId`: whom the edge takes the hostname for; undefined when it knows none, or it is not our edge. */
	| { outcome: "answer"; status: number; tenantId: string | undefined };

/** What an address that the hostname leads to is like. */
export interface AddressView {
	address: string;
	tls: Look<TlsView>;
	http: Look<HttpView>;
}

/** The certificate, as ACM or CloudFront describes it; statuses in ACM's spelling (`PENDING_VALIDATION` …). */
export interface CertificateObservation {
	status: string;
	failureReason: string | undefined;
	/** ISO time. */
	notAfter: string | undefined;
	/** Set instead of a certificate when none may be requested: how much of which quota is used. */
	quota?: { used: number; limit: number } | undefined;
}

/** What CloudFront says of the domain; statuses in its own spelling. */
export interface CloudFrontObservation {
	/** Of VerifyDnsConfiguration. */
	dns: Look<{ status: "valid-configuration" | "invalid-configuration" | "unknown-configuration"; reason?: string }>;
	/** Undefined when there is no distribution tenant yet. */
	deployment: "InProgress" | "Deployed" | undefined;
	domain: "active" | "inactive" | undefined;
	/** Who holds the name when CloudFront refuses it with CNAMEAlreadyExists, as far as it tells. */
	conflict: { holder: string | undefined; isOurs: boolean } | undefined;
}

/** Requests that nobody may make before a time. */
export interface RequestLimitObservation {
	/** Whose limit, e.g. `CloudFront`. */
	of: string;
	/** ISO time. */
	until: string;
}

/** All that one look at a hostname saw. */
export interface DomainObservations {
	/** Canonical; a wildcard with its star. */
	hostname: string;
	/** ISO time at which DNS was asked: TTLs count from here. */
	at: string;
	resolvers: readonly ResolverView[];
	zone: Look<ZoneView>;
	/** A name that nobody has made, beside the hostname: what answers it is a wildcard's. */
	sibling: Look<DnsReading>;
	/** Names at which people set the proof by mistake, with what stands there. */
	strayProofs: Look<readonly { name: string; records: readonly (readonly string[])[] }[]>;
	/** What stands at `<hostname>.<zone>`, where providers put a name that was typed whole. */
	doubled: Look<DnsReading>;
	/** From the hostname up, behind its CNAME too; undetermined is `could-not-ask`. */
	caa: Look<readonly CaaLevel[]>;
	/** What stands where the certificate's validation CNAME is to stand. */
	validation: Look<DnsReading>;
	/** Addresses of our edge, as the target resolves now. */
	edgeAddresses: Look<readonly string[]>;
	/** Each address of the hostname. */
	addresses: Look<readonly AddressView[]>;
	certificate: Look<CertificateObservation>;
	cloudFront: Look<CloudFrontObservation>;
	requestLimit: Look<RequestLimitObservation>;
}
