import { type DelegationTrouble, standingOf } from "../../domain/delegation.ts";
import { type Delegated, findParent, findStanding, guarded, spread } from "./parent.ts";
import { withdrawDs } from "./vouch-for-zone.ts";

/**
 * Takes the delegation away, if it is to this very zone; another one stays. What vouches for the zone's keys goes first. `which`: an
 * unproven one is left alone once somebody has proven it. Answers why it has to stay. Safe to repeat: what is gone is gone.
 */
export async function withdrawDelegation(
	delegated: Delegated,
	which: "any" | "unproven",
	session: string,
	endsMs: number,
): Promise<DelegationTrouble | undefined> {
	const bounds = guarded(delegated, { action: "DELETE", type: "NS", ttlSeconds: 0, values: delegated.servers });
	// Then nothing was ever written.
	if (!bounds.ok) return undefined;
	const parent = await findParent(delegated, session, endsMs);
	if (!parent.ok) return parent.refusal;
	const standing = await findStanding(parent.value, delegated, "NS", endsMs);
	if (!standing.ok) return standing.refusal;
	const found = standingOf(standing.value, delegated.servers);
	if (found === "other" || (found === "proven" && which === "unproven")) return undefined;
	const trouble = await withdrawDs(parent.value, delegated, endsMs);
	if (trouble || !standing.value) return trouble;
	// Route 53 deletes exactly what stands, or nothing.
	return await spread(parent.value, { ...bounds.value, ...standing.value }, endsMs);
}
