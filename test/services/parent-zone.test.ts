import {
	ChangeResourceRecordSetsCommand,
	GetChangeCommand,
	GetDNSSECCommand,
	InvalidChangeBatch,
	ListHostedZonesByNameCommand,
	ListResourceRecordSetsCommand,
	type ResourceRecordSet,
	Route53Client,
} from "@aws-sdk/client-route-53";
import { AssumeRoleCommand, STSClient, STSServiceException } from "@aws-sdk/client-sts";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { guardedChange } from "../../domain/delegation.ts";
import {
	asDelegator,
	changeDelegation,
	isChangeInSync,
	lowerNegativeTtl,
	publicZonesOf,
	recordSetOf,
	signingOf,
} from "../../services/parent-zone.ts";

const route53 = mockClient(Route53Client);
const sts = mockClient(STSClient);
beforeEach(() => {
	route53.reset();
	sts.reset();
});

const client = new Route53Client({});
const name = "app.example.com";
const role = "arn:aws:iam::111111111111:role/hostmaster-delegation-app-example-com";
const throttled = Object.assign(new Error("Rate exceeded"), { name: "Throttling", $metadata: { httpStatusCode: 400 } });
const set = (more: Partial<ResourceRecordSet>): ResourceRecordSet => ({ Name: `${name}.`, Type: "NS", ...more });
const pending = { Id: "/change/C1", Status: "PENDING", SubmittedAt: new Date(0) } as const;

describe("entering the registrar's account", () => {
	it("is by its role, for the shortest time, and calls have its credentials from then on", async () => {
		const Credentials = { AccessKeyId: "ASIA1", SecretAccessKey: "s", SessionToken: "t", Expiration: new Date(0) };
		sts.on(AssumeRoleCommand).resolves({ Credentials });
		const entry = await asDelegator(role, "delegate-1");
		const asked = { RoleArn: role, RoleSessionName: "delegate-1", DurationSeconds: 900 };
		expect(sts.commandCalls(AssumeRoleCommand, asked)).toHaveLength(1);
		if (entry.outcome === "refused") throw new Error(entry.because);
		expect(await entry.client.config.credentials()).toMatchObject({ accessKeyId: "ASIA1", sessionToken: "t" });
	});

	it("may be refused, which is told in the service's words, but not by a service that is away", async () => {
		const denied = { name: "AccessDenied", message: "not authorized", $fault: "client", $metadata: {} } as const;
		sts.on(AssumeRoleCommand).rejects(new STSServiceException(denied));
		expect(await asDelegator(role, "s")).toEqual({ outcome: "refused", because: "AccessDenied: not authorized" });
		sts.on(AssumeRoleCommand).rejects(throttled);
		await expect(asDelegator(role, "s")).rejects.toMatchObject({ name: "Throttled" });
		sts.on(AssumeRoleCommand).resolves({});
		await expect(asDelegator(role, "s")).rejects.toThrow("without credentials");
	});
});

describe("the zone above", () => {
	it("is every public one of this very name", async () => {
		const zone = (Name: string, Id: string, PrivateZone = false) => ({
			...{ Name, Id: `/hostedzone/${Id}`, CallerReference: "x", Config: { PrivateZone } },
		});
		route53.on(ListHostedZonesByNameCommand, { DNSName: "example.com" }).resolves({
			HostedZones: [
				zone("example.com.", "Z1"),
				zone("example.com.", "Z2", true),
				zone("example.com.", "Z3"),
				zone("a.example.com.", "Z4"),
			],
		});
		expect(await publicZonesOf(client, "example.com")).toEqual(["Z1", "Z3"]);
	});

	it("holds the record set that is asked for, or another that comes after it", async () => {
		const start = { HostedZoneId: "Z1", StartRecordName: name, StartRecordType: "NS", MaxItems: 1 } as const;
		const answering = (...ResourceRecordSets: ResourceRecordSet[]) =>
			route53.on(ListResourceRecordSetsCommand, start).resolves({ ResourceRecordSets });
		answering(set({ TTL: 300, ResourceRecords: [{ Value: "ns-1.awsdns-00.com." }] }));
		expect(await recordSetOf(client, "Z1", { name, type: "NS" })).toEqual({
			ttlSeconds: 300,
			values: ["ns-1.awsdns-00.com."],
		});
		answering(set({ Name: "b.example.com." }));
		expect(await recordSetOf(client, "Z1", { name, type: "NS" })).toBeUndefined();
		answering(set({ Type: "TXT" }));
		expect(await recordSetOf(client, "Z1", { name, type: "NS" })).toBeUndefined();
	});
});

