import { strict as assert } from "node:assert";
import {
	CreateHostedZoneCommand,
	CreateKeySigningKeyCommand,
	DeleteHostedZoneCommand,
	DisableHostedZoneDNSSECCommand,
	EnableHostedZoneDNSSECCommand,
	GetAccountLimitCommand,
	GetDNSSECCommand,
	GetHostedZoneCommand,
	GetHostedZoneLimitCommand,
	ListHostedZonesByNameCommand,
	ListHostedZonesCommand,
	ListTagsForResourceCommand,
} from "@aws-sdk/client-route-53";
import { type Check, eventually, refused, type Stage, type Suite, there } from "../check.ts";
import { aZone, records } from "./route53-records.ts";

const api = "https://docs.aws.amazon.com/Route53/latest/APIReference";
const bare = (id: string) => id.slice(id.lastIndexOf("/") + 1);

async function everyZone({ clients }: Stage): Promise<string[]> {
	const found: string[] = [];
	let Marker: string | undefined;
	do {
		const page = await clients.route53.send(new ListHostedZonesCommand({ Marker, MaxItems: 1 }));
		found.push(...(page.HostedZones ?? []).map(({ Id }) => bare(Id ?? "")));
		Marker = page.IsTruncated ? there(page.NextMarker, "the next marker") : undefined;
	} while (Marker !== undefined && found.length < 100);
	return found;
}

