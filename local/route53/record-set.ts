import { z } from "zod";
import { AwsError } from "../aws/service.ts";
import { isRecordType, type RecordType, recordTypes } from "../dns/rdata.ts";
import { normalizedName } from "./names.ts";

/** A record set of simple routing; its name is normalized. Values are in presentation form, TTLs in seconds. */
export type RecordSet = { name: string; type: RecordType } & (
	| { ttlSeconds: number; values: string[] }
	| { alias: Alias }
);

/** Where an alias points. https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html */
export interface Alias {
	dnsName: string;
	hostedZoneId: string;
	evaluateTargetHealth: boolean;
}

const head = { name: z.string(), type: z.enum(recordTypes) };

/** Reads a record set back from the store. */
export const recordSetSchema: z.ZodType<RecordSet> = z.union([
	z.object({ ...head, ttlSeconds: z.number(), values: z.array(z.string()) }),
	z.object({
		...head,
		alias: z.object({ dnsName: z.string(), hostedZoneId: z.string(), evaluateTargetHealth: z.boolean() }),
	}),
]);

/** One element of a change batch. */
export interface Change {
	action: "CREATE" | "DELETE" | "UPSERT";
	set: RecordSet;
}

const text = z.string();
const recordSetXml = z.strictObject({
	Name: text.min(1).max(1_024),
	Type: text,
	TTL: text.regex(/^\d{1,10}$/).optional(),
	ResourceRecords: z.object({ ResourceRecord: z.array(z.object({ Value: text.max(4_000) })).min(1) }).optional(),
	AliasTarget: z
		.object({ HostedZoneId: text, DNSName: text, EvaluateTargetHealth: z.enum(["true", "false"]) })
		.optional(),
});
const batchXml = z.object({
	ChangeResourceRecordSetsRequest: z.object({
		ChangeBatch: z.object({
			Comment: text.max(256).optional(),
			Changes: z.object({
				Change: z
					.array(z.object({ Action: z.enum(["CREATE", "DELETE", "UPSERT"]), ResourceRecordSet: recordSetXml }))
					.min(1),
			}),
		}),
	}),
});

/** Reads a ChangeResourceRecordSets body. Routing policies and rarer types are refused with 501: no emulation, no guess. */
export function parseChangeBatch(body: unknown): { comment: string; changes: Change[] } {
	const parsed = batchXml.safeParse(body);
	if (!parsed.success) {
		const issue = parsed.error.issues[0];
		if (issue?.code === "unrecognized_keys") throw notEmulated(issue.keys.join(", "));
		throw new AwsError("InvalidInput", `Invalid XML ; ${issue?.path.join("/")}: ${issue?.message}`);
	}
	const batch = parsed.data.ChangeResourceRecordSetsRequest.ChangeBatch;
	return {
		comment: batch.Comment ?? "",
		changes: batch.Changes.Change.map((change) => ({
			action: change.Action,
			set: recordSetOf(change.ResourceRecordSet),
		})),
	};
}

function recordSetOf(xml: z.infer<typeof recordSetXml>): RecordSet {
	if (!isRecordType(xml.Type)) throw notEmulated(`record type ${xml.Type}`);
	const head = { name: normalizedName(xml.Name), type: xml.Type };
	if (xml.AliasTarget) {
		if (xml.TTL ?? xml.ResourceRecords) throw invalidExpectation("AliasTarget, or [TTL, and ResourceRecords]");
		const { DNSName, HostedZoneId, EvaluateTargetHealth } = xml.AliasTarget;
		return {
			...head,
			alias: {
				dnsName: normalizedName(DNSName),
				hostedZoneId: HostedZoneId,
				evaluateTargetHealth: EvaluateTargetHealth === "true",
			},
		};
	}
	if (!xml.TTL || !xml.ResourceRecords) throw invalidExpectation("[AliasTarget, [all of TTL, and ResourceRecords]]");
	return {
		...head,
		ttlSeconds: Number(xml.TTL),
		values: xml.ResourceRecords.ResourceRecord.map((record) => record.Value),
	};
}

function invalidExpectation(expected: string): AwsError {
	return new AwsError("InvalidInput", `Invalid request: Expected exactly one of ${expected}`);
}

function notEmulated(what: string): AwsError {
	return new AwsError("NotImplemented", `The local Route 53 does not emulate ${what}.`, 501);
}
