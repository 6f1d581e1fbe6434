import { z } from "zod";
import { HostmasterError } from "../../domain/errors.ts";
import type { List } from "../../services/lists.ts";

/** An opaque cursor from where DynamoDB stopped; null when it did not. */
export function cursorOf(key: Record<string, unknown> | undefined): string | null {
	return key ? Buffer.from(JSON.stringify(key)).toString("base64url") : null;
}

/** Where a cursor points in `list`. Throws InvalidRequest for a text that this list never gave. */
export function keyOf(cursor: string | undefined, list: List): Record<string, string> | undefined {
	if (cursor === undefined) return undefined;
	const text = z.string().min(1).max(512);
	const key = z.strictObject({
		[list.partition]: z.literal(list.value),
		[list.sort]: text.startsWith(list.prefix ?? ""),
		pk: text,
		sk: text,
	});
	try {
		return key.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
	} catch (cause) {
		const detail = "'cursor' is not one that this list gave as 'next': begin again without it.";
		throw new HostmasterError("InvalidRequest", detail, { field: "cursor", rule: "format", cause });
	}
}
