import { type Claim, claimability } from "./claim.ts";
import { note, type Remark } from "./diagnosis.ts";
import { limits } from "./limits.ts";

/** The names that nobody new may have yet (R4), those first whose time is over first. `now`: ISO. Nothing is wrong with them. */
export function quarantineNotes(claims: readonly Claim[], now: string): Remark[] {
	const kept = claims.flatMap((claim) => {
		const found = claimability(claim, now);
		return found.state === "quarantined" ? [{ hostname: claim.hostname, until: found.until }] : [];
	});
	const shown = kept
		.toSorted((left, right) => left.until.localeCompare(right.until))
		.slice(0, limits.quarantineShown.value)
		.map(({ hostname, until }) => note(`${hostname} is kept until ${until.slice(0, 10)}.`));
	const rest = kept.length - shown.length;
	return rest > 0 ? [...shown, note(`${rest} more are kept for longer.`)] : shown;
}
