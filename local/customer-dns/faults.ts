import { Refused } from "./refused.ts";

/** What goes wrong with a customer's names, on order. */
export type Fault =
	/** The name servers answer SERVFAIL. */
	| { kind: "servfail" }
	/** The registry vouches for keys that the zone does not sign with: resolvers answer SERVFAIL, unless told not to check. */
	| { kind: "dnssec" }
	/** The name servers do not answer at all. */
	| { kind: "silent" }
	/** The name servers refuse the zone that is delegated to them: the second of the two, or both. */
	| { kind: "lame"; servers: "second" | "all" }
	/** A change reaches the first name server at once, and the second so much later. */
	| { kind: "slow"; seconds: number }
	/** The second resolver finds nothing. */
	| { kind: "split" };

export const faultForms = ["servfail", "dnssec", "silent", "lame", "lame:all", "slow:<seconds>", "split"] as const;

const longestSlowSeconds = 86_400 * 7;

/** Reads `servfail`, `slow:30`, …; `slow` alone is 30 seconds. Throws Refused. */
export function readFault(text: string): Fault {
	const [kind = "", argument] = text.trim().toLowerCase().split(":");
	if (kind === "slow") {
		const seconds = Number(argument ?? 30);
		if (Number.isInteger(seconds) && seconds >= 1 && seconds <= longestSlowSeconds) return { kind, seconds };
		throw new Refused(`'${text}' is no delay: write slow: and 1 to ${longestSlowSeconds} seconds, such as slow:30.`);
	}
	if (kind === "lame" && (argument === undefined || argument === "all")) {
		return { kind, servers: argument ?? "second" };
	}
	if (argument === undefined) {
		if (kind === "servfail" || kind === "dnssec" || kind === "silent" || kind === "split") return { kind };
	}
	throw new Refused(`'${text}' is no fault here: take ${faultForms.join(", ")}.`);
}

/** As {@link readFault} takes it. */
export function printFault(fault: Fault): string {
	if (fault.kind === "slow") return `slow:${fault.seconds}`;
	return fault.kind === "lame" && fault.servers === "all" ? "lame:all" : fault.kind;
}
