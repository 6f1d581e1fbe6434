import { withoutTrailingDot } from "./dns-name.ts";
import type { DesiredRecord } from "./zone-plan.ts";

/** A record set as it stands in a zone; names are canonical (`canonicalRecordName`). */
export interface StandingRecord {
	name: string;
	type: string;
	/** Of an alias: the name that it points at. It has no values then. */
	aliasTarget?: string | undefined;
	values: string[];
	/** Seconds. */
	ttl?: number | undefined;
	/** Of one of several sets of the same name and type (weighted, by latency …). */
	setIdentifier?: string | undefined;
}

/** How the records of a delete stand, when Route 53 has refused to delete all of them. */
export type Removal =
	| { outcome: "gone" }
	/** These still stand, exactly as ours. */
	| { outcome: "remaining"; records: DesiredRecord[] }
	/** Somebody else answers under one of the names, and nobody of us may take that away. */
	| { outcome: "foreign"; record: StandingRecord };

/** The types that answer for addresses; what else stands under a name (a TXT, an MX) is none of our business. */
const addressing = new Set(["A", "AAAA", "CNAME"]);

/**
 * Decides on the records of a delete, given what stands under their names. A foreign one comes before everything: then nothing is
 * taken away, and somebody has to look.
 */
export function planRemoval(records: readonly DesiredRecord[], standing: readonly StandingRecord[]): Removal {
	const names = new Set(records.map(({ name }) => name));
	const here = standing.filter(({ name, type }) => names.has(name) && addressing.has(type));
	const foreign = here.find((record) => !records.some((ours) => isOurs(ours, record)));
	if (foreign) return { outcome: "foreign", record: foreign };
	const remaining = records.filter((ours) => here.some((record) => isOurs(ours, record)));
	return remaining.length === 0 ? { outcome: "gone" } : { outcome: "remaining", records: remaining };
}

function isOurs(ours: DesiredRecord, { name, type, aliasTarget, setIdentifier }: StandingRecord): boolean {
	return name === ours.name && type === ours.type && aliasTarget === ours.aliasTarget && setIdentifier === undefined;
}

/** What a person reads of a record: `A alias of 'acme.app.example.com' to d2.cloudfront.net`. */
export function describeRecord({ name, type, aliasTarget, values, setIdentifier }: StandingRecord): string {
	const what = `${type} ${aliasTarget === undefined ? "record" : "alias"} of '${name}'`;
	const set = setIdentifier === undefined ? "" : ` (set '${setIdentifier}')`;
	return `${what}${set} to ${aliasTarget ?? values.join(", ")}`;
}

/**
 * A name as Route 53 prints it in our form: `\052.App.example.com.` becomes `*.app.example.com`. What would make another name of it
 * when decoded (a dot, a backslash, what is no printable ASCII) stays an escape.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
 */
export function canonicalRecordName(printed: string): string {
	const decoded = printed.replace(/\\([0-3][0-7]{2})/g, (written, octal: string) => {
		const character = String.fromCharCode(Number.parseInt(octal, 8));
		return /[!-~]/.test(character) && character !== "." && character !== "\\" ? character : written;
	});
	return withoutTrailingDot(decoded).toLowerCase();
}
