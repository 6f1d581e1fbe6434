import { HostmasterError } from "../domain/errors.ts";

/** Throws ServiceUnavailable at or after `endsMs` (epoch ms), for work that is worth nothing when it is done in part. */
export function requireTime(endsMs: number, what: string): void {
	if (Date.now() >= endsMs) throw new HostmasterError("ServiceUnavailable", `${what} took too long.`);
}
