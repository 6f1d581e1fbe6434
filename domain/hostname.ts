import { toASCII, toUnicode } from "tr46";
import { hasLatin, mixedScripts, readsAsWhole } from "./confusables.ts";
import { type DnsNameRefusal, type Hostname, misspelling, readDnsName, withoutTrailingDot } from "./dns-name.ts";
import { limits } from "./limits.ts";
import { type Result, refused } from "./result.ts";

export type { Hostname } from "./dns-name.ts";

/** Why what a person typed is no hostname: what surrounds a name, then how it is spelt, then what it would be taken for. */
export type HostnameRefusal =
	| { rule: "empty" }
	| { rule: "text-length"; max: 1024; got: number }
	| { rule: "scheme" | "userinfo" | "path" | "port"; found: string }
	| { rule: "wildcard" }
	| { rule: "underscore"; label: string }
	| DnsNameRefusal
	| { rule: "idna"; label: string } // UTS #46 refuses it: https://www.unicode.org/reports/tr46/#Validity_Criteria
	| { rule: "mixed-script"; label: string; scripts: string[] }
	| { rule: "confusable"; label: string; looksLike: string };

const uts46 = { checkBidi: true, checkHyphens: true, checkJoiners: true, useSTD3ASCIIRules: true } as const;

/**
 * Reads what a person typed: white space around it and one trailing dot go, Unicode becomes A-labels, case folds.
 * Never throws; the first broken rule wins. Names that nobody can own (`app.test`, `example.com`) pass: see `isSpecialUse`.
 */
export function parseHostname(text: string): Result<Hostname, HostnameRefusal> {
	const typed = text.trim();
	const surrounding = surroundings(typed);
	if (surrounding) return refused(surrounding);
	const name = withoutTrailingDot(typed.replace(/[\u3002\uff0e\uff61]/g, ".")); // IDNA's other full stops
	const misspelt = underscored(name) ?? misspelling(name);
	if (misspelt) return refused(misspelt);
	const ascii = toASCII(name, uts46);
	if (ascii === null) return refused({ rule: "idna", label: culpritOf(name) });
	const canonical = readDnsName(ascii);
	const deceit = canonical.ok ? deceitOf(canonical.value) : undefined;
	return deceit ? refused(deceit) : canonical;
}

/** The form for people: U-labels where they are sound, else the name as it is. Not for comparing or storing. */
export function displayHostname(hostname: Hostname): string {
	const { domain, error } = toUnicode(hostname, uts46);
	return error ? hostname : domain;
}

/** True for the zone's own name and every name beneath it; both canonical. */
export function isWithin(hostname: string, zone: string): boolean {
	return hostname === zone || isBelow(hostname, zone);
}

/** True for names strictly beneath the zone, both canonical: the only ones that the control plane writes records for (R5). */
export function isBelow(hostname: string, zone: string): boolean {
	return hostname.endsWith(`.${zone}`);
}

/** RFC 6761, 6762, 7686, 9476, the infrastructure domain `arpa` (RFC 3172) and ICANN's `internal`; IANA's list: https://www.iana.org/assignments/special-use-domain-names. */
const specialUse = /(?:^|\.)(?:localhost|local|test|invalid|example|example\.(?:com|net|org)|onion|alt|internal|arpa)$/;

/** True for canonical names that public DNS does not delegate to anyone, so that no custom domain can be one of them. */
export function isSpecialUse(hostname: string): boolean {
	return specialUse.test(hostname);
}

/** What people paste around a name, in the order in which a URL has it. */
function surroundings(typed: string): HostnameRefusal | undefined {
	if (typed === "") return { rule: "empty" };
	const max = limits.hostnameText.value;
	if (typed.length > max) return { rule: "text-length", max, got: typed.length };
	const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(typed);
	if (scheme) return { rule: "scheme", found: scheme[0] };
	const path = /[/\\?#].*$/s.exec(typed);
	if (path) return { rule: "path", found: path[0] };
	const userinfo = /^.*@/s.exec(typed);
	if (userinfo) return { rule: "userinfo", found: userinfo[0] };
	if (typed.startsWith("[") || /:.*:/s.test(typed)) return { rule: "ip-literal", version: 6 };
	const port = /:.*$/s.exec(typed);
	if (port) return { rule: "port", found: port[0] };
	return typed.startsWith("*.") || typed === "*" ? { rule: "wildcard" } : undefined;
}

/** DNS allows it, host names and certificates do not: RFC 952, CA/Browser Forum ballot SC-12. */
function underscored(name: string): HostnameRefusal | undefined {
	const label = name.split(".").find((label) => label.includes("_"));
	return label === undefined ? undefined : { rule: "underscore", label };
}

/** The label that IDNA refuses; the whole name when its labels are sound apart but not together (right-to-left rules). */
function culpritOf(name: string): string {
	return name.split(".").find((label) => toASCII(label, uts46) === null) ?? name;
}

/**
 * Labels of scripts that do not belong together are refused; so are those that read as ASCII from end to end, unless
 * they have a Latin letter (`altın`) or stand under a top-level domain that is not ASCII itself.
 */
function deceitOf(hostname: Hostname): HostnameRefusal | undefined {
	if (!hostname.includes("xn--")) return undefined;
	const labels = displayHostname(hostname).split(".");
	const plainTld = !/\.xn--[^.]+$/.test(hostname);
	for (const label of labels) {
		const scripts = mixedScripts(label);
		if (scripts.length > 0) return { rule: "mixed-script", label, scripts };
		const looksLike = hasLatin(label) || !plainTld ? undefined : readsAsWhole(label);
		if (looksLike !== undefined && looksLike !== label) return { rule: "confusable", label, looksLike };
	}
	return undefined;
}
