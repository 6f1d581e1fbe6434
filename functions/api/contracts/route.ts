import { z } from "zod";
import type { ErrorName } from "../../../domain/errors.ts";

/** One route, as the gateway, the validation and the OpenAPI document all see it. */
export interface Route {
	method: "get" | "post" | "patch" | "delete";
	path: string;
	/** The token's scope that the gateway asks for; none: public. */
	scope?: string;
	summary: string;
	pathParameters?: z.ZodObject;
	query?: z.ZodObject;
	/** Names in lower case, as the gateway hands them over. */
	headers?: z.ZodObject;
	body?: z.ZodType;
	/** JSON unless given; another type is handed over as text. */
	bodyType?: "application/x-ndjson";
	/** `headers`: those of its own, in lower case; the answer has all that are not optional. */
	reply: { status: number; description: string; schema: z.ZodType; headers?: z.ZodObject };
	errors: readonly ErrorName[];
}

/** What a list takes, and how it goes on. */
export const page = {
	limit: z.coerce.number().int().min(1).max(100).default(50),
	cursor: z.string().max(2_048).optional().meta({ description: "`next` of the page before." }),
};
export const next = z.string().nullable().meta({ description: "The cursor of the next page; null on the last one." });

export const tenantId = z.string().regex(/^ten_[0-9A-HJKMNP-TV-Z]{26}$/, "ten_ and a ULID");
export const operationId = z.string().regex(/^op_[0-9A-HJKMNP-TV-Z]{26}$/, "op_ and a ULID");

/** The header of every POST that begins something: a repetition must not begin it twice. */
export const idempotent = z.object({
	"idempotency-key": z
		.string()
		.regex(/^[\x21-\x7e]{1,255}$/, "1 to 255 printable ASCII characters without spaces")
		.meta({ description: "The same key with the same body gets the same answer for 24 hours." }),
});

/** Headers of answers: the tenant's revision, and where to follow what was accepted. */
export const etag = z.string().meta({ description: 'The tenant\'s revision, for If-Match, e.g. "3".' });
export const location = z.string().meta({ description: "Path of the operation to follow." });

/** What every route that reads or writes may end with. */
export const outages = ["Throttled", "ServiceUnavailable"] as const satisfies readonly ErrorName[];
