import {
	ChangeResourceRecordSetsCommand,
	CreateHostedZoneCommand,
	DeleteHostedZoneCommand,
	GetChangeCommand,
	GetHostedZoneCommand,
	ListHostedZonesByNameCommand,
	ListHostedZonesCommand,
	ListResourceRecordSetsCommand,
	type ListResourceRecordSetsCommandOutput,
	type RRType,
} from "@aws-sdk/client-route-53";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { normalizedName, printedName, sortKey } from "../../../local/route53/names.ts";
import { aWorld, upsert, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
	world = await aWorld();
});
afterEach(() => world.close());

const put = (name: string, value = "192.0.2.1") =>
	world.client.send(
		new ChangeResourceRecordSetsCommand({
			HostedZoneId: world.zoneId,
			ChangeBatch: {
				Changes: [
					{
						Action: "UPSERT",
						ResourceRecordSet: { Name: name, Type: "A", TTL: 60, ResourceRecords: [{ Value: value }] },
					},
				],
			},
		}),
	);
const served = (name: string) => world.route53.zones.zoneAt("app.example.com.")?.at(name);

describe("a change", () => {
	it("is PENDING until the delay is over, and DNS answers it from then on", async () => {
		const { ChangeInfo } = await put("acme.app.example.com");
		expect(ChangeInfo).toMatchObject({ Status: "PENDING", SubmittedAt: new Date("2026-11-01T00:00:00Z") });
		expect(ChangeInfo?.Id).toMatch(/^\/change\/C[0-9A-Z]+$/);
		await world.clock.advance(1_999);
		expect(served("acme.app.example.com.")).toEqual([]);
		await world.clock.advance(1);
		expect(served("acme.app.example.com.")).toEqual([{ type: "A", ttlSeconds: 60, values: ["192.0.2.1"] }]);
		const told = await world.client.send(new GetChangeCommand({ Id: ChangeInfo?.Id }));
		expect(told.ChangeInfo).toMatchObject({ Id: ChangeInfo?.Id, Status: "INSYNC" });
	});

	it("never overtakes an earlier one of its zone", async () => {
		await put("acme.app.example.com", "192.0.2.1");
		world.route53.setInsyncDelayMs(0);
		await put("acme.app.example.com", "192.0.2.2");
		expect(served("acme.app.example.com.")).toEqual([]);
		await world.clock.advance(2_000);
		expect(served("acme.app.example.com.")).toMatchObject([{ values: ["192.0.2.2"] }]);
	});

	it("comes into sync in the process that follows", async () => {
		const { ChangeInfo } = await put("acme.app.example.com");
		await world.clock.advance(2_000);
		const restarted = world.restarted();
		expect(restarted.zones.zoneAt("app.example.com.")?.at("acme.app.example.com.")).toHaveLength(1);
		expect((await world.client.send(new GetChangeCommand({ Id: ChangeInfo?.Id }))).ChangeInfo?.Status).toBe("INSYNC");
	});

	it("of an id that was never given is NoSuchChange", async () => {
		await expect(world.client.send(new GetChangeCommand({ Id: "C123" }))).rejects.toMatchObject({
			name: "NoSuchChange",
			$metadata: { httpStatusCode: 404 },
		});
	});
});

describe("listing records", () => {
	it("sorts by reversed labels, then by type, and prints `*` as \\052", async () => {
		world.route53.change(world.zoneId, [
			upsert("z.app.example.com.", "A", "192.0.2.1"),
			upsert("b.z.app.example.com.", "A", "192.0.2.1"),
			upsert("*.app.example.com.", "TXT", '"one" "two"'),
			upsert("*.app.example.com.", "A", "192.0.2.1"),
			upsert("a-b.app.example.com.", "A", "192.0.2.1"),
			upsert("a.app.example.com.", "MX", "10 mail.example.com."),
		]);
		const page = (from: { StartRecordName?: string | undefined; StartRecordType?: RRType | undefined }) =>
			world.client.send(new ListResourceRecordSetsCommand({ HostedZoneId: world.zoneId, MaxItems: 3, ...from }));
		const printed = ({ ResourceRecordSets }: ListResourceRecordSetsCommandOutput) =>
			ResourceRecordSets?.map((set) => `${set.Name} ${set.Type}`);
		let last = await page({});
		const pages = [printed(last)];
		while (last.IsTruncated) {
			last = await page({ StartRecordName: last.NextRecordName, StartRecordType: last.NextRecordType });
			pages.push(printed(last));
		}
		expect(pages).toEqual([
			["app.example.com. NS", "app.example.com. SOA", "\\052.app.example.com. A"],
			["\\052.app.example.com. TXT", "a-b.app.example.com. A", "a.app.example.com. MX"],
			["z.app.example.com. A", "b.z.app.example.com. A"],
		]);
	});

	it("starts at a name and a type", async () => {
		await put("acme.app.example.com");
		const from = await world.client.send(
			new ListResourceRecordSetsCommand({
				HostedZoneId: world.zoneId,
				StartRecordName: "ACME.app.example.com",
				StartRecordType: "A",
				MaxItems: 1,
			}),
		);
		expect(from.ResourceRecordSets).toEqual([
			{ Name: "acme.app.example.com.", Type: "A", TTL: 60, ResourceRecords: [{ Value: "192.0.2.1" }] },
		]);
		expect(from.IsTruncated).toBe(false);
	});

	it("answers 300 at most, whatever is asked for, and says where the rest begins", async () => {
		const names = Array.from({ length: 400 }, (_, at) => `n${String(at).padStart(3, "0")}.app.example.com.`);
		world.route53.change(
			world.zoneId,
			names.map((name) => upsert(name, "A", "192.0.2.1")),
		);
		for (const MaxItems of [undefined, 301, 1_000]) {
			const from = { HostedZoneId: world.zoneId, MaxItems };
			const page = await world.client.send(new ListResourceRecordSetsCommand(from));
			expect(page.ResourceRecordSets).toHaveLength(300);
			// The zone's NS and SOA come first.
			expect(page).toMatchObject({ IsTruncated: true, MaxItems: 300, NextRecordName: names[298], NextRecordType: "A" });
		}
		await expect(
			world.client.send(new ListResourceRecordSetsCommand({ HostedZoneId: world.zoneId, StartRecordType: "A" })),
		).rejects.toMatchObject({ name: "InvalidInput" });
	});

	it("reads back the names that it prints", () => {
		const label = fc.string({ unit: fc.constantFrom("a", "z", "0", "-", "_", "*", "!"), minLength: 1, maxLength: 8 });
		fc.assert(
			fc.property(fc.array(label, { minLength: 1, maxLength: 4 }), (labels) => {
				const name = `${labels.join(".")}.`;
				expect(normalizedName(printedName(name))).toBe(name);
				expect(sortKey(`x.${name}`).startsWith(sortKey(name))).toBe(true);
			}),
		);
	});
});

