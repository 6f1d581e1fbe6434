import { withoutTrailingDot } from "./dns-name.ts";
import { type HostnameRefusal, isSpecialUse, isWithin, parseHostname } from "./hostname.ts";
import { limits } from "./limits.ts";
import { type PublicSuffix, platformApex, publicSuffixOf, registrableDomain } from "./registrable.ts";
import { accepted, type Branded, type Result, refused } from "./result.ts";

/** A name that a tenant may bring: canonical as a Hostname, with one `*.` in front of it when it stands for all names beneath. */
export type CustomHostnameText = Branded<string, "CustomHostname">;

/** What a customer's hostname is, read from its text alone. */
export interface CustomHostname {
	/** As the registry and CloudFront have it: `shop.acme.com` or `*.acme.com`. */
	hostname: CustomHostnameText;
	wildcard: boolean;
	/** What its owner has registered, by the Public Suffix List; of a wildcard that of the name behind the star. */
	registrable: string;
	/** The registered name itself, at which no CNAME can stand (RFC 1034 §3.6.2); never of a wildcard. */
	isApex: boolean;
}

/** Why a hostname cannot be a tenant's own: how it is written, then whose it is. In the order of the checks. */
export type CustomHostnameRefusal =
	| Exclude<HostnameRefusal, { rule: "wildcard" }>
	| { rule: "wildcard-form" } // no `*.` in front, or another star behind it
	| { rule: "platform-zone"; zone: string }
	| { rule: "special-use"; name: string } // nobody's, by IANA's list
	| ({ rule: "public-suffix" | "wildcard-suffix" } & PublicSuffix)
	| { rule: "certificate-name"; max: 64; got: number };

/**
 * Reads what a person typed, as `parseHostname` does, with `*.` allowed in front. Names directly under a public suffix, of either section of the
 * list, are registrable: `acme.co.uk` and `foo.github.io` pass, `co.uk`, `github.io` and `*.github.io` do not. Never throws; the first broken
 * rule wins. Whether the name is this tenant's is not asked here.
 */
export function parseCustomHostname(
	text: string,
	{ platformDomain }: { platformDomain: string },
): Result<CustomHostname, CustomHostnameRefusal> {
	const typed = text.trim();
	const star = /^\*[.\u3002\uff0e\uff61]/.exec(typed)?.[0] ?? "";
	const wildcard = star !== "";
	const parsed = parseHostname(typed.slice(star.length));
	if (!parsed.ok) return refused(spellingOf(parsed.refusal, typed.slice(star.length), wildcard));
	const base = parsed.value;
	const zone = platformApex(platformDomain);
	if (isWithin(base, zone)) return refused({ rule: "platform-zone", zone });
	if (isSpecialUse(base)) return refused({ rule: "special-use", name: base });
	const registrable = registrableDomain(base);
	if (registrable === undefined) {
		return refused({ rule: wildcard ? "wildcard-suffix" : "public-suffix", ...publicSuffixOf(base) });
	}
	const name = wildcard ? `*.${base}` : base;
	const max = limits.certificateFirstName.value;
	if (name.length > max) return refused({ rule: "certificate-name", max, got: name.length });
	const isApex = name === registrable;
	return accepted({ hostname: name as CustomHostnameText, wildcard, registrable, isApex }); // the only place that makes one
}

/** A star is told by its place; a name of one label by what it is. */
function spellingOf(refusal: HostnameRefusal, typed: string, wildcard: boolean): CustomHostnameRefusal {
	const label = withoutTrailingDot(typed.toLowerCase());
	switch (refusal.rule) {
		case "wildcard":
			return { rule: "wildcard-form" };
		case "characters":
			return refusal.found === "*" ? { rule: "wildcard-form" } : refusal;
		case "empty":
			return wildcard ? { rule: "wildcard-form" } : refusal;
		case "single-label":
			if (isSpecialUse(label)) return { rule: "special-use", name: label };
			return wildcard ? { rule: "wildcard-suffix", ...publicSuffixOf(label) } : refusal;
		default:
			return refusal;
	}
}
