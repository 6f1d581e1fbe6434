import { z } from "zod";
import { AwsError, type RestRequest } from "../aws/service.ts";
import { accountOperations } from "./account-operations.ts";
import { normalizedName, printedName, sortKey } from "./names.ts";
import { type Call, changeInfo, type Operation, ok } from "./operation.ts";
import { parseChangeBatch, type RecordSet } from "./record-set.ts";
import { readXml } from "./xml.ts";
import type { Zone } from "./zone-table.ts";
import type { Zones } from "./zones.ts";

/** The operation that a request means; undefined for what is not emulated. */
export function operationOf(
	request: RestRequest,
	prefix: string,
): { operation: Operation; id: string; more: string[] } | undefined {
	const path = request.path.slice(prefix.length).replace(/\/$/, "");
	for (const operation of operations) {
		const match = operation.method === request.method ? operation.path.exec(path) : null;
		if (match) return { operation, id: decodeURIComponent(match[1] ?? ""), more: match.slice(2) };
	}
	return undefined;
}

const operations: readonly Operation[] = [
	{
		name: "ChangeResourceRecordSets",
		method: "POST",
		path: /^hostedzone\/([^/]+)\/rrset$/,
		run: changeResourceRecordSets,
	},
	{ name: "ListResourceRecordSets", method: "GET", path: /^hostedzone\/([^/]+)\/rrset$/, run: listResourceRecordSets },
	{ name: "GetChange", method: "GET", path: /^change\/([^/]+)$/, run: getChange },
	{ name: "CreateHostedZone", method: "POST", path: /^hostedzone$/, run: createHostedZone },
	{ name: "ListHostedZones", method: "GET", path: /^hostedzone$/, run: listHostedZones },
	{ name: "ListHostedZonesByName", method: "GET", path: /^hostedzonesbyname$/, run: listHostedZonesByName },
	{ name: "GetHostedZone", method: "GET", path: /^hostedzone\/([^/]+)$/, run: getHostedZone },
	...accountOperations,
	{ name: "DeleteHostedZone", method: "DELETE", path: /^hostedzone\/([^/]+)$/, run: deleteHostedZone },
];

function changeResourceRecordSets({ id, body, caller, zones }: Call) {
	const zone = zones.owned(id, caller);
	const { changes, comment } = parseChangeBatch(readXml(body));
	zones.charge(changes, caller);
	return ok("ChangeResourceRecordSetsResponse", { ChangeInfo: changeInfo(zones.change(zone, changes, comment)) });
}

function getChange({ id, caller, zones }: Call) {
	return ok("GetChangeResponse", { ChangeInfo: changeInfo(zones.changeInfo(id, caller)) });
}

function listResourceRecordSets({ id, query, caller, zones }: Call) {
	const zone = zones.owned(id, caller);
	const limit = pageSize(query, 300);
	const name = query.get("name");
	const type = query.get("type") ?? "";
	if (type && !name) throw new AwsError("InvalidInput", "The request must contain a name when it contains a type.");
	const sets = zones.list(zone, name ? normalizedName(name) : "", type, limit + 1);
	const next = sets[limit];
	return ok("ListResourceRecordSetsResponse", {
		ResourceRecordSets: { ResourceRecordSet: sets.slice(0, limit).map(recordSetXml) },
		IsTruncated: next !== undefined,
		...(next && { NextRecordName: printedName(next.name), NextRecordType: next.type }),
		MaxItems: limit,
	});
}

function getHostedZone({ id, caller, zones }: Call) {
	const zone = zones.owned(id, caller);
	return ok("GetHostedZoneResponse", { HostedZone: zoneXml(zone, zones), DelegationSet: delegationSet(zone) });
}

const creation = z.object({
	CreateHostedZoneRequest: z.object({
		Name: z.string().min(1),
		CallerReference: z.string().min(1).max(128),
		HostedZoneConfig: z.object({ Comment: z.string().optional() }).optional(),
	}),
});

