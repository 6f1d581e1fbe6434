import type { Answer } from "dns-packet";
import { characterStrings } from "./character-string.ts";

/** The record types that the embedded cloud stores and answers. */
export const recordTypes = ["A", "AAAA", "CAA", "CNAME", "DS", "MX", "NS", "PTR", "SOA", "SRV", "TXT"] as const;

/** One of {@link recordTypes}. */
export type RecordType = (typeof recordTypes)[number];

/** Tells our types from the others that a packet may ask for. */
export function isRecordType(type: string): type is RecordType {
	return recordTypes.some((known) => known === type);
}

/** The wire record of one presentation value. The value was checked when it was written; what is missing reads as 0 or empty. */
export function answerOf(name: string, type: RecordType, ttl: number, value: string): Answer {
	const head = { name, ttl, class: "IN" as const };
	const fields = value.trim().split(/\s+/);
	const text = (at: number) => fields[at] ?? "";
	const number = (at: number) => Number.parseInt(text(at), 10) || 0;
	switch (type) {
		case "A":
		case "AAAA":
			return { ...head, type, data: value };
		case "CNAME":
		case "NS":
		case "PTR":
			return { ...head, type, data: wireName(value) };
		case "MX":
			return { ...head, type, data: { preference: number(0), exchange: wireName(text(1)) } };
		case "SRV":
			return {
				...head,
				type,
				data: { priority: number(0), weight: number(1), port: number(2), target: wireName(text(3)) },
			};
		case "TXT": {
			const parsed = characterStrings(value);
			return { ...head, type, data: parsed.ok ? parsed.strings : [value] };
		}
		case "CAA":
			return {
				...head,
				type,
				data: { flags: number(0), tag: caaTag(text(1)), value: unquoted(fields.slice(2).join(" ")) },
			};
		case "DS":
			return {
				...head,
				type,
				data: {
					keyTag: number(0),
					algorithm: number(1),
					digestType: number(2),
					digest: Buffer.from(fields.slice(3).join(""), "hex"),
				},
			};
		case "SOA":
			return {
				...head,
				type,
				data: {
					mname: wireName(text(0)),
					rname: wireName(text(1)),
					serial: number(2),
					refresh: number(3),
					retry: number(4),
					expire: number(5),
					minimum: number(6),
				},
			};
	}
}

/** dns-packet writes names without the root's dot; the root itself is `.`. */
export function wireName(name: string): string {
	return name === "." ? name : name.replace(/\.$/, "");
}

/** Any tag goes over the wire; dns-packet's types know three. */
function caaTag(text: string): "issue" | "issuewild" | "iodef" {
	return text as "issue"; // the type is narrower than what is encoded
}

function unquoted(text: string): string {
	return text.replace(/^"(.*)"$/, "$1");
}
