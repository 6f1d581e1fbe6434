import {
	CreateKeySigningKeyCommand,
	DeleteHostedZoneCommand,
	DisableHostedZoneDNSSECCommand,
	EnableHostedZoneDNSSECCommand,
	GetAccountLimitCommand,
	GetChangeCommand,
	GetDNSSECCommand,
	GetHostedZoneLimitCommand,
	type Route53Client,
} from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { signingTable } from "../../../local/route53/signing-table.ts";
import { aSet, aWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
	world = await aWorld({ quotas: { zonesPerAccount: 3, recordSetsPerZone: 50 } });
});
afterEach(() => world.close());

const theirs = "333333333333";

describe("what an account may have", () => {
	it("is told beside what it has, of its own zones only", async () => {
		world.route53.createZone("b.test");
		world.route53.createZone("c.test", { accountId: theirs, region: "us-east-1" });
		const asked = new GetAccountLimitCommand({ Type: "MAX_HOSTED_ZONES_BY_OWNER" });
		expect(await world.client.send(asked)).toMatchObject({
			...{ Limit: { Type: "MAX_HOSTED_ZONES_BY_OWNER", Value: 3 }, Count: 2 },
		});
		expect(await world.clientOf(theirs).send(asked)).toMatchObject({ Count: 1 });
	});

	it("is told of a zone: its records, with the apex's own", async () => {
		world.route53.setRecord(aSet("www.app.example.com", "A", ["192.0.2.1"]));
		const asked = { HostedZoneId: world.zoneId, Type: "MAX_RRSETS_BY_ZONE" } as const;
		expect(await world.client.send(new GetHostedZoneLimitCommand(asked))).toMatchObject({
			...{ Limit: { Type: "MAX_RRSETS_BY_ZONE", Value: 50 }, Count: 3 },
		});
	});

	it("is refused where it is not emulated, or the zone is nobody's or another's", async () => {
		const ofZone = (
			client: Route53Client,
			HostedZoneId: string,
			Type: "MAX_RRSETS_BY_ZONE" | "MAX_VPCS_ASSOCIATED_BY_ZONE",
		) => client.send(new GetHostedZoneLimitCommand({ HostedZoneId, Type }));
		const { client, zoneId } = world;
		await expect(client.send(new GetAccountLimitCommand({ Type: "MAX_HEALTH_CHECKS_BY_OWNER" }))).rejects.toMatchObject(
			{
				name: "InvalidInput",
			},
		);
		await expect(ofZone(client, zoneId, "MAX_VPCS_ASSOCIATED_BY_ZONE")).rejects.toMatchObject({ name: "InvalidInput" });
		await expect(ofZone(client, "ZNONE", "MAX_RRSETS_BY_ZONE")).rejects.toMatchObject({ name: "NoSuchHostedZone" });
		await expect(ofZone(world.clientOf(theirs), zoneId, "MAX_RRSETS_BY_ZONE")).rejects.toMatchObject({
			name: "AccessDenied",
		});
	});
});

describe("a signed zone", () => {
	const addKey = (Name = "key", HostedZoneId = world.zoneId) =>
		world.client.send(
			new CreateKeySigningKeyCommand({
				...{ HostedZoneId, Name, CallerReference: Name, Status: "ACTIVE" },
				KeyManagementServiceArn: "arn:aws:kms:us-east-1:222222222222:key/1",
			}),
		);
	const signed = async () => {
		const { Status, KeySigningKeys = [] } = await world.client.send(
			new GetDNSSECCommand({ HostedZoneId: world.zoneId }),
		);
		return { status: Status?.ServeSignature, keys: KeySigningKeys };
	};
	const enable = () => world.client.send(new EnableHostedZoneDNSSECCommand({ HostedZoneId: world.zoneId }));
	const disable = () => world.client.send(new DisableHostedZoneDNSSECCommand({ HostedZoneId: world.zoneId }));

	it("is so from when it is enabled, with a key that has a tag, until it is disabled", async () => {
		expect(await signed()).toEqual({ status: "NOT_SIGNING", keys: [] });
		const { KeySigningKey, $metadata } = await addKey();
		expect($metadata.httpStatusCode).toBe(201);
		const DSRecord = expect.stringMatching(new RegExp(`^${KeySigningKey?.KeyTag} 13 2 [0-9A-F]{64}$`));
		expect(KeySigningKey).toEqual({ Name: "key", KeyTag: expect.any(Number), DSRecord, Status: "ACTIVE" });
		expect(await signed()).toEqual({ status: "NOT_SIGNING", keys: [KeySigningKey] });
		await enable();
		expect(await signed()).toEqual({ status: "SIGNING", keys: [KeySigningKey] });
		await disable();
		expect(await signed()).toEqual({ status: "NOT_SIGNING", keys: [KeySigningKey] });
	});

	it("changes by changes that can be waited for", async () => {
		for (const act of [addKey, enable, disable]) {
			const { ChangeInfo } = await act();
			expect(ChangeInfo?.Status).toBe("PENDING");
			await world.clock.advance(2_000);
			const { ChangeInfo: after } = await world.client.send(new GetChangeCommand({ Id: ChangeInfo?.Id }));
			expect(after).toEqual({ ...ChangeInfo, Status: "INSYNC" });
		}
	});

	it("needs a key first, and has it once only", async () => {
		await expect(enable()).rejects.toMatchObject({ name: "KeySigningKeyWithActiveStatusNotFound" });
		await expect(disable()).rejects.toMatchObject({ name: "DNSSECNotFound" });
		await addKey();
		await enable();
		await expect(addKey()).rejects.toMatchObject({ name: "KeySigningKeyAlreadyExists" });
		await addKey("another");
		expect(await signed()).toMatchObject({ status: "SIGNING", keys: [{ Name: "another" }, { Name: "key" }] });
	});

	it("is known to the next process", async () => {
		await addKey();
		await enable();
		expect(signingTable(world.store).of(world.zoneId)).toMatchObject({ isSigning: true, keys: [{ name: "key" }] });
	});

	it("is refused to who does not have it, and a request that says too little is too", async () => {
		await expect(addKey("key", "ZNONE")).rejects.toMatchObject({ name: "NoSuchHostedZone" });
		const asked = new GetDNSSECCommand({ HostedZoneId: world.zoneId });
		await expect(world.clientOf(theirs).send(asked)).rejects.toMatchObject({ name: "AccessDenied" });
		const request = { method: "POST", path: "/2013-04-01/keysigningkey", query: new URLSearchParams() };
		const body = "<CreateKeySigningKeyRequest><Name>key</Name></CreateKeySigningKeyRequest>";
		const caller = { accountId: "222222222222", region: "us-east-1" };
		await expect(world.route53.service.handle({ ...request, body }, caller)).rejects.toMatchObject({
			name: "InvalidInput",
			message: expect.stringContaining("HostedZoneId"),
		});
	});

	it("takes its keys with it when it is removed, and leaves those of others", async () => {
		const other = world.route53.createZone("b.test");
		await addKey();
		await addKey("other", other.id);
		await enable();
		await world.client.send(new DeleteHostedZoneCommand({ Id: world.zoneId }));
		const table = signingTable(world.store);
		expect(table.of(world.zoneId)).toEqual({ isSigning: false, keys: [] });
		expect(table.of(other.id).keys).toHaveLength(1);
	});
});
