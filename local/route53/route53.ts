import type { Caller, RestRequest, RestResponse, RestService } from "../aws/service.ts";
import { tokenBuckets } from "../aws/token-buckets.ts";
import type { Clock } from "../clock.ts";
import { canonicalName, type ServedRecordSet, type ZoneSource } from "../dns/zone-source.ts";
import type { Store } from "../store.ts";
import { normalizedName } from "./names.ts";
import { operationOf } from "./operations.ts";
import { publishedQuotas, type Route53Quotas } from "./quotas.ts";
import type { Change, RecordSet } from "./record-set.ts";
import { type Route53Tables, route53Tables } from "./tables.ts";
import type { Zone } from "./zone-table.ts";
import { hostedZones, throttling } from "./zones.ts";

/** What the embedded Route 53 is made of. */
export interface Route53Options {
	store: Store;
	clock: Clock;
	/** Whose zones `createZone` makes when it is not told. */
	caller: Caller;
	/** How long a change stays PENDING; 2,000 ms unless told (about a minute on AWS). */
	insyncDelayMs?: number;
	quotas?: Partial<Route53Quotas>;
	/** Which of a world's name servers its zones have; any unless told. */
	slot?: number | undefined;
}

/** Route 53 for all accounts: the API, and the doors for the parts of the embedded cloud that stand beside it. */
export interface Route53 {
	service: RestService;
	/** The caller's zone of that name, made when it is not there: as a stack's first deployment does. Safe to repeat; the tags are then these. */
	createZone(
		name: string,
		caller?: Caller,
		tags?: Readonly<Record<string, string>>,
	): { id: string; nameServers: string[] };
	/** The account's zones, the oldest first. */
	hosted(): { id: string; name: string; nameServers: string[] }[];
	/** Deletes a zone as CloudFormation does; safe to repeat. Throws HostedZoneNotEmpty. */
	removeZone(zoneId: string): void;
	/** Writes like CloudFormation: checked like any batch, but neither counted nor throttled. Answers the change's id (`C…`). */
	change(zoneId: string, changes: readonly Change[]): string;
	/** Sets a record by hand, behind everybody's back (no quota, no request counted). Answers the change's id. */
	setRecord(set: RecordSet): string;
	/** Takes the records of a name (of one type, or all) away by hand; nothing happens where none are. Answers how many there were. */
	removeRecord(name: string, type?: RecordSet["type"]): number;
	/** What the API would list, in its order: also what DNS does not answer yet. */
	records(zoneId: string): RecordSet[];
	/** Requests since this process began, by operation, refused ones included. */
	calls(): Record<string, number>;
	/** Refuses every batch that names `name` with InvalidChangeBatch, across restarts, until `allow`. */
	refuse(name: string, reason?: string): void;
	allow(name: string): void;
	/** Holds for changes from now on. */
	setInsyncDelayMs(delayMs: number): void;
	/** All accounts' zones as DNS answers them: a change shows when it is in sync. */
	zones: ZoneSource;
}

const prefix = "/2013-04-01/";

export function createRoute53(options: Route53Options): Route53 {
	const { store, clock } = options;
	const quotas = { ...publishedQuotas, ...options.quotas };
	const tables = route53Tables(store);
	let insyncDelayMs = options.insyncDelayMs ?? 2_000;
	const zones = hostedZones(tables, clock, quotas, () => insyncDelayMs, options.slot);
	const requestTokens = tokenBuckets(clock, quotas.requests);
	const calls: Record<string, number> = {};

	function answer(request: RestRequest, caller: Caller): RestResponse | undefined {
		const found = operationOf(request, prefix);
		if (!found) return undefined;
		const { operation, id, more } = found;
		calls[operation.name] = (calls[operation.name] ?? 0) + 1;
		if (!requestTokens.take(caller.accountId, 1)) throw throttling();
		const { query, body } = request;
		return { operation: operation.name, ...operation.run({ id, more, query, body, caller, zones }) };
	}

	/** The zone that answers for a name: the one with the longest apex above it. */
	function zoneOf(name: string): Zone {
		const labels = name.split(".");
		for (let at = 0; at < labels.length - 1; at++) {
			const zone = tables.zones.named(labels.slice(at).join("."));
			if (zone) return zone;
		}
		throw new Error(`There is no zone for ${name}`);
	}

	return {
		service: { name: "route53", prefix, handle: async (request, caller) => answer(request, caller) },
		createZone(name, caller = options.caller, tags = {}) {
			const apex = normalizedName(name);
			const zone =
				zones.of(caller).find((other) => other.name === apex) ?? zones.create(name, `stack-${apex}`, "", caller).zone;
			tables.tags.put(zone.id, tags);
			return { id: zone.id, nameServers: zone.nameServers };
		},
		hosted: () => tables.zones.hosted(options.caller.accountId),
		removeZone(zoneId) {
			const zone = tables.zones.byId(zoneId);
			if (zone) zones.remove(zone);
		},
		change(zoneId, changes) {
			const zone = tables.zones.byId(zoneId);
			if (!zone) throw new Error(`There is no zone ${zoneId}.`);
			return zones.change(zone, changes, "").id;
		},
		setRecord(set) {
			const name = normalizedName(set.name);
			return zones.change(zoneOf(name), [{ action: "UPSERT", set: { ...set, name } }], "").id;
		},
		removeRecord(name, type) {
			const from = normalizedName(name);
			const zone = zoneOf(from);
			const standing = tables.records.setsAt("current", zone.id, from);
			const changes = standing
				.filter((set) => type === undefined || set.type === type)
				.map((set): Change => ({ action: "DELETE", set }));
			if (changes.length > 0) zones.change(zone, changes, "");
			return changes.length;
		},
		records: (zoneId) => tables.records.list(zoneId, "", "", quotas.recordSetsPerZone),
		calls: () => ({ ...calls }),
		refuse(name, reason) {
			const refused = normalizedName(name);
			tables.refusals.put(refused, reason ?? `RRSet with DNS name ${refused} is refused by order`);
		},
		allow: (name) => tables.refusals.remove(normalizedName(name)),
		setInsyncDelayMs(delayMs) {
			insyncDelayMs = delayMs;
		},
		zones: servedZones(tables, clock),
	};
}

function servedZones(tables: Route53Tables, clock: Clock): ZoneSource {
	return {
		zoneAt(apex) {
			const zone = tables.zones.named(canonicalName(apex));
			if (!zone) return undefined;
			tables.changes.settle(clock.now());
			return {
				apex: zone.name,
				at: (name) => tables.records.setsAt("served", zone.id, name).map(servedSet),
				hasBelow: (name) => tables.records.hasBelow(zone.id, name),
			};
		},
	};
}

function servedSet(set: RecordSet): ServedRecordSet {
	if ("alias" in set) return { type: set.type, aliasTo: set.alias.dnsName };
	return { type: set.type, ttlSeconds: set.ttlSeconds, values: set.values };
}
