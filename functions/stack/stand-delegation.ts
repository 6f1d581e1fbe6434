import { amazonAuthorities, judgeCaa } from "../../domain/caa.ts";
import { authorityTrouble, type DelegationTrouble, publicTrouble, standingOf } from "../../domain/delegation.ts";
import { limits } from "../../domain/limits.ts";
import { accepted, refused } from "../../domain/result.ts";
import { lowerNegativeTtl } from "../../services/parent-zone.ts";
import { caaClimb, publicViews, serverViews } from "../../services/public-dns.ts";
import { awaitInSync, type Delegated, findParent, findStanding, guarded, type Parent, writeChange } from "./parent.ts";
import { type Found, patiently } from "./patiently.ts";
import { dropWrongDs, vouchForZone } from "./vouch-for-zone.ts";

/** How far it came. */
export interface Stood {
	trouble: DelegationTrouble | undefined;
	/** Whether an unproven delegation of ours may stand in the zone above now. */
	written: boolean;
}

/**
 * Makes the zone above delegate to ours, and sees that the world follows: NS written → on all of Route 53's servers → found by resolvers →
 * answered with authority by each server → negative answers forgotten soon → certificates permitted → DS written, if the zone is signed.
 * Until all of that was seen the NS have a short TTL, by which an unproven delegation is known. Safe to repeat and to crash anywhere: it
 * goes on from what stands.
 */
export async function standDelegation(delegated: Delegated, session: string, endsMs: number): Promise<Stood> {
	const { servers } = delegated;
	const change = (ttlSeconds: number) =>
		guarded(delegated, { action: "UPSERT", type: "NS", ttlSeconds, values: servers });
	const unproven = change(limits.unprovenDelegationTtl.value);
	const proven = change(limits.delegationTtl.value);
	if (!unproven.ok) return { trouble: unproven.refusal, written: false };
	if (!proven.ok) return { trouble: proven.refusal, written: false };
	const parent = await findParent(delegated, session, endsMs);
	if (!parent.ok) return { trouble: parent.refusal, written: false };
	const standing = await findStanding(parent.value, delegated, "NS", endsMs);
	if (!standing.ok) return { trouble: standing.refusal, written: false };
	const before = standingOf(standing.value, servers);
	const wrong = await dropWrongDs(parent.value, delegated, endsMs);
	if (wrong) return { trouble: wrong, written: false };
	if (before === "none" || before === "other") {
		const changeId = await writeChange(parent.value, unproven.value, endsMs);
		if (!changeId.ok) return { trouble: changeId.refusal, written: false };
		const trouble = await awaitInSync(parent.value, changeId.value, endsMs);
		if (trouble) return { trouble, written: true };
	}
	const trouble = (await seeDelegation(delegated, endsMs)) ?? (await vouchForZone(parent.value, delegated, endsMs));
	if (trouble || before === "proven") return { trouble, written: before !== "proven" };
	return { trouble: await prove(parent.value, proven.value, endsMs), written: true };
}

async function prove(
	parent: Parent,
	change: Parameters<typeof writeChange>[1],
	endsMs: number,
): Promise<DelegationTrouble | undefined> {
	const changeId = await writeChange(parent, change, endsMs);
	return changeId.ok ? undefined : changeId.refusal;
}

/** What can be seen of a delegation that was written, in the order in which one thing rests on another. */
async function seeDelegation(delegated: Delegated, endsMs: number): Promise<DelegationTrouble | undefined> {
	const { name, servers } = delegated;
	return (
		(await until(endsMs, async () => publicTrouble(name, servers, await publicViews(name)))) ??
		(await until(endsMs, async () => authorityTrouble(name, await serverViews(name, servers)))) ??
		(await boundNegativeAnswers(delegated, endsMs)) ??
		(await until(endsMs, () => caaTrouble(`*.${name}`)))
	);
}

/** A tenant's name is asked for before it exists. */
async function boundNegativeAnswers(
	{ zoneId, name }: Delegated,
	endsMs: number,
): Promise<DelegationTrouble | undefined> {
	const fix = `Let the role of delegateZone change the SOA of ${name} (infra/roles/stack.yml).`;
	const found = await patiently<true>(endsMs, { stage: "negative-ttl", fix }, async () => {
		const refusal = await lowerNegativeTtl(zoneId, name);
		if (!refusal) return accepted(true);
		const message = `Route 53 refused another SOA of ${name}: ${refusal.because}.`;
		return refused({ stage: "negative-ttl", message, actor: "operator", fix, final: true });
	});
	return found.ok ? undefined : found.refusal;
}

/** Whether ACM will get its certificate. A record that forbids it is final: no waiting changes it. */
async function caaTrouble(hostname: string): Promise<DelegationTrouble | undefined> {
	const climb = await caaClimb(hostname);
	if (!climb) {
		const message = `No resolver could say which CAA records count for ${hostname}, and no authority issues then.`;
		const fix = "Ask for them by hand, name by name upwards, and mend the zone that does not answer.";
		return { stage: "caa", message, actor: "operator", fix, final: false };
	}
	const judgement = judgeCaa(hostname, climb, amazonAuthorities);
	if (judgement.permitted) return undefined;
	const { name, because, remedy } = judgement;
	return {
		stage: "caa",
		message: `The CAA records of ${name} forbid Amazon's certificate for ${hostname}: ${because}.`,
		actor: "operator",
		fix: `${remedy} (of an apex: certificateAuthorities in infra/stages.yml).`,
		final: true,
	};
}

async function until(
	endsMs: number,
	look: () => Promise<DelegationTrouble | undefined>,
): Promise<DelegationTrouble | undefined> {
	const fix = "Look at the log of delegateZone.";
	const found: Found<true> = await patiently<true>(endsMs, { stage: "public", fix }, async () => {
		const trouble = await look();
		return trouble ? refused(trouble) : accepted(true);
	});
	return found.ok ? undefined : found.refusal;
}
