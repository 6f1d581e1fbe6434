import { isIPv4, isIPv6 } from "node:net";
import { characterStrings } from "../dns/character-string.ts";
import { readTarget } from "./names.ts";
import { Refused } from "./refused.ts";

/** What a customer can set; ALIAS is flattened when it is asked for (ANAME, CNAME flattening at other providers). */
export const customerTypes = ["A", "AAAA", "ALIAS", "CAA", "CNAME", "MX", "NS", "TXT"] as const;

export type CustomerType = (typeof customerTypes)[number];

/** Reads a type, in any spelling. Throws Refused. */
export function readType(text: string): CustomerType {
	const asked = text.trim().toUpperCase();
	const type = customerTypes.find((known) => known === asked);
	if (!type) throw new Refused(`'${text}' is no type of record here: take ${customerTypes.join(", ")}.`);
	return type;
}

/** Types of which a name has one value at most. */
export function isSingle(type: CustomerType): boolean {
	return type === "CNAME" || type === "ALIAS";
}

/** Reads a value into presentation form, as the DNS server prints it. Throws Refused. */
export function readValue(type: CustomerType, text: string): string {
	const value = text.trim();
	if (value === "") throw new Refused(`A record of type ${type} needs a value.`);
	switch (type) {
		case "A":
			if (isIPv4(value)) return value;
			throw new Refused(`'${value}' is no IPv4 address: an A record takes one, such as 192.0.2.1.`);
		case "AAAA":
			if (isIPv6(value) && !value.includes("%")) return value;
			throw new Refused(`'${value}' is no IPv6 address: an AAAA record takes one, such as 2001:db8::1.`);
		case "ALIAS":
		case "CNAME":
		case "NS":
			return readTarget(value);
		case "MX":
			return readMx(value);
		case "CAA":
			return readCaa(value);
		case "TXT":
			return readTxt(value);
	}
}

function readMx(value: string): string {
	const [, preference, host] = /^(\d{1,5})\s+(\S+)$/.exec(value) ?? [];
	if (preference === undefined || host === undefined || Number(preference) > 65_535) {
		throw new Refused(`'${value}' is no mail exchange: write preference and host, such as 10 mail.acme.com.`);
	}
	return `${Number(preference)} ${readTarget(host)}`;
}

/** RFC 8659 §4.1.1: a tag is letters and digits; any is allowed, since a critical one that nobody knows forbids too. */
function readCaa(value: string): string {
	const [, flags, tag, quoted, bare] = /^(\d{1,3})\s+([A-Za-z0-9]+)\s+(?:"([^"]*)"|([^\s"]+))$/.exec(value) ?? [];
	if (flags === undefined || tag === undefined || Number(flags) > 255) {
		throw new Refused(`'${value}' is no CAA value: write flags, tag and value, such as 0 issue "amazon.com".`);
	}
	return `${Number(flags)} ${tag.toLowerCase()} "${quoted ?? bare ?? ""}"`;
}

const longestString = 255; // RFC 1035 §3.3

/**
 * What is written in quotes stands as it is, one string or several; anything else is the text itself, cut into strings of 255 octets.
 * Quotes that are to be part of the text: `"\"text\""`.
 */
function readTxt(value: string): string {
	if (value.startsWith('"')) {
		const read = characterStrings(value);
		if (read.ok) return value;
		throw new Refused(
			read.problem === "CharacterStringTooLong"
				? `A string of a TXT record has ${longestString} characters at most: write several, each in quotes, or the text without quotes.`
				: `The TXT value ${value} begins with a quote and its strings do not all end: write "one" "two", or the text without quotes.`,
		);
	}
	const octets = Buffer.from(value, "utf8");
	const parts = Array.from({ length: Math.ceil(octets.length / longestString) }, (_, at) =>
		octets.subarray(at * longestString, (at + 1) * longestString),
	);
	return parts.map((part) => `"${escaped(part)}"`).join(" ");
}

/** Octets that are not plain ASCII are written as `\ooo`, so that a cut between two of them harms nothing. */
function escaped(octets: Buffer): string {
	return Array.from(octets, (octet) => {
		const character = String.fromCharCode(octet);
		if (character === '"' || character === "\\") return `\\${character}`;
		return octet >= 0x20 && octet < 0x7f ? character : `\\${octet.toString(8).padStart(3, "0")}`;
	}).join("");
}
