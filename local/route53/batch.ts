import { isWithin } from "../dns/zone-source.ts";
import { nameProblem } from "./names.ts";
import type { Route53Quotas } from "./quotas.ts";
import type { Change, RecordSet } from "./record-set.ts";
import { valueProblem } from "./values.ts";

/** Every alias to a CloudFront distribution names this zone. https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html */
export const cloudFrontZoneId = "Z2FDTNDATAQYW2";

/** The zone that a batch is meant for, as it stands. */
export interface ZoneState {
	id: string;
	/** Apex, normalized. */
	name: string;
	setsAt(name: string): RecordSet[];
	setCount(): number;
}

/** What a batch does to one name and type; `null` removes it. */
export interface Write {
	name: string;
	type: RecordSet["type"];
	set: RecordSet | null;
}

/** All of a batch, or the messages of an InvalidChangeBatch, one for each fault. */
export type BatchPlan = { ok: true; writes: Write[] } | { ok: false; messages: string[] };

/** Decides a batch as Route 53 does: on the state that it would leave behind, all or nothing. Pure. */
export function planBatch(zone: ZoneState, changes: readonly Change[], quotas: Route53Quotas): BatchPlan {
	const tooMuch = sizeProblems(changes, quotas);
	if (tooMuch.length > 0) return { ok: false, messages: tooMuch };
	const messages = changes.flatMap((change) => formProblems(zone, change, quotas));
	messages.push(...duplicates(changes));
	if (messages.length === 0) messages.push(...changes.flatMap((change) => stateProblems(zone, change, changes)));
	const writes = writesOf(changes);
	if (messages.length === 0) messages.push(...outcomeProblems(zone, writes, quotas));
	return messages.length > 0 ? { ok: false, messages: [...new Set(messages)] } : { ok: true, writes };
}

/** What the batch costs of the changes bucket: CREATE and DELETE 1, UPSERT 2. */
export function batchCost(changes: readonly Change[]): number {
	return changes.reduce((sum, change) => sum + weight(change), 0);
}

function weight(change: Change): number {
	return change.action === "UPSERT" ? 2 : 1;
}

/** The limits of one batch: what Route 53 says of one that is too big, whatever is in it. */
export function sizeProblems(changes: readonly Change[], quotas: Route53Quotas): string[] {
	let elements = 0;
	let characters = 0;
	for (const change of changes) {
		const values = "alias" in change.set ? undefined : change.set.values;
		elements += (values?.length ?? 1) * weight(change);
		characters += (values ?? []).join("").length * weight(change);
	}
	return [
		...(elements > quotas.elementsPerBatch ? [`Number of records limit of ${quotas.elementsPerBatch} exceeded.`] : []),
		...(characters > quotas.charactersPerBatch
			? [`RDATA character limit of ${quotas.charactersPerBatch} exceeded.`]
			: []),
	];
}

function formProblems(zone: ZoneState, { action, set }: Change, quotas: Route53Quotas): string[] {
	const malformed = nameProblem(set.name);
	if (malformed) return [`FATAL problem: ${malformed}`];
	if (!isWithin(set.name, zone.name)) return [`RRSet with DNS name ${set.name} is not permitted in zone ${zone.name}`];
	if (action === "DELETE") return [];
	if (set.type === "CNAME" && set.name === zone.name) {
		return [`RRSet of type CNAME with DNS name ${set.name} is not permitted at apex in zone ${zone.name}`];
	}
	if ("alias" in set) return [];
	const repeated = set.values.find((value, at) => set.values.indexOf(value) !== at);
	return [
		...set.values.flatMap((value) => valueProblem(set.type, value) ?? []),
		...(repeated === undefined ? [] : [`Duplicate Resource Record: '${repeated}'`]),
		...(set.values.length > quotas.recordsPerSet
			? [`Cannot have more than ${quotas.recordsPerSet} records in a RRSet.`]
			: []),
		...(set.type === "CNAME" && set.values.length > 1
			? [`CNAME record set cannot have more than one value: ${set.name}`]
			: []),
	];
}

/** A set may be named once in a batch; or twice, to be deleted and created again. */
function duplicates(changes: readonly Change[]): string[] {
	const actions = new Map<string, string>();
	for (const { action, set } of changes) {
		const key = `${set.type} ${set.name}`;
		actions.set(key, [...(actions.get(key)?.split(" ") ?? []), action].sort().join(" "));
	}
	const allowed = new Set(["CREATE", "DELETE", "UPSERT", "CREATE DELETE"]);
	return [...actions]
		.filter(([, named]) => !allowed.has(named))
		.map(([key]) => `The request contains an invalid set of changes for a resource record set '${key}'`);
}

