import type { Actor } from "../errors.ts";
import { certificateReasons } from "./reasons/certificate.ts";
import { dnsReasons } from "./reasons/dns.ts";
import type { ReasonEntry } from "./reasons/entry.ts";
import { ownershipReasons } from "./reasons/ownership.ts";
import { trafficReasons } from "./reasons/traffic.ts";

/** Every reason for which a custom domain is not served, by its code. Codes are an API: they go only after 30 days' notice (R12). */
export const catalogue = {
	...dnsReasons,
	...ownershipReasons,
	...certificateReasons,
	...trafficReasons,
} as const satisfies Record<string, ReasonEntry>;

export type Reason = keyof typeof catalogue;

/** Reasons that say nothing of the domain: nobody answered. What was found before stands (R9). */
export const undetermined: ReadonlySet<Reason> = new Set([
	"rate-limited",
	"could-not-ask",
	"certificate-could-not-ask",
	"edge-could-not-ask",
	"traffic-could-not-ask",
]);

/** A record that its owner is to set. */
export interface WantedRecord {
	name: string;
	/** `ALIAS`: or ANAME, or a flattened CNAME, as the provider calls it. */
	type: "CNAME" | "TXT" | "ALIAS" | "CAA";
	value: string;
}

/** Why a custom domain is not served, and who must do what. */
export interface Verdict {
	ok: false;
	reason: Reason;
	/** Sentences: what is so. */
	message: string;
	actor: Actor;
	/** Sentences: what the actor does. */
	fix: string;
	/** What was found in the place of what was wanted. */
	found?: string;
	/** The record that mends it. */
	record?: WantedRecord;
	/** ISO time until which waiting is all that can be done, or at which something ends. */
	until?: string;
}

/** What the texts of a reason have to be told: the names in braces. */
type Holes<Text extends string> = Text extends `${string}{${infer Hole}}${infer Rest}` ? Hole | Holes<Rest> : never;
export type Facts<R extends Reason> = Readonly<
	Record<Holes<(typeof catalogue)[R]["message"]> | Holes<(typeof catalogue)[R]["fix"]>, string>
>;

/** The verdict of a reason, its texts filled with the facts that they ask for. `more.actor` outranks the catalogue's. */
export function verdict<R extends Reason>(
	reason: R,
	facts: Facts<R>,
	more: { record?: WantedRecord; actor?: Actor } = {},
): Verdict {
	const { message, actor, fix } = catalogue[reason];
	// The holes of the texts are the keys of the facts, which the type of the parameter says.
	const known = facts as Readonly<Record<string, string>>;
	const { found, until } = known;
	return {
		ok: false,
		reason,
		message: filled(message, known),
		actor: more.actor ?? actor,
		fix: filled(fix, known),
		...(found !== undefined && { found }),
		...(more.record && { record: more.record }),
		...(until !== undefined && { until }),
	};
}

function filled(text: string, facts: Readonly<Record<string, string>>): string {
	return text.replace(/\{([a-zA-Z]+)\}/g, (_, name: string) => String(facts[name]));
}
