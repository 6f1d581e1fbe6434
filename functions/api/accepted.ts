import { limits } from "../../domain/limits.ts";
import type { Answer } from "../../services/idempotency.ts";
import type { Asking } from "../asking.ts";
import type { Reply } from "./http.ts";

/** How a POST is told from its repetitions: by its caller's Idempotency-Key, for a day. */
export function askingOf(caller: string, headers: { "idempotency-key": string }, correlationId: string): Asking {
	const idempotencyKey = headers["idempotency-key"];
	return { caller, idempotencyKey, rememberedHours: limits.idempotencyKeep.value, requestedBy: caller, correlationId };
}

/** The reply to an accepted request: where to follow it, and the tenant's ETag for the next PATCH. */
export function acceptedReply({ body, location, etag }: Answer): Reply {
	return { body, headers: { location, ...(etag !== undefined && { etag }) } };
}
