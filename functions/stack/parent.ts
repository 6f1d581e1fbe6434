import type { Route53Client } from "@aws-sdk/client-route-53";
import {
	type DelegationChange,
	type DelegationTrouble,
	guardedChange,
	type StandingSet,
} from "../../domain/delegation.ts";
import { limits } from "../../domain/limits.ts";
import { accepted, refused } from "../../domain/result.ts";
import {
	asDelegator,
	changeDelegation,
	isChangeInSync,
	publicZonesOf,
	recordSetOf,
} from "../../services/parent-zone.ts";
import { type Found, patiently } from "./patiently.ts";

/** A delegated zone, and by which role its account may write in the zone above. */
export interface Delegated {
	/** The delegated name. */
	name: string;
	/** The registered domain above. */
	apex: string;
	/** Of the delegated zone, in this account. */
	zoneId: string;
	/** The delegated zone's name servers. */
	servers: readonly string[];
	/** ARN of the role in the registrar's account. */
	role: string;
}

/** The zone above, in the registrar's account. */
export interface Parent {
	client: Route53Client;
	zoneId: string;
}

/** Assumes the role and finds the domain's zone. A role that was made just now is refused for some seconds. */
export async function findParent(
	{ role, apex, name }: Delegated,
	session: string,
	endsMs: number,
): Promise<Found<Parent>> {
	const graceEndsMs = Date.now() + 1_000 * limits.newRoleGrace.value;
	const fix =
		`Deploy the registrar's stack with ${name} and this account among its delegations ` +
		"(registrar.delegations in infra/stages.yml), and set DelegationRole to the role that it makes.";
	return await patiently<Parent>(endsMs, { stage: "assume-role", fix }, async () => {
		const entry = await asDelegator(role, session);
		if (entry.outcome === "open") return theZone(entry.client, apex, await publicZonesOf(entry.client, apex));
		const message = `The registrar's account does not let this one delegate ${name}: ${entry.because}.`;
		const final = Date.now() >= graceEndsMs;
		return refused({ stage: "assume-role", message, actor: "operator", fix, final });
	});
}

function theZone(client: Route53Client, apex: string, zones: readonly string[]): Found<Parent> {
	const [zoneId] = zones;
	if (zoneId !== undefined && zones.length === 1) return accepted({ client, zoneId });
	const trouble = { stage: "write", actor: "operator", final: true } as const;
	if (zoneId === undefined) {
		const fix = `Deploy the registrar's stack with the apex ${apex} (registrar.apexes in infra/stages.yml).`;
		return refused({ ...trouble, message: `The registrar's account has no public zone of ${apex}.`, fix });
	}
	const message = `The registrar's account has ${zones.length} public zones of ${apex}: ${zones.join(", ")}.`;
	return refused({ ...trouble, message, fix: "Delete those to which the registry does not delegate." });
}

/** The NS, or the DS, that stand for the delegated name. */
export async function findStanding(
	{ client, zoneId }: Parent,
	{ name }: Delegated,
	type: DelegationChange["type"],
	endsMs: number,
): Promise<Found<StandingSet | undefined>> {
	return await patiently(endsMs, { stage: "write", fix: "Look at Route 53's health." }, async () =>
		accepted(await recordSetOf(client, zoneId, { name, type })),
	);
}

/** The change as our own guard lets it through, before the registrar's account is asked anything (R5). */
export function guarded({ name, apex }: Delegated, change: Omit<DelegationChange, "name">): Found<DelegationChange> {
	const result = guardedChange({ ...change, name }, { apex, delegated: name });
	if (result.ok) return result;
	const fix = "Set PlatformDomain in infra/stages.yml to a name below the registered domain, and ApexDomain to that.";
	return refused({ stage: "guard", message: result.refusal, actor: "operator", fix, final: true });
}

/** Writes a change of the delegation; answers its id. */
export async function writeChange(
	{ client, zoneId }: Parent,
	change: DelegationChange,
	endsMs: number,
): Promise<Found<string>> {
	const fix = "The role in the registrar's account must allow it: deploy the registrar's stack (infra/registrar.yml).";
	return await patiently(endsMs, { stage: "write", fix }, async () => {
		const answer = await changeDelegation(client, zoneId, change);
		if (answer.outcome === "accepted") return accepted(answer.changeId);
		const message = `Route 53 refused the ${change.action} of ${change.name}'s ${change.type}: ${answer.because}.`;
		return refused({ stage: "write", message, actor: "operator", fix, final: true });
	});
}

/** Writes a change, and waits until all of Route 53's servers have it. */
export async function spread(
	parent: Parent,
	change: DelegationChange,
	endsMs: number,
): Promise<DelegationTrouble | undefined> {
	const changeId = await writeChange(parent, change, endsMs);
	return changeId.ok ? await awaitInSync(parent, changeId.value, endsMs) : changeId.refusal;
}

/** Waits until all of Route 53's servers have a change. */
export async function awaitInSync(
	{ client }: Parent,
	changeId: string,
	endsMs: number,
): Promise<DelegationTrouble | undefined> {
	const fix = "Look at Route 53's health.";
	const found = await patiently<true>(endsMs, { stage: "in-sync", fix }, async () => {
		if (await isChangeInSync(client, changeId)) return accepted(true);
		const message = `Route 53 has accepted the change ${changeId}, and still spreads it.`;
		return refused({ stage: "in-sync", message, actor: "operator", fix, final: false });
	});
	return found.ok ? undefined : found.refusal;
}
