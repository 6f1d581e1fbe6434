import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { recordTypes } from "../dns/rdata.ts";
import { normalizedName } from "../route53/names.ts";
import type { RecordSet } from "../route53/record-set.ts";
import type { Route53 } from "../route53/route53.ts";
import type { PhysicalResource } from "../template/resolver.ts";
import { parsedAt } from "../template/template.ts";

const schema = z.strictObject({
	HostedZoneId: z.string(),
	Name: z.string(),
	Type: z.enum(recordTypes),
	Comment: z.string().optional(),
	TTL: z.coerce.number().int().optional(),
	ResourceRecords: z.array(z.string()).min(1).optional(),
	AliasTarget: z
		.object({ DNSName: z.string(), HostedZoneId: z.string(), EvaluateTargetHealth: z.coerce.boolean().default(false) })
		.optional(),
});

/** Writes an `AWS::Route53::RecordSet` from its resolved properties, unless it stands so. Throws TemplateError, and what Route 53 refuses. */
export function makeRecordSet(route53: Route53, at: string, properties: unknown): PhysicalResource {
	const { zoneId, set } = recordSetOf(at, properties);
	const standing = standingSet(route53, zoneId, set);
	if (!isDeepStrictEqual(standing, set)) route53.change(zoneId, [{ action: "UPSERT", set }]);
	return { ref: set.name.replace(/\.$/, ""), attributes: { Id: `${zoneId} ${set.name} ${set.type}` } };
}

/** Takes it away as it stands now; nothing happens where it does not. */
export function unmakeRecordSet(route53: Route53, at: string, properties: unknown): void {
	const { zoneId, set } = recordSetOf(at, properties);
	const standing = standingSet(route53, zoneId, set);
	if (standing) route53.change(zoneId, [{ action: "DELETE", set: standing }]);
}

function standingSet(route53: Route53, zoneId: string, { name, type }: RecordSet): RecordSet | undefined {
	return route53.records(zoneId).find((other) => other.name === name && other.type === type);
}

function recordSetOf(at: string, properties: unknown): { zoneId: string; set: RecordSet } {
	const { HostedZoneId, Name, Type, TTL = 0, ResourceRecords = [], AliasTarget } = parsedAt(at, schema, properties);
	const head = { name: normalizedName(Name), type: Type };
	const set = AliasTarget
		? {
				...head,
				alias: {
					dnsName: normalizedName(AliasTarget.DNSName),
					hostedZoneId: AliasTarget.HostedZoneId,
					evaluateTargetHealth: AliasTarget.EvaluateTargetHealth,
				},
			}
		: { ...head, ttlSeconds: TTL, values: ResourceRecords };
	return { zoneId: HostedZoneId, set };
}