function createHostedZone({ body, caller, zones }: Call) {
	const parsed = creation.safeParse(readXml(body));
	if (!parsed.success) throw new AwsError("InvalidInput", `Invalid XML ; ${parsed.error.issues[0]?.path.join("/")}`);
	const { Name, CallerReference, HostedZoneConfig } = parsed.data.CreateHostedZoneRequest;
	zones.chargeCreation(caller);
	const { zone, change } = zones.create(Name, CallerReference, HostedZoneConfig?.Comment ?? "", caller);
	return {
		...ok("CreateHostedZoneResponse", {
			HostedZone: zoneXml(zone, zones),
			ChangeInfo: changeInfo(change),
			DelegationSet: delegationSet(zone),
		}),
		status: 201,
		headers: { location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${zone.id}` },
	};
}

function deleteHostedZone({ id, caller, zones }: Call) {
	return ok("DeleteHostedZoneResponse", { ChangeInfo: changeInfo(zones.remove(zones.owned(id, caller))) });
}

function listHostedZones({ query, caller, zones }: Call) {
	const limit = pageSize(query, 100);
	const marker = query.get("marker") ?? "";
	const list = zones.of(caller).filter((zone) => zone.id >= marker);
	const next = list[limit];
	return ok("ListHostedZonesResponse", {
		HostedZones: { HostedZone: list.slice(0, limit).map((zone) => zoneXml(zone, zones)) },
		...(marker && { Marker: marker }),
		IsTruncated: next !== undefined,
		...(next && { NextMarker: next.id }),
		MaxItems: limit,
	});
}

function listHostedZonesByName({ query, caller, zones }: Call) {
	const limit = pageSize(query, 100);
	const name = query.get("dnsname") ?? "";
	const id = query.get("hostedzoneid") ?? "";
	if (id && !name)
		throw new AwsError("InvalidInput", "The request must contain a DNSName when it contains a HostedZoneId.");
	const order = (zone: { name: string; id: string }) => `${sortKey(zone.name)} ${zone.id}`;
	const from = name ? order({ name: normalizedName(name), id }) : "";
	const list = zones
		.of(caller)
		.filter((zone) => order(zone) >= from)
		.sort((a, b) => (order(a) < order(b) ? -1 : 1));
	const next = list[limit];
	return ok("ListHostedZonesByNameResponse", {
		HostedZones: { HostedZone: list.slice(0, limit).map((zone) => zoneXml(zone, zones)) },
		...(name && { DNSName: name }),
		...(id && { HostedZoneId: id }),
		IsTruncated: next !== undefined,
		...(next && { NextDNSName: printedName(next.name), NextHostedZoneId: next.id }),
		MaxItems: limit,
	});
}

function pageSize(query: URLSearchParams, most: number): number {
	const asked = query.get("maxitems");
	if (asked === null) return most;
	const size = Number(asked);
	if (!Number.isInteger(size) || size < 1)
		throw new AwsError("InvalidInput", `MaxItems is not a valid number: ${asked}`);
	return Math.min(size, most);
}

function recordSetXml(set: RecordSet): object {
	const head = { Name: printedName(set.name), Type: set.type };
	if ("alias" in set) {
		const { hostedZoneId, dnsName, evaluateTargetHealth } = set.alias;
		return {
			...head,
			AliasTarget: {
				HostedZoneId: hostedZoneId,
				DNSName: printedName(dnsName),
				EvaluateTargetHealth: evaluateTargetHealth,
			},
		};
	}
	return {
		...head,
		TTL: set.ttlSeconds,
		ResourceRecords: { ResourceRecord: set.values.map((Value) => ({ Value })) },
	};
}

function zoneXml(zone: Zone, zones: Zones): object {
	return {
		Id: `/hostedzone/${zone.id}`,
		Name: printedName(zone.name),
		CallerReference: zone.callerReference,
		Config: { ...(zone.comment && { Comment: zone.comment }), PrivateZone: false },
		ResourceRecordSetCount: zones.count(zone),
	};
}

function delegationSet(zone: Zone): object {
	return { NameServers: { NameServer: zone.nameServers } };
}
