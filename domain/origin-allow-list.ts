import { getPublicSuffix } from "tldts";
import { type Hostname, parseHostname } from "./hostname.ts";
import { describeHostnameRefusal } from "./hostname-refusal.ts";
import { accepted, type Result, refused } from "./result.ts";

/** One entry of the list: a host, or every name exactly one label beneath it, on one port. */
export interface AllowedOrigin {
	host: Hostname;
	/** As with certificates, `*` stands for one label. */
	wildcard: boolean;
	port: number;
}

/** The origins that tenants of an environment may name: their configuration cannot point the edge anywhere else. */
export type AllowList = readonly AllowedOrigin[];

/** `entry`: what stands in the list. `detail` names the fix. */
export interface AllowListRefusal {
	entry: string;
	rule: string;
	detail: string;
}

/**
 * Reads the parameter AllowedOrigins: `*.origins.example.net,app.example.net:8443`. Without a port an entry allows 443,
 * with one that port only. Never throws; the first bad entry refuses the list.
 */
export function parseAllowList(text: string): Result<AllowList, AllowListRefusal> {
	const allowed: AllowedOrigin[] = [];
	for (const entry of text.split(",").map((entry) => entry.trim())) {
		const parsed = parseEntry(entry);
		if (!parsed.ok) return refused({ entry, ...parsed.refusal });
		allowed.push(parsed.value);
	}
	return accepted(allowed);
}

/** True when the list has the host on some port. */
export function isHostAllowed(allowed: AllowList, host: Hostname): boolean {
	return allowed.some((entry) => covers(entry, host));
}

/** True when the list has the host on this port. */
export function isAllowed(allowed: AllowList, host: Hostname, port: number): boolean {
	return allowed.some((entry) => entry.port === port && covers(entry, host));
}

function covers(entry: AllowedOrigin, host: Hostname): boolean {
	return entry.host === (entry.wildcard ? host.slice(host.indexOf(".") + 1) : host);
}

function parseEntry(entry: string): Result<AllowedOrigin, Omit<AllowListRefusal, "entry">> {
	const wildcard = entry.startsWith("*.");
	const digits = /:([0-9]+)$/.exec(entry)?.[1] ?? "443";
	const port = Number(digits);
	if (port < 1 || port > 65_535) {
		return refused({ rule: "port", detail: `${digits} is no port: give one from 1 to 65535.` });
	}
	const host = parseHostname(entry.replace(/^\*\./, "").replace(/:[0-9]+$/, ""));
	if (!host.ok) return refused(describeHostnameRefusal(host.refusal));
	if (wildcard && getPublicSuffix(host.value, { allowPrivateDomains: true }) === host.value) {
		const detail = `Names beneath '${host.value}' belong to strangers (https://publicsuffix.org): list each origin by its full name.`;
		return refused({ rule: "public-suffix", detail });
	}
	return accepted({ host: host.value, wildcard, port });
}
