import { HostmasterError } from "../../domain/errors.ts";

/** An opaque cursor from where a list of one partition stopped; null when it did not. */
export function sortCursor(key: Record<string, unknown> | undefined): string | null {
	return key ? Buffer.from(String(key["sk"])).toString("base64url") : null;
}

/**
 * Where a cursor points in a partition whose sort keys are `prefix` and what `rest` allows. Throws InvalidRequest for a text that no
 * such list gave.
 */
export function sortKey(
	cursor: string | undefined,
	pk: string,
	prefix: string,
	rest = /^[\w#:.-]{1,256}$/,
): { pk: string; sk: string } | undefined {
	if (cursor === undefined) return undefined;
	const sk = Buffer.from(cursor, "base64url").toString("utf8");
	if (sk.startsWith(prefix) && rest.test(sk.slice(prefix.length))) return { pk, sk };
	const detail = "'cursor' is not one that this list gave as 'next': begin again without it.";
	throw new HostmasterError("InvalidRequest", detail, { field: "cursor", rule: "format" });
}
