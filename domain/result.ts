/** What a decision answers: a value, or the rule that refused it. An expected outcome is never an exception. */
export type Result<T, R> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: R };

/** Says yes, with the value. */
export function accepted<T>(value: T): { readonly ok: true; readonly value: T } {
	return { ok: true, value };
}

/** Says no, with the rule that was broken and where. */
export function refused<R>(refusal: R): { readonly ok: false; readonly refusal: R } {
	return { ok: false, refusal };
}

declare const brand: unique symbol;

/** A value that only its own parser makes: the name tells two kinds of one shape apart, and is not there at run time. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };
