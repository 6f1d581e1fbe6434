import {
	GetAccountLimitCommand,
	GetDNSSECCommand,
	GetHostedZoneCommand,
	GetHostedZoneLimitCommand,
	ListResourceRecordSetsCommand,
	type ListResourceRecordSetsCommandInput,
	type ListResourceRecordSetsCommandOutput,
	ListTagsForResourceCommand,
	type Route53Client,
} from "@aws-sdk/client-route-53";
import type { ZoneRecord } from "../domain/apex-diagnosis.ts";
import type { DnssecView, QuotaUse } from "../domain/diagnosis.ts";
import { canonicalRecordName } from "../domain/standing-records.ts";
import { calling } from "./aws-errors.ts";
import { askServer } from "./dns-query.ts";
import { publicZonesOf } from "./parent-zone.ts";
import { type DnsPlace, resolvers } from "./public-dns.ts";

/** A zone as its own account has it. */
export interface ZoneState {
	zoneId: string;
	nameServers: string[];
}

/** The one public zone of a name; undefined when there is none. Throws when there are two: nobody can say which one the world asks. */
export async function zoneOf(client: Route53Client, name: string): Promise<ZoneState | undefined> {
	const [zoneId, another] = await publicZonesOf(client, name);
	if (another) throw new Error(`There are two public zones '${name}': delete the one that nobody delegates to.`);
	if (!zoneId) return undefined;
	return { zoneId, nameServers: await nameServersOf(client, zoneId) };
}

/** The name servers that Route 53 has given to a zone of the account. */
export async function nameServersOf(client: Route53Client, zoneId: string): Promise<string[]> {
	const { DelegationSet } = await calling("Route 53", () => client.send(new GetHostedZoneCommand({ Id: zoneId })));
	return DelegationSet?.NameServers ?? [];
}

/** The tags of a zone of the account. */
export async function tagsOfZone(client: Route53Client, zoneId: string): Promise<Record<string, string>> {
	const { ResourceTagSet } = await calling("Route 53", () =>
		client.send(new ListTagsForResourceCommand({ ResourceType: "hostedzone", ResourceId: zoneId })),
	);
	return Object.fromEntries((ResourceTagSet?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}

/** How a zone is signed, and whether the zone above vouches for it. */
export async function dnssecOf(
	client: Route53Client,
	name: string,
	zoneId: string,
	at?: DnsPlace,
): Promise<DnssecView> {
	const { Status, KeySigningKeys = [] } = await calling("Route 53", () =>
		client.send(new GetDNSSECCommand({ HostedZoneId: zoneId })),
	);
	const keyTags = KeySigningKeys.flatMap(({ KeyTag }) => (KeyTag === undefined ? [] : [KeyTag]));
	return { name, isSigning: Status?.ServeSignature === "SIGNING", keyTags, dsAtParent: await dsOf(name, at) };
}

/** Key tags of what the zone above says; undefined when no resolver knows (R9). */
async function dsOf(name: string, at: DnsPlace | undefined): Promise<number[] | undefined> {
	for (const server of resolvers(at)) {
		const answer = await askServer(server, { name, type: "DS", manner: "find-out" });
		if (!answer || (answer.rcode !== "NOERROR" && answer.rcode !== "NXDOMAIN")) continue;
		return answer.answers.flatMap((record) => (record.type === "DS" ? [record.data.keyTag] : []));
	}
	return undefined;
}

/** All record sets, by canonical name: at most 300 a page. An alias has no values. */
export async function recordsOf(client: Route53Client, zoneId: string): Promise<ZoneRecord[]> {
	const found: ZoneRecord[] = [];
	let from: Omit<ListResourceRecordSetsCommandInput, "HostedZoneId"> | undefined = {};
	while (from) {
		const page: ListResourceRecordSetsCommandOutput = await calling("Route 53", () =>
			client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, ...from })),
		);
		for (const { Name = "", Type = "", ResourceRecords = [] } of page.ResourceRecordSets ?? []) {
			const values = ResourceRecords.map(({ Value = "" }) => Value);
			found.push({ name: canonicalRecordName(Name), type: Type, values });
		}
		const { IsTruncated, NextRecordName, NextRecordType, NextRecordIdentifier } = page;
		// From no name it would begin again.
		if (IsTruncated && !NextRecordName) throw new Error("Route 53 has more records and does not say where they begin.");
		from = IsTruncated
			? {
					StartRecordName: NextRecordName,
					StartRecordType: NextRecordType,
					StartRecordIdentifier: NextRecordIdentifier,
				}
			: undefined;
	}
	return found;
}

/** How much of Route 53's quotas an account and a zone of it use, with the limits that are theirs. */
export async function quotaUses(client: Route53Client, zoneId: string, name: string): Promise<QuotaUse[]> {
	const [account, zone] = await Promise.all([
		calling("Route 53", () => client.send(new GetAccountLimitCommand({ Type: "MAX_HOSTED_ZONES_BY_OWNER" }))),
		calling("Route 53", () =>
			client.send(new GetHostedZoneLimitCommand({ HostedZoneId: zoneId, Type: "MAX_RRSETS_BY_ZONE" })),
		),
	]);
	return [
		{ what: "hosted zones", ...useIn(account) },
		{ what: `records of ${name}`, ...useIn(zone) },
	];
}

/** A limit that nobody tells is no limit of 0 (R9). */
function useIn({ Count, Limit }: { Count?: number | undefined; Limit?: { Value?: number | undefined } | undefined }) {
	if (Count === undefined || Limit?.Value === undefined) throw new Error("Route 53 answered without a limit.");
	return { used: Count, limit: Limit.Value };
}
