import { isIPv4, isIPv6 } from "node:net";
import { characterStrings } from "../dns/character-string.ts";
import type { RecordType } from "../dns/rdata.ts";
import { nameProblem } from "./names.ts";

/** What Route 53 says of a value that does not fit the record's type; undefined when it does. */
export function valueProblem(type: RecordType, value: string): string | undefined {
	const problem = problemOf(type, value);
	return problem && `Invalid Resource Record: 'FATAL problem: ${problem}'`;
}

function problemOf(type: RecordType, value: string): string | undefined {
	switch (type) {
		case "A":
			if (isIPv4(value)) return undefined;
			return `ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with '${value}'`;
		case "AAAA":
			if (isIPv6(value) && !value.includes("%")) return undefined;
			return `AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address) encountered with '${value}'`;
		case "TXT":
			return textProblem(value);
		case "CNAME":
		case "NS":
		case "PTR":
			return nameProblem(value);
		default:
			return forms[type].test(value)
				? undefined
				: `${type}RRDATAMalformed (Value does not have the form of the record type) encountered with '${value}'`;
	}
}

function textProblem(value: string): string | undefined {
	const parsed = characterStrings(value);
	if (parsed.ok) return undefined;
	return parsed.problem === "CharacterStringTooLong"
		? `CharacterStringTooLong (Value is too long) encountered with '${value}'`
		: `InvalidCharacterString (Value should be enclosed in quotation marks) encountered with '${value}'`;
}

const forms: Record<Exclude<RecordType, "A" | "AAAA" | "TXT" | "CNAME" | "NS" | "PTR">, RegExp> = {
	CAA: /^\d{1,3} (issue|issuewild|iodef) "[^"]*"$/,
	DS: /^\d{1,5} \d{1,3} \d{1,3} [0-9a-fA-F ]+$/,
	MX: /^\d{1,5} \S+$/,
	SOA: /^\S+ \S+( \d{1,10}){5}$/,
	SRV: /^(\d{1,5} ){3}\S+$/,
};
