import {
	GetAccountLimitCommand,
	GetDNSSECCommand,
	GetHostedZoneCommand,
	GetHostedZoneLimitCommand,
	ListHostedZonesByNameCommand,
	ListResourceRecordSetsCommand,
	Route53Client,
} from "@aws-sdk/client-route-53";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dnssecOf, quotaUses, recordsOf, zoneOf } from "../../services/zone-state.ts";
import { setEnvironment } from "../builders/a-cloud.ts";
import { aNameServer, type Said } from "../builders/a-name-server.ts";

const route53 = mockClient(Route53Client);
const client = new Route53Client({});
beforeEach(() => route53.reset());

const name = "app.example.com";
const throttled = Object.assign(new Error("Rate exceeded"), { name: "Throttling" });

describe("the zone of a name", () => {
	const zone = (id: string, more: object = {}) => ({
		...{ Id: `/hostedzone/${id}`, Name: `${name}.`, CallerReference: "1" },
		...more,
	});
	const listed = (...HostedZones: ReturnType<typeof zone>[]) =>
		route53.on(ListHostedZonesByNameCommand).resolves({ HostedZones, IsTruncated: false, MaxItems: 10 });

	it("is its one public one, with its name servers", async () => {
		listed(zone("Z1"), zone("Z2", { Config: { PrivateZone: true } }), zone("Z3", { Name: "b.example.com." }));
		route53
			.on(GetHostedZoneCommand, { Id: "Z1" })
			.resolves({ HostedZone: zone("Z1"), DelegationSet: { NameServers: ["ns-1.awsdns-00.com"] } });
		expect(await zoneOf(client, name)).toEqual({ zoneId: "Z1", nameServers: ["ns-1.awsdns-00.com"] });
		route53.on(GetHostedZoneCommand).resolves({ HostedZone: zone("Z1") });
		expect(await zoneOf(client, name)).toEqual({ zoneId: "Z1", nameServers: [] });
	});

	it("is none where there is none, and nobody's to choose where there are two", async () => {
		listed();
		expect(await zoneOf(client, name)).toBeUndefined();
		listed(zone("Z1"), zone("Z2"));
		await expect(zoneOf(client, name)).rejects.toThrow(`two public zones '${name}'`);
		route53.on(ListHostedZonesByNameCommand).rejects(throttled);
		await expect(zoneOf(client, name)).rejects.toMatchObject({ name: "Throttled" });
	});
});

describe("the signing of a zone", () => {
	const running: { close(): Promise<unknown> }[] = [];
	afterEach(async () => {
		await Promise.all(running.splice(0).map((server) => server.close()));
	});
	/** Resolvers that say so of every name. */
	async function resolvers(...say: Said[]) {
		const servers = await Promise.all(say.map((said) => aNameServer(() => said)));
		running.push(...servers);
		setEnvironment({ RESOLVERS: servers.map(({ port }) => `127.0.0.1:${port}`).join(",") });
		return servers;
	}
	const data = { keyTag: 7, algorithm: 13, digestType: 2, digest: Buffer.from("00ff", "hex") };
	const vouched: Said = {
		answers: [
			{ type: "DS", name, ttl: 60, data },
			{ type: "TXT", name, ttl: 60, data: "not a DS" },
		],
	};

	it("is what its account does, and what the zone above vouches for", async () => {
		const KeySigningKeys = [{ KeyTag: 7 }, { Name: "no tag yet" }];
		route53.on(GetDNSSECCommand, { HostedZoneId: "Z1" }).resolves({
			...{ Status: { ServeSignature: "SIGNING" }, KeySigningKeys },
		});
		await resolvers(vouched);
		expect(await dnssecOf(client, name, "Z1")).toEqual({ name, isSigning: true, keyTags: [7], dsAtParent: [7] });
	});

	it.each([[{ Status: { ServeSignature: "NOT_SIGNING" }, KeySigningKeys: [] }], [{}]])(
		"is not begun as Route 53 says %j",
		async (answer) => {
			route53.on(GetDNSSECCommand).resolves(answer);
			await resolvers({ rcode: "NXDOMAIN" });
			expect(await dnssecOf(client, name, "Z1")).toEqual({ name, isSigning: false, keyTags: [], dsAtParent: [] });
		},
	);

	it("is asked at the next resolver when one cannot say, and unknown when none can", async () => {
		route53.on(GetDNSSECCommand).resolves({});
		const [refusing, knowing, spare] = await resolvers({ rcode: "SERVFAIL" }, vouched, vouched);
		expect((await dnssecOf(client, name, "Z1")).dsAtParent).toEqual([7]);
		expect([refusing, knowing, spare].map((server) => server?.asked.length)).toEqual([1, 1, 0]);
		await resolvers({ rcode: "SERVFAIL" }, { rcode: "REFUSED" });
		expect((await dnssecOf(client, name, "Z1")).dsAtParent).toBeUndefined();
		await Promise.all(running.splice(0).map((server) => server.close()));
		expect((await dnssecOf(client, name, "Z1")).dsAtParent).toBeUndefined();
	});
});

