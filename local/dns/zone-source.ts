import type { RecordType } from "./rdata.ts";

/**
 * Where the DNS server finds its zones. Names are canonical everywhere behind this port: lower case, with the trailing dot,
 * `*` written as itself.
 */
export interface ZoneSource {
	/** The zone whose apex is exactly `apex`, or undefined. Safe to ask for every query: nothing is cached by the server. */
	zoneAt(apex: string): ServedZone | undefined;
}

/** One zone as the public sees it now. It MUST hold a SOA at its apex, or its negative answers carry none. */
export interface ServedZone {
	apex: string;
	/** What stands at exactly this name; empty when nothing does. */
	at(name: string): readonly ServedRecordSet[];
	/** Whether any name below `name` exists: an empty non-terminal exists too (RFC 4592 §2.2.2). */
	hasBelow(name: string): boolean;
}

/** Values in presentation form, e.g. `10 mail.example.com.`; or a pointer that is resolved when asked (Route 53's alias). */
export type ServedRecordSet =
	| { type: RecordType; ttlSeconds: number; values: readonly string[] }
	| { type: RecordType; aliasTo: string };

/** The name in canonical form: lower case, one trailing dot. */
export function canonicalName(name: string): string {
	const lower = name.toLowerCase();
	return lower.endsWith(".") ? lower : `${lower}.`;
}

/** The name without its first label; the root's parent is undefined. */
export function parentName(name: string): string | undefined {
	if (name === ".") return undefined;
	return name.slice(name.indexOf(".") + 1) || ".";
}

/** Whether `name` is `ancestor` or lies below it; both canonical. */
export function isWithin(name: string, ancestor: string): boolean {
	return ancestor === "." || name === ancestor || name.endsWith(`.${ancestor}`);
}
