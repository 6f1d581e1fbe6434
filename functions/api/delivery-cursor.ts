import { z } from "zod";
import { HostmasterError } from "../../domain/errors.ts";

/** An opaque cursor from where DynamoDB stopped; null when it did not. */
export function deliveryCursor(key: Record<string, unknown> | undefined): string | null {
	return key ? Buffer.from(String(key["sk"])).toString("base64url") : null;
}

const sortKey = z.string().max(512).startsWith("DELIVERY#");

/** Where a cursor points in a webhook's deliveries. Throws InvalidRequest for a text that no such list gave. */
export function deliveryKey(cursor: string | undefined, webhookId: string): Record<string, string> | undefined {
	if (cursor === undefined) return undefined;
	const sk = sortKey.safeParse(Buffer.from(cursor, "base64url").toString("utf8"));
	if (sk.success) return { pk: `WEBHOOK#${webhookId}`, sk: sk.data };
	const detail = "'cursor' is not one that this list gave as 'next': begin again without it.";
	throw new HostmasterError("InvalidRequest", detail, { field: "cursor", rule: "format" });
}