describe("the records of a zone", () => {
	const page = { IsTruncated: false, MaxItems: 300 };

	it("are those of all pages, by canonical name", async () => {
		const next = { NextRecordName: "b.example.com.", NextRecordType: "A", NextRecordIdentifier: "two" } as const;
		route53
			.on(ListResourceRecordSetsCommand)
			.resolvesOnce({
				...{ ...page, ...next, IsTruncated: true },
				ResourceRecordSets: [
					{ Name: "\\052.Example.com.", Type: "TXT", ResourceRecords: [{ Value: '"a"' }, { Value: undefined }] },
				],
			})
			.resolvesOnce({ ...page, ...next, IsTruncated: true, ResourceRecordSets: undefined })
			.resolves({ ...page, ResourceRecordSets: [{ Name: undefined, Type: undefined }] });
		expect(await recordsOf(client, "Z1")).toEqual([
			{ name: "*.example.com", type: "TXT", values: ['"a"', ""] },
			{ name: "", type: "", values: [] },
		]);
		const asked = route53.commandCalls(ListResourceRecordSetsCommand).map(({ args: [{ input }] }) => input);
		const from = { StartRecordName: "b.example.com.", StartRecordType: "A", StartRecordIdentifier: "two" };
		expect(asked).toEqual([{ HostedZoneId: "Z1" }, { HostedZoneId: "Z1", ...from }, { HostedZoneId: "Z1", ...from }]);
	});

	it("are not read for ever when Route 53 does not say where the rest begins", async () => {
		route53.on(ListResourceRecordSetsCommand).resolves({ ...page, ResourceRecordSets: [], IsTruncated: true });
		await expect(recordsOf(client, "Z1")).rejects.toThrow("where they begin");
	});
});

describe("Route 53's quotas", () => {
	const account = { Count: 3, Limit: { Type: "MAX_HOSTED_ZONES_BY_OWNER", Value: 500 } } as const;
	const zone = { Count: 12, Limit: { Type: "MAX_RRSETS_BY_ZONE", Value: 10_000 } } as const;

	it("are the account's and the zone's own", async () => {
		route53.on(GetAccountLimitCommand, { Type: "MAX_HOSTED_ZONES_BY_OWNER" }).resolves(account);
		route53.on(GetHostedZoneLimitCommand, { HostedZoneId: "Z1", Type: "MAX_RRSETS_BY_ZONE" }).resolves(zone);
		expect(await quotaUses(client, "Z1", name)).toEqual([
			{ what: "hosted zones", used: 3, limit: 500 },
			{ what: `records of ${name}`, used: 12, limit: 10_000 },
		]);
	});

	it.each([
		["use", { ...zone, Count: undefined }],
		["limit", { ...zone, Limit: undefined }],
		["limit's value", { ...zone, Limit: { ...zone.Limit, Value: undefined } }],
	])("are unknown, not zero, without the %s", async (_, answer) => {
		route53.on(GetAccountLimitCommand).resolves(account);
		route53.on(GetHostedZoneLimitCommand).resolves(answer);
		await expect(quotaUses(client, "Z1", name)).rejects.toThrow("without a limit");
	});
});
