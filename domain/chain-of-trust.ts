import type { StandingSet } from "./delegation.ts";
import { accepted, type Result, refused } from "./result.ts";

/** How Route 53 signs a zone: https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetDNSSEC.html */
export interface ZoneSigning {
	/** `SIGNING`, `NOT_SIGNING`, `DELETING`, `ACTION_NEEDED` or `INTERNAL_FAILURE`. */
	status: string;
	/** Route 53's own words to that, if there are any. */
	detail?: string | undefined;
	/** The key-signing keys; only those that are `ACTIVE` sign. */
	keys: readonly { status: string; dsRecord: string }[];
}

/**
 * The DS records by which the zone above has to vouch for a zone: one for each key that signs, and none for a zone that is not signed, or
 * soon no longer. Refused, with the reason, where nobody can say: then what stands has to stay.
 */
export function wantedDs({ status, detail, keys }: ZoneSigning): Result<readonly string[], string> {
	if (status === "NOT_SIGNING" || status === "DELETING") return accepted([]);
	if (status !== "SIGNING") return refused(`its signing is ${status}${detail ? ` (${detail})` : ""}`);
	const records = keys.flatMap((key) => (key.status === "ACTIVE" && key.dsRecord !== "" ? [key.dsRecord] : []));
	return records.length > 0 ? accepted(records) : refused("it is signed, and none of its key-signing keys is active");
}

/**
 * How the DS that stand fit those that are wanted. `wrong`: none of them fits a key, and whoever validates finds nothing of the zone
 * (https://www.rfc-editor.org/rfc/rfc4035#section-5.2); `partly`: all is found, but a key is not vouched for, or one that is gone.
 */
export function fitOf(standing: StandingSet | undefined, wanted: readonly string[]): "right" | "partly" | "wrong" {
	const want = new Set(wanted.map(canonical));
	const have = [...new Set((standing?.values ?? []).map(canonical))];
	const fitting = have.filter((record) => want.has(record)).length;
	if (fitting === want.size && fitting === have.length) return "right";
	return have.length > 0 && fitting === 0 ? "wrong" : "partly";
}

/** Digests are hexadecimal, in any case, and may have spaces (https://www.rfc-editor.org/rfc/rfc4034#section-5.3). */
function canonical(record: string): string {
	const [keyTag, algorithm, digestType, ...digest] = record.trim().split(/\s+/);
	return `${keyTag} ${algorithm} ${digestType} ${digest.join("").toUpperCase()}`;
}
