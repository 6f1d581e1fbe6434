import { z } from "zod";
import { HostmasterError } from "../../domain/errors.ts";

const keySchema = z.record(z.string(), z.string().max(512));

/** An opaque cursor from where DynamoDB stopped; null when it did not. */
export function cursorOf(key: Record<string, unknown> | undefined): string | null {
	return key ? Buffer.from(JSON.stringify(key)).toString("base64url") : null;
}

/** Where a cursor points. Throws InvalidRequest for a text that is none of ours. */
export function keyOf(cursor: string | undefined): Record<string, string> | undefined {
	if (cursor === undefined) return undefined;
	try {
		return keySchema.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
	} catch (cause) {
		const detail = "'cursor' is not one that a list gave as 'next': begin again without it.";
		throw new HostmasterError("InvalidRequest", detail, { field: "cursor", rule: "format", cause });
	}
}