function stateProblems(zone: ZoneState, { action, set }: Change, changes: readonly Change[]): string[] {
	const current = zone.setsAt(set.name).find((other) => other.type === set.type);
	const label = `[name='${set.name}', type='${set.type}']`;
	if (action === "CREATE") {
		const replaced = changes.some(
			(other) => other.action === "DELETE" && other.set.name === set.name && other.set.type === set.type,
		);
		return current && !replaced ? [`Tried to create resource record set ${label} but it already exists`] : [];
	}
	if (action === "UPSERT") return [];
	if (!current) return [`Tried to delete resource record set ${label} but it was not found`];
	if (!sameSet(current, set)) {
		return [`Tried to delete resource record set ${label} but the values provided do not match the current values`];
	}
	return [];
}

function writesOf(changes: readonly Change[]): Write[] {
	const writes = new Map<string, Write>();
	for (const { action, set } of [...changes].sort(
		(a, b) => Number(b.action === "DELETE") - Number(a.action === "DELETE"),
	)) {
		writes.set(`${set.type} ${set.name}`, { name: set.name, type: set.type, set: action === "DELETE" ? null : set });
	}
	return [...writes.values()];
}

function outcomeProblems(zone: ZoneState, writes: readonly Write[], quotas: Route53Quotas): string[] {
	const after = new Map<string, RecordSet[]>();
	const setsAfter = (name: string) => after.get(name) ?? zone.setsAt(name);
	let count = zone.setCount();
	for (const { name, type, set } of writes) {
		const before = setsAfter(name);
		const others = before.filter((other) => other.type !== type);
		after.set(name, set ? [...others, set] : others);
		count += (after.get(name)?.length ?? 0) - before.length;
	}
	return [
		...writes.flatMap(({ name, type, set }) => (set ? conflicts(zone, name, type, setsAfter(name)) : [])),
		...writes.flatMap(({ set }) => (set ? aliasProblems(zone, set, setsAfter) : [])),
		...apexProblems(setsAfter(zone.name)),
		...(count > quotas.recordSetsPerZone ? [`Exceeded limit MAX_RRSETS_BY_ZONE for zone: ${zone.id}`] : []),
	];
}

function conflicts(zone: ZoneState, name: string, type: string, sets: readonly RecordSet[]): string[] {
	if (sets.length === 1 || !sets.some((set) => set.type === "CNAME")) return [];
	return [
		type === "CNAME"
			? `RRSet of type CNAME with DNS name ${name} is not permitted as it conflicts with other records with the same DNS name in zone ${zone.name}`
			: `RRSet of type ${type} with DNS name ${name} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${zone.name}`,
	];
}

function aliasProblems(zone: ZoneState, set: RecordSet, setsAfter: (name: string) => RecordSet[]): string[] {
	if (!("alias" in set)) return [];
	const { dnsName, hostedZoneId } = set.alias;
	const told = `Tried to create an alias that targets ${dnsName}, type ${set.type} in zone ${hostedZoneId}, but`;
	const targetZone = hostedZoneId === cloudFrontZoneId ? "cloudfront.net." : hostedZoneId === zone.id ? zone.name : "";
	if (!targetZone || !isWithin(dnsName, targetZone)) {
		return [`${told} the alias target name does not lie within the target zone`];
	}
	const found =
		targetZone === zone.name
			? setsAfter(dnsName).some((target) => target.type === set.type)
			: set.type === "A" || set.type === "AAAA";
	return found ? [] : [`${told} that target was not found`];
}

function apexProblems(sets: readonly RecordSet[]): string[] {
	const has = (type: string) => sets.some((set) => set.type === type);
	return [
		...(has("SOA") ? [] : ["A HostedZone must contain exactly one SOA record."]),
		...(has("NS") ? [] : ["A HostedZone must contain at least one NS record for the zone itself."]),
	];
}

/** Whether a DELETE names exactly what stands: TTL and values, or the alias. The order of values does not matter. */
function sameSet(a: RecordSet, b: RecordSet): boolean {
	if ("alias" in a || "alias" in b) {
		return "alias" in a && "alias" in b && JSON.stringify(a.alias) === JSON.stringify(b.alias);
	}
	return a.ttlSeconds === b.ttlSeconds && JSON.stringify([...a.values].sort()) === JSON.stringify([...b.values].sort());
}
