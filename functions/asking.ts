import { createHash } from "node:crypto";
import { canonicalJson } from "../domain/canonical-json.ts";
import { HostmasterError } from "../domain/errors.ts";
import type { Answer, Idempotency, Repetition } from "../services/idempotency.ts";

/** Who asks, and how the request is told from its repetitions. */
export interface Asking {
	/** Namespace of the idempotency key: one caller's keys are not another's. */
	caller: string;
	idempotencyKey: string;
	/** For how long a repetition gets the same answer. */
	rememberedHours: number;
	requestedBy: string;
	correlationId: string;
}

/** The record by which `request` is known when it comes again. */
export function idempotencyOf(
	request: unknown,
	{ caller, idempotencyKey, rememberedHours }: Asking,
	now: string,
): Idempotency {
	return {
		caller,
		key: idempotencyKey,
		requestDigest: createHash("sha256").update(canonicalJson(request)).digest("hex"),
		expiresAt: Math.floor(Date.parse(now) / 1000) + rememberedHours * 3_600,
	};
}

/** What a repetition is told. Throws IdempotencyKeyReused when the key came with another request. */
export function answerAgain(repetition: Repetition): Answer {
	if (repetition.outcome === "repeated") return repetition.answer;
	throw new HostmasterError(
		"IdempotencyKeyReused",
		"The key came before with another body. Repeat that body, or use a new key for a new request.",
		{ field: "Idempotency-Key", rule: "one-request" },
	);
}