const checks: readonly Check[] = [
	{
		name: "a new zone has an SOA and the NS of its delegation set at its apex, and nothing else",
		operations: ["route53:CreateHostedZone", "route53:ListResourceRecordSets"],
		source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html",
		async run(stage) {
			const zone = await aZone(stage);
			const sets = await zone.list();
			assert.deepEqual(
				sets.map(({ Name, Type }) => [Name, Type]),
				[
					[`${zone.name}.`, "NS"],
					[`${zone.name}.`, "SOA"],
				],
			);
			const withoutDot = (name = "") => name.replace(/\.$/, "");
			const listed = sets[0]?.ResourceRecords?.map(({ Value }) => withoutDot(Value)).sort();
			assert.deepEqual(listed, zone.nameServers.map(withoutDot).sort());
			assert.equal(zone.nameServers.length, 4);
		},
	},
	{
		name: "GetHostedZone tells name, count of record sets and delegation set",
		operations: ["route53:GetHostedZone"],
		source: `${api}/API_GetHostedZone.html`,
		async run(stage) {
			const zone = await aZone(stage);
			await zone.change(records("CREATE", `a.${zone.name}`, "A", "192.0.2.1"));
			const told = await stage.clients.route53.send(new GetHostedZoneCommand({ Id: zone.id }));
			assert.equal(told.HostedZone?.Name, `${zone.name}.`);
			assert.equal(told.HostedZone?.ResourceRecordSetCount, 3);
			assert.equal(told.HostedZone?.Config?.PrivateZone, false);
			assert.deepEqual(told.DelegationSet?.NameServers, zone.nameServers);
		},
	},
	{
		name: "a caller reference makes one zone only",
		operations: ["route53:CreateHostedZone"],
		source: `${api}/API_CreateHostedZone.html`,
		async run(stage) {
			const { route53 } = stage.clients;
			const wanted = { Name: stage.hostname(), CallerReference: stage.unique("reference") };
			const { HostedZone } = await route53.send(new CreateHostedZoneCommand(wanted));
			stage.defer(() => route53.send(new DeleteHostedZoneCommand({ Id: HostedZone?.Id })));
			await refused(route53.send(new CreateHostedZoneCommand(wanted)), "HostedZoneAlreadyExists");
		},
	},
	{
		name: "a zone that is not there is refused with NoSuchHostedZone by GetHostedZone and DeleteHostedZone",
		operations: ["route53:GetHostedZone", "route53:DeleteHostedZone"],
		source: `${api}/API_DeleteHostedZone.html`,
		async run(stage) {
			const { route53 } = stage.clients;
			const { HostedZone } = await route53.send(
				new CreateHostedZoneCommand({ Name: stage.hostname(), CallerReference: stage.unique("zone") }),
			);
			const Id = there(HostedZone?.Id, "the zone's id");
			await route53.send(new DeleteHostedZoneCommand({ Id }));
			await refused(route53.send(new GetHostedZoneCommand({ Id })), "NoSuchHostedZone");
			await refused(route53.send(new DeleteHostedZoneCommand({ Id })), "NoSuchHostedZone");
		},
	},
	{
		name: "a zone with more than its SOA and NS cannot be deleted",
		operations: ["route53:DeleteHostedZone"],
		source: `${api}/API_DeleteHostedZone.html`,
		async run(stage) {
			const zone = await aZone(stage);
			await zone.change(records("CREATE", `a.${zone.name}`, "A", "192.0.2.1"));
			await refused(stage.clients.route53.send(new DeleteHostedZoneCommand({ Id: zone.id })), "HostedZoneNotEmpty");
		},
	},
	{
		name: "ListHostedZonesByName begins at the name that is asked for",
		operations: ["route53:ListHostedZonesByName"],
		source: `${api}/API_ListHostedZonesByName.html`,
		async run(stage) {
			const zone = await aZone(stage);
			const asked = new ListHostedZonesByNameCommand({ DNSName: zone.name, MaxItems: 1 });
			const { HostedZones } = await stage.clients.route53.send(asked);
			assert.deepEqual(
				HostedZones?.map(({ Id, Name }) => [Id, Name]),
				[[zone.id, `${zone.name}.`]],
			);
		},
	},
	{
		name: "ListHostedZones goes on at its marker",
		operations: ["route53:ListHostedZones"],
		source: `${api}/API_ListHostedZones.html`,
		async run(stage) {
			const own = [await aZone(stage), await aZone(stage)].map(({ id }) => bare(id));
			// Zones of others come and go meanwhile, and a marker may go with one.
			await eventually("every zone is listed once", async () => {
				const found = await everyZone(stage).catch(() => []);
				return own.every((id) => found.filter((one) => one === id).length === 1) ? true : undefined;
			});
		},
	},
	{
		name: "a new zone has no tags",
		operations: ["route53:ListTagsForResource"],
		source: `${api}/API_ListTagsForResource.html`,
		async run(stage) {
			const zone = await aZone(stage);
			const asked = { ResourceType: "hostedzone", ResourceId: bare(zone.id) } as const;
			const { ResourceTagSet } = await stage.clients.route53.send(new ListTagsForResourceCommand(asked));
			assert.equal(ResourceTagSet?.ResourceId, bare(zone.id));
			assert.deepEqual(ResourceTagSet?.Tags ?? [], []);
		},
	},
	{
		name: "a new zone is not signed",
		operations: ["route53:GetDNSSEC"],
		source: `${api}/API_GetDNSSEC.html`,
		async run(stage) {
			const zone = await aZone(stage);
			const told = await stage.clients.route53.send(new GetDNSSECCommand({ HostedZoneId: bare(zone.id) }));
			assert.equal(told.Status?.ServeSignature, "NOT_SIGNING");
			assert.deepEqual(told.KeySigningKeys ?? [], []);
		},
	},
	{
		name: "a zone cannot be signed without an active key-signing key",
		operations: ["route53:EnableHostedZoneDNSSEC"],
		source: `${api}/API_EnableHostedZoneDNSSEC.html`,
		async run(stage) {
			const zone = await aZone(stage);
			const asked = new EnableHostedZoneDNSSECCommand({ HostedZoneId: bare(zone.id) });
			await refused(stage.clients.route53.send(asked), "KeySigningKeyWithActiveStatusNotFound");
		},
	},
	{
		name: "a zone that was never signed cannot stop being so",
		operations: ["route53:DisableHostedZoneDNSSEC"],
		source: `${api}/API_DisableHostedZoneDNSSEC.html`,
		async run(stage) {
			const zone = await aZone(stage);
			const asked = new DisableHostedZoneDNSSECCommand({ HostedZoneId: bare(zone.id) });
			await refused(stage.clients.route53.send(asked), "DNSSECNotFound");
		},
	},
	{
		name: "a key-signing key is made for a zone that is there only",
		operations: ["route53:CreateKeySigningKey"],
		source: `${api}/API_CreateKeySigningKey.html`,
		async run({ clients, unique }) {
			const asked = new CreateKeySigningKeyCommand({
				...{ HostedZoneId: "Z0000000000000000000", Name: "key", Status: "ACTIVE", CallerReference: unique("key") },
				KeyManagementServiceArn: "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000",
			});
			await refused(clients.route53.send(asked), "NoSuchHostedZone");
		},
	},
	{
		name: "limits come with what is used of them",
		operations: ["route53:GetAccountLimit", "route53:GetHostedZoneLimit"],
		source: `${api}/API_GetHostedZoneLimit.html`,
		async run(stage) {
			const zone = await aZone(stage);
			const { route53 } = stage.clients;
			const ofAccount = await route53.send(new GetAccountLimitCommand({ Type: "MAX_HOSTED_ZONES_BY_OWNER" }));
			assert(there(ofAccount.Limit?.Value, "the limit") >= 500 && (ofAccount.Count ?? 0) >= 1);
			const asked = { HostedZoneId: bare(zone.id), Type: "MAX_RRSETS_BY_ZONE" } as const;
			const ofZone = await route53.send(new GetHostedZoneLimitCommand(asked));
			assert.deepEqual([ofZone.Limit?.Value, ofZone.Count], [10_000, 2]);
		},
	},
];

/** Hosted zones of Route 53. */
export const route53Zones: Suite = { service: "route53", checks };
