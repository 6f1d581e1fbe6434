import { fitOf, wantedDs } from "../../domain/chain-of-trust.ts";
import type { DelegationTrouble, StandingSet } from "../../domain/delegation.ts";
import { limits } from "../../domain/limits.ts";
import { accepted, refused } from "../../domain/result.ts";
import { signingOf } from "../../services/parent-zone.ts";
import { type Delegated, findStanding, guarded, type Parent, spread } from "./parent.ts";
import { type Found, patiently } from "./patiently.ts";

/**
 * Takes DS away that fit no key of the zone, before anybody is asked: resolvers that validate would find nothing of it. DS of which
 * one fits stay as they are. Safe to repeat.
 */
export async function dropWrongDs(
	parent: Parent,
	delegated: Delegated,
	endsMs: number,
): Promise<DelegationTrouble | undefined> {
	const seen = await look(parent, delegated, endsMs);
	if (!seen.ok) return seen.refusal;
	const { wanted, standing } = seen.value;
	return standing && fitOf(standing, wanted) === "wrong"
		? await remove(parent, delegated, standing, endsMs)
		: undefined;
}

/**
 * Makes the zone above vouch for exactly the keys that sign the zone, once its NS are in order: with a DS, servers that do not sign are
 * as good as away. None stands for a zone that is not signed. Safe to repeat.
 */
export async function vouchForZone(
	parent: Parent,
	delegated: Delegated,
	endsMs: number,
): Promise<DelegationTrouble | undefined> {
	const seen = await look(parent, delegated, endsMs);
	if (!seen.ok) return seen.refusal;
	const { wanted, standing } = seen.value;
	if (fitOf(standing, wanted) === "right") return undefined;
	if (wanted.length === 0) return standing && (await remove(parent, delegated, standing, endsMs));
	const ttlSeconds = limits.delegationTtl.value;
	const change = guarded(delegated, { action: "UPSERT", type: "DS", ttlSeconds, values: wanted });
	return change.ok ? await spread(parent, change.value, endsMs) : change.refusal;
}

/** Takes all DS away, before the NS: a zone without them is found unsigned, one that has DS and no NS by nobody. Safe to repeat. */
export async function withdrawDs(
	parent: Parent,
	delegated: Delegated,
	endsMs: number,
): Promise<DelegationTrouble | undefined> {
	const standing = await findStanding(parent, delegated, "DS", endsMs);
	if (!standing.ok) return standing.refusal;
	return standing.value && (await remove(parent, delegated, standing.value, endsMs));
}

/** The DS that the zone's keys want, and those that stand. */
async function look(
	parent: Parent,
	delegated: Delegated,
	endsMs: number,
): Promise<Found<{ wanted: readonly string[]; standing: StandingSet | undefined }>> {
	const wanted = await findWanted(delegated, endsMs);
	if (!wanted.ok) return wanted;
	const standing = await findStanding(parent, delegated, "DS", endsMs);
	return standing.ok ? accepted({ wanted: wanted.value, standing: standing.value }) : standing;
}

async function findWanted({ name, zoneId }: Delegated, endsMs: number): Promise<Found<readonly string[]>> {
	const graceEndsMs = Date.now() + 1_000 * limits.newRoleGrace.value;
	const trouble = { stage: "dnssec", actor: "operator" } as const;
	const fix = `Let the role of delegateZone read how ${name} is signed (infra/roles/stack.yml).`;
	return await patiently(endsMs, { stage: "dnssec", fix }, async () => {
		const signing = await signingOf(zoneId);
		if (signing.outcome === "refused") {
			const message = `Route 53 does not tell how ${name} is signed: ${signing.because}.`;
			return refused({ ...trouble, message, fix, final: Date.now() >= graceEndsMs });
		}
		const wanted = wantedDs(signing.value);
		if (wanted.ok) return wanted;
		const message = `Nobody can say which keys of ${name} to vouch for: ${wanted.refusal}.`;
		return refused({ ...trouble, message, fix: `Mend the DNSSEC signing of zone ${zoneId} in Route 53.`, final: true });
	});
}

/** Route 53 deletes exactly what stands, or nothing. */
async function remove(
	parent: Parent,
	delegated: Delegated,
	standing: StandingSet,
	endsMs: number,
): Promise<DelegationTrouble | undefined> {
	const change = guarded(delegated, { action: "DELETE", type: "DS", ...standing });
	return change.ok ? await spread(parent, change.value, endsMs) : change.refusal;
}
