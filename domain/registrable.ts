import { parse } from "tldts";

/** Where the names under which anybody may register begin (https://publicsuffix.org/list/). */
export interface PublicSuffix {
	suffix: string;
	/** `private`: not a registry's but a company's, such as `github.io`; names under either belong to strangers to each other. */
	section: "icann" | "private";
}

const asTheyAre = { extractHostname: false, validateHostname: false, allowPrivateDomains: true } as const;

/**
 * The name that one party has registered, by both sections of the Public Suffix List: `acme.co.uk` of `shop.acme.co.uk`, and `foo.github.io` of
 * itself. Undefined for what is a public suffix, or has nothing but suffixes beneath it (`compute.amazonaws.com`). `hostname` is canonical; of a
 * top-level domain that the list lacks, one label is the suffix.
 */
export function registrableDomain(hostname: string): string | undefined {
	return parse(hostname, asTheyAre).domain ?? undefined;
}

/** The suffix that a canonical name ends in, or is. */
export function publicSuffixOf(hostname: string): PublicSuffix {
	const { publicSuffix, isPrivate } = parse(hostname, asTheyAre);
	return { suffix: publicSuffix ?? hostname, section: isPrivate ? "private" : "icann" };
}

/**
 * The domain that the platform's names are in: all of it is the platform's, also what is beside or above the platform domain. When the platform
 * domain is on the list itself, so that tenants are strangers to each other, the domain that a registry gave out.
 */
export function platformApex(platformDomain: string): string {
	const registered = parse(platformDomain, { ...asTheyAre, allowPrivateDomains: false }).domain;
	return registrableDomain(platformDomain) ?? registered ?? platformDomain;
}
