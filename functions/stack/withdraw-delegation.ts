import { type DelegationTrouble, standingOf } from "../../domain/delegation.ts";
import { awaitInSync, type Delegated, findDelegation, findParent, guarded, writeChange } from "./parent.ts";

/**
 * Takes the delegation away, if it is to this very zone; another one stays. `which`: an unproven one is left alone once somebody has
 * proven it. Answers why it has to stay. Safe to repeat: what is gone is gone.
 */
export async function withdrawDelegation(
	delegated: Delegated,
	which: "any" | "unproven",
	session: string,
	endsMs: number,
): Promise<DelegationTrouble | undefined> {
	const bounds = guarded(delegated, { action: "DELETE", ttlSeconds: 0, values: delegated.servers });
	// Then nothing was ever written.
	if (!bounds.ok) return undefined;
	const parent = await findParent(delegated, session, endsMs);
	if (!parent.ok) return parent.refusal;
	const standing = await findDelegation(parent.value, delegated, endsMs);
	if (!standing.ok) return standing.refusal;
	const found = standingOf(standing.value, delegated.servers);
	const isMeant = found === "unproven" || (found === "proven" && which === "any");
	if (!standing.value || !isMeant) return undefined;
	// Route 53 deletes exactly what stands, or nothing.
	const changeId = await writeChange(parent.value, { ...bounds.value, ...standing.value }, endsMs);
	return changeId.ok ? await awaitInSync(parent.value, changeId.value, endsMs) : changeId.refusal;
}
