import { ListResourceRecordSetsCommand, type ResourceRecordSet } from "@aws-sdk/client-route-53";
import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import type { Claim } from "../../domain/claim.ts";
import { conditionTypes } from "../../domain/conditions.ts";
import type { Tenant } from "../../domain/tenant.ts";
import { mapEntryOf } from "../../domain/tenant-map.ts";
import { recordsOf } from "../../domain/zone-plan.ts";
import { documents } from "../../services/dynamodb.ts";
import type { Cloud } from "../builders/a-cloud.ts";
import { aClaim, anOperation, aTenant, longAgo, platformDomain, withTrue } from "../builders/entities.ts";

/** The tenant at a place of a fleet, onboarded long ago. */
export function member(at: number, more: Partial<Claim> = {}) {
	const label = `${at}`.padStart(4, "0");
	const [tenantId, operationId] = [`ten_01JZZZZZZZZZZZZZZZZZZZ${label}`, `op_01JZZZZZZZZZZZZZZZZZZZ${label}`];
	const hostname = `t${label}.${platformDomain}`;
	const tenant: Tenant = aTenant({ tenantId, slug: `t${label}`, hostname, lastOperationId: operationId });
	const claim = withTrue(aClaim({ tenantId, hostname, ...more }), ...conditionTypes);
	const operation = anOperation({ operationId, tenantId, hostname, status: "succeeded" });
	return { hostname, tenant, claim, operation, entry: mapEntryOf(claim, tenant, longAgo) };
}
export type Member = ReturnType<typeof member>;

/** The record sets of a hostname, in Route 53's spelling. */
export function recordSetsOf(hostname: string): ResourceRecordSet[] {
	return recordsOf(hostname, "d1.cloudfront.net").map(({ name, type, aliasTarget }) => {
		const target = { DNSName: `${aliasTarget}.`, HostedZoneId: "Z2FDTNDATAQYW2", EvaluateTargetHealth: false };
		return { Name: `${name}.`, Type: type, AliasTarget: target };
	});
}

/** Lets the zone hold exactly these, in pages of 300. */
export function holdZone(cloud: Cloud, sets: readonly ResourceRecordSet[]): void {
	cloud.route53.on(ListResourceRecordSetsCommand).callsFake(({ StartRecordName, StartRecordType, MaxItems = 300 }) => {
		const found = sets.findIndex(({ Name, Type }) => Name === StartRecordName && Type === StartRecordType);
		const from = Math.max(found, 0);
		const next = sets[from + MaxItems];
		return {
			ResourceRecordSets: sets.slice(from, from + MaxItems),
			IsTruncated: next !== undefined,
			...(next && { NextRecordName: next.Name, NextRecordType: next.Type }),
		};
	});
}

/** Members 0…count-1 of a fleet in which everything stands. */
export async function holdFleet(cloud: Cloud, count: number): Promise<Member[]> {
	const fleet = Array.from({ length: count }, (_, at) => member(at));
	for (const { entry, ...rows } of fleet) {
		await cloud.hold(rows);
		await cloud.put("map", { ...entry });
	}
	holdZone(
		cloud,
		fleet.flatMap(({ hostname }) => recordSetsOf(hostname)),
	);
	return fleet;
}

/** Takes entries out of the tenant map behind everybody's back. */
export async function loseEntries(...members: readonly Member[]): Promise<void> {
	for (const { hostname } of members) {
		await documents.send(new DeleteCommand({ TableName: "map", Key: { hostname } }));
	}
}
