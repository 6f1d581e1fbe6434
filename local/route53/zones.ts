import { AwsError, type Caller } from "../aws/service.ts";
import { tokenBuckets } from "../aws/token-buckets.ts";
import type { Clock } from "../clock.ts";
import { batchCost, planBatch, sizeProblems } from "./batch.ts";
import type { ChangeInfo } from "./change-table.ts";
import type { Route53Quotas } from "./quotas.ts";
import type { Change } from "./record-set.ts";
import type { Route53Tables } from "./tables.ts";
import { addZone, randomId } from "./zone-creation.ts";
import type { Zone } from "./zone-table.ts";

/** What the operations do, without their XML. */
export type Zones = ReturnType<typeof hostedZones>;

/**
 * `insyncDelayMs` is asked for each change, so that it may be set while running; `slot` says whose name servers new zones have
 * (local/dns/name-servers.ts).
 */
export function hostedZones(
	tables: Route53Tables,
	clock: Clock,
	quotas: Route53Quotas,
	insyncDelayMs: () => number,
	slot?: number,
) {
	const changeTokens = tokenBuckets(clock, quotas.changes);
	const creationTokens = tokenBuckets(clock, quotas.zoneCreations);

	function submit(zone: Zone, writes: Parameters<typeof tables.changes.add>[2], comment: string): ChangeInfo {
		const now = clock.now();
		const change = { id: randomId("C"), accountId: zone.accountId, zoneId: zone.id, submittedMs: now, comment };
		tables.changes.add(change, now + insyncDelayMs(), writes);
		return { ...change, status: "PENDING" };
	}

	return {
		/** Throws NoSuchHostedZone, or AccessDenied when the zone is another account's. */
		owned(id: string, caller: Caller): Zone {
			const zone = tables.zones.byId(id);
			if (!zone) throw new AwsError("NoSuchHostedZone", `No hosted zone found with ID: ${id}`, 404);
			if (zone.accountId !== caller.accountId) throw accessDenied(caller);
			return zone;
		},
		of: (caller: Caller) => tables.zones.of(caller.accountId),
		count: (zone: Zone) => tables.records.count(zone.id),
		list: (zone: Zone, name: string, type: string, limit: number) => tables.records.list(zone.id, name, type, limit),
		signing: tables.signing,
		tags: tables.tags,
		quotas,
		/** Takes the batch's cost of the account's changes bucket. Throws Throttling; InvalidChangeBatch when it could never fit. */
		charge(changes: readonly Change[], caller: Caller): void {
			const tooMuch = sizeProblems(changes, quotas);
			if (tooMuch.length > 0) throw invalidChangeBatch(tooMuch);
			if (!changeTokens.take(caller.accountId, batchCost(changes))) throw throttling();
		},
		chargeCreation(caller: Caller): void {
			if (!creationTokens.take(caller.accountId, 1)) throw throttling();
		},
		/** Applies all of the batch or throws InvalidChangeBatch. */
		change(zone: Zone, changes: readonly Change[], comment: string): ChangeInfo {
			const refusals = tables.refusals.all();
			const refused = changes.flatMap(({ set }) => refusals.get(set.name) ?? []);
			if (refused.length > 0) throw invalidChangeBatch(refused);
			const state = {
				id: zone.id,
				name: zone.name,
				setsAt: (name: string) => tables.records.setsAt("current", zone.id, name),
				setCount: () => tables.records.count(zone.id),
			};
			const plan = planBatch(state, changes, quotas);
			if (!plan.ok) throw invalidChangeBatch(plan.messages);
			return submit(zone, plan.writes, comment);
		},
		/** A change of a zone that writes no record. */
		noteChange: (zone: Zone): ChangeInfo => submit(zone, [], ""),
		/** Throws NoSuchChange. */
		changeInfo(id: string, caller: Caller): ChangeInfo {
			tables.changes.settle(clock.now());
			const change = tables.changes.byId(id);
			if (!change) throw new AwsError("NoSuchChange", `Could not find resource with ID: ${id}`, 404);
			if (change.accountId !== caller.accountId) throw accessDenied(caller);
			return change;
		},
		/** A zone with its NS and SOA, in DNS at once. Throws HostedZoneAlreadyExists for a caller reference used before. */
		create(name: string, callerReference: string, comment: string, caller: Caller): { zone: Zone; change: ChangeInfo } {
			const zone = addZone(tables, quotas, { name, callerReference, comment, accountId: caller.accountId }, slot);
			return { zone, change: submit(zone, [], "") };
		},
		/** Throws HostedZoneNotEmpty while anything beyond the apex's NS and SOA stands. */
		remove(zone: Zone): ChangeInfo {
			const told = "The specified hosted zone contains non-required resource record sets and so cannot be deleted.";
			if (tables.records.count(zone.id) > 2) throw new AwsError("HostedZoneNotEmpty", told);
			const change = submit(zone, [], "");
			tables.removeZone(zone.id);
			return change;
		},
	};
}

/** Route 53 answers it with 400, not 429. https://docs.aws.amazon.com/Route53/latest/APIReference/CommonErrors.html */
export function throttling(): AwsError {
	return new AwsError("Throttling", "Rate exceeded");
}

/**
 * The bracketed list in the message is what Route 53 answers today, not the `Messages` element of the API reference (seen in what
 * SDKs print, e.g. https://github.com/DNSControl/dnscontrol/issues/1114).
 */
function invalidChangeBatch(messages: readonly string[]): AwsError {
	return new AwsError("InvalidChangeBatch", `[${messages.join(", ")}]`);
}

function accessDenied({ accountId }: Caller): AwsError {
	const told = `User: arn:aws:iam::${accountId}:root is not authorized to access this resource`;
	return new AwsError("AccessDenied", told, 403);
}