describe("hosted zones", () => {
	it("belong to one account", async () => {
		const stranger = world.clientOf("333333333333");
		await expect(stranger.send(new GetHostedZoneCommand({ Id: world.zoneId }))).rejects.toMatchObject({
			name: "AccessDenied",
		});
		expect((await stranger.send(new ListHostedZonesCommand({}))).HostedZones).toEqual([]);
		stranger.destroy();
	});

	it("are made once per account and name by the stack", () => {
		expect(world.route53.createZone("app.example.com.")).toEqual({ id: world.zoneId, nameServers: world.nameServers });
		expect(world.restarted().createZone("app.example.com").id).toBe(world.zoneId);
		const registrar = { accountId: "111111111111", region: "us-east-1" };
		expect(world.route53.createZone("app.example.com", registrar).id).not.toBe(world.zoneId);
	});

	it("are created, read, listed and deleted through the API", async () => {
		const made = await world.client.send(
			new CreateHostedZoneCommand({ Name: "Beta.example.com", CallerReference: "r1" }),
		);
		expect(made.HostedZone).toMatchObject({ Name: "beta.example.com.", ResourceRecordSetCount: 2 });
		expect(made.DelegationSet?.NameServers).toHaveLength(4);
		const again = new CreateHostedZoneCommand({ Name: "gamma.example.com", CallerReference: "r1" });
		await expect(world.client.send(again)).rejects.toMatchObject({ name: "HostedZoneAlreadyExists" });
		const read = await world.client.send(new GetHostedZoneCommand({ Id: made.HostedZone?.Id }));
		expect(read.DelegationSet).toEqual(made.DelegationSet);
		const list = await world.client.send(new ListHostedZonesByNameCommand({ DNSName: "app.example.com", MaxItems: 1 }));
		expect(list).toMatchObject({
			HostedZones: [{ Name: "app.example.com." }],
			IsTruncated: true,
			NextDNSName: "beta.example.com.",
		});
		await world.client.send(new DeleteHostedZoneCommand({ Id: made.HostedZone?.Id }));
		expect((await world.client.send(new ListHostedZonesCommand({}))).HostedZones).toHaveLength(1);
	});

	it("are not deleted while they hold records", async () => {
		await put("acme.app.example.com");
		await expect(world.client.send(new DeleteHostedZoneCommand({ Id: world.zoneId }))).rejects.toMatchObject({
			name: "HostedZoneNotEmpty",
		});
	});
});

describe("the published quotas", () => {
	const throttling = { name: "Throttling", message: "Rate exceeded", $metadata: { httpStatusCode: 400 } };

	it("let 50 requests burst and 10 a second follow", async () => {
		const ask = () => world.client.send(new GetHostedZoneCommand({ Id: world.zoneId }));
		for (let request = 0; request < 50; request++) await ask();
		await expect(ask()).rejects.toMatchObject(throttling);
		await world.clock.advance(100);
		await ask();
		await expect(ask()).rejects.toMatchObject(throttling);
		expect(world.route53.calls()).toEqual({ GetHostedZone: 53 });
	});

	it("let 1,500 changes burst, UPSERT costing two, and 100 a second follow", async () => {
		const batch = (count: number) =>
			world.client.send(
				new ChangeResourceRecordSetsCommand({
					HostedZoneId: world.zoneId,
					ChangeBatch: {
						Changes: Array.from({ length: count }, (_, at) => ({
							Action: "UPSERT",
							ResourceRecordSet: {
								Name: `n${at}.app.example.com`,
								Type: "A",
								TTL: 60,
								ResourceRecords: [{ Value: "192.0.2.1" }],
							},
						})),
					},
				}),
			);
		await batch(500);
		await batch(250);
		await expect(batch(1)).rejects.toMatchObject(throttling);
		await world.clock.advance(20);
		await batch(1);
	});
});

describe("a refusal on order", () => {
	it("holds for every batch with the name, across restarts, until it is lifted", async () => {
		world.route53.refuse("bad.app.example.com", "by order");
		world.restarted();
		await expect(put("BAD.app.example.com.")).rejects.toMatchObject({
			name: "InvalidChangeBatch",
			message: "[by order]",
		});
		await put("good.app.example.com");
		world.route53.allow("bad.app.example.com");
		await put("bad.app.example.com");
	});
});