describe("changing a delegation", () => {
	const change = guardedChange(
		{ action: "UPSERT", name, type: "NS", ttlSeconds: 300, values: ["ns-1.awsdns-00.com"] },
		{ apex: "example.com", delegated: name },
	);
	const changing = () => {
		if (!change.ok) throw new Error(change.refusal);
		return changeDelegation(client, "Z1", change.value);
	};

	it("writes exactly the one set, and answers the change", async () => {
		route53.on(ChangeResourceRecordSetsCommand).resolves({ ChangeInfo: pending });
		expect(await changing()).toEqual({ outcome: "accepted", changeId: "C1" });
		const [call] = route53.commandCalls(ChangeResourceRecordSetsCommand);
		expect(call?.args[0].input).toEqual({
			HostedZoneId: "Z1",
			ChangeBatch: {
				Changes: [
					{
						Action: "UPSERT",
						ResourceRecordSet: { Name: name, Type: "NS", TTL: 300, ResourceRecords: [{ Value: "ns-1.awsdns-00.com" }] },
					},
				],
			},
		});
	});

	it("may be refused, in Route 53's words", async () => {
		const refusal = new InvalidChangeBatch({ $metadata: {}, message: "invalid", messages: ["One.", "Two."] });
		route53.on(ChangeResourceRecordSetsCommand).rejects(refusal);
		expect(await changing()).toEqual({ outcome: "refused", because: "InvalidChangeBatch: One.; Two." });
		const bare = new InvalidChangeBatch({ $metadata: {}, message: "invalid" });
		route53.on(ChangeResourceRecordSetsCommand).rejects(bare);
		expect(await changing()).toEqual({ outcome: "refused", because: "InvalidChangeBatch: invalid" });
	});

	it("is not refused by what may work later, nor by a defect", async () => {
		route53.on(ChangeResourceRecordSetsCommand).rejects(throttled);
		await expect(changing()).rejects.toMatchObject({ name: "Throttled" });
		route53.on(ChangeResourceRecordSetsCommand).rejects(new TypeError("no"));
		await expect(changing()).rejects.toThrow(TypeError);
		route53.on(ChangeResourceRecordSetsCommand).resolves({});
		await expect(changing()).rejects.toThrow("without a change id");
	});

	it("is over when Route 53 says so", async () => {
		route53.on(GetChangeCommand, { Id: "C1" }).resolvesOnce({ ChangeInfo: pending });
		expect(await isChangeInSync(client, "C1")).toBe(false);
		route53.on(GetChangeCommand, { Id: "C1" }).resolves({ ChangeInfo: { ...pending, Status: "INSYNC" } });
		expect(await isChangeInSync(client, "C1")).toBe(true);
	});
});

describe("bounding negative answers", () => {
	const soa = (minimum: number) =>
		set({ Type: "SOA", TTL: 900, ResourceRecords: [{ Value: `ns-1.x. a.x. 1 7200 900 1209600 ${minimum}` }] });

	it("writes the SOA with a lower last number, once", async () => {
		route53.on(ListResourceRecordSetsCommand).resolvesOnce({ ResourceRecordSets: [soa(86_400)] });
		route53.on(ChangeResourceRecordSetsCommand).resolves({ ChangeInfo: pending });
		expect(await lowerNegativeTtl("Z2", name)).toBeUndefined();
		const [call] = route53.commandCalls(ChangeResourceRecordSetsCommand, { HostedZoneId: "Z2" });
		expect(call?.args[0].input.ChangeBatch?.Changes).toEqual([
			{
				Action: "UPSERT",
				ResourceRecordSet: {
					...{ Name: name, Type: "SOA", TTL: 900 },
					ResourceRecords: [{ Value: "ns-1.x. a.x. 1 7200 900 1209600 60" }],
				},
			},
		]);
		route53.on(ListResourceRecordSetsCommand).resolves({ ResourceRecordSets: [soa(60)] });
		expect(await lowerNegativeTtl("Z2", name)).toBeUndefined();
		expect(route53.commandCalls(ChangeResourceRecordSetsCommand)).toHaveLength(1);
	});

	it("leaves a zone without an SOA alone, and tells a refusal", async () => {
		route53.on(ListResourceRecordSetsCommand).resolvesOnce({ ResourceRecordSets: [] });
		expect(await lowerNegativeTtl("Z2", name)).toBeUndefined();
		route53.on(ListResourceRecordSetsCommand).resolves({ ResourceRecordSets: [soa(86_400)] });
		const refusal = new InvalidChangeBatch({ $metadata: {}, message: "no" });
		route53.on(ChangeResourceRecordSetsCommand).rejects(refusal);
		expect(await lowerNegativeTtl("Z2", name)).toEqual({ outcome: "refused", because: "InvalidChangeBatch: no" });
	});
});

describe("the signing of a zone of our own", () => {
	it("is told with its keys, and what vouches for each", async () => {
		const key = { KeyTag: 7, Status: "ACTIVE", DSRecord: "7 13 2 AB12" };
		route53.on(GetDNSSECCommand, { HostedZoneId: "Z1" }).resolves({
			...{ Status: { ServeSignature: "SIGNING", StatusMessage: "Fine." }, KeySigningKeys: [key, {}] },
		});
		const keys = [
			{ status: "ACTIVE", dsRecord: "7 13 2 AB12" },
			{ status: "", dsRecord: "" },
		];
		expect(await signingOf("Z1")).toEqual({
			...{ outcome: "answered", value: { status: "SIGNING", detail: "Fine.", keys } },
		});
	});

	it("is unknown, and not absent, when the answer says nothing of it", async () => {
		route53.on(GetDNSSECCommand).resolves({});
		const value = { status: "unknown", detail: undefined, keys: [] };
		expect(await signingOf("Z1")).toEqual({ outcome: "answered", value });
	});

	it("may be refused, but not by a service that is away", async () => {
		route53.on(GetDNSSECCommand).rejects(new InvalidChangeBatch({ $metadata: {}, message: "no" }));
		expect(await signingOf("Z1")).toMatchObject({ outcome: "refused" });
		route53.on(GetDNSSECCommand).rejects(throttled);
		await expect(signingOf("Z1")).rejects.toMatchObject({ name: "Throttled" });
	});
});
