import {
	ChangeResourceRecordSetsCommand,
	DeleteHostedZoneCommand,
	ListResourceRecordSetsCommand,
	type ResourceRecordSet,
	type Route53Client,
} from "@aws-sdk/client-route-53";
import { calling } from "./aws-errors.ts";

// Each DELETE of one record is one of a batch's 1,000 elements: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
const batchSize = 100;

/**
 * Deletes a zone with all that stands in it. Nobody may delegate to it any more: a new zone of its name gets other name servers, and
 * somebody else's could get these. Safe to repeat. Answers how many record sets it held besides its own.
 */
export async function deleteZone(client: Route53Client, zoneId: string): Promise<number> {
	const records = await ownRecords(client, zoneId);
	for (let at = 0; at < records.length; at += batchSize) {
		const Changes = records
			.slice(at, at + batchSize)
			.map((ResourceRecordSet) => ({ Action: "DELETE" as const, ResourceRecordSet }));
		await calling("Route 53", () =>
			client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes } })),
		);
	}
	await calling("Route 53", () => client.send(new DeleteHostedZoneCommand({ Id: zoneId })));
	return records.length;
}

/** All but the zone's own NS and SOA, which Route 53 keeps until the zone goes. */
async function ownRecords(client: Route53Client, zoneId: string): Promise<ResourceRecordSet[]> {
	const found: ResourceRecordSet[] = [];
	let apex: string | undefined;
	let from: { StartRecordName?: string; StartRecordType?: ResourceRecordSet["Type"] } = {};
	for (;;) {
		const page = await calling("Route 53", () =>
			client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, ...from })),
		);
		const sets = page.ResourceRecordSets ?? [];
		apex ??= sets.find(({ Type }) => Type === "SOA")?.Name;
		found.push(...sets.filter(({ Name, Type }) => Name !== apex || (Type !== "NS" && Type !== "SOA")));
		if (!page.IsTruncated) return found;
		// From no name it would begin again.
		if (!page.NextRecordName) throw new Error("Route 53 has more records and does not say where they begin.");
		from = { StartRecordName: page.NextRecordName, StartRecordType: page.NextRecordType };
	}
}
