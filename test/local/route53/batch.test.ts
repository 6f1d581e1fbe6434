import { ChangeResourceRecordSetsCommand, type Change as SdkChange } from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cloudFrontZoneId } from "../../../local/route53/batch.ts";
import { aWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
	world = await aWorld();
	world.route53.setInsyncDelayMs(0);
});
afterEach(() => world.close());

type Action = "CREATE" | "DELETE" | "UPSERT";
type Type = "A" | "AAAA" | "CNAME" | "TXT" | "NS" | "SOA" | "MX" | "CAA" | "SRV";

const change = (Action: Action, Name: string, Type: Type, ...values: string[]): SdkChange => ({
	Action,
	ResourceRecordSet: { Name, Type, TTL: 60, ResourceRecords: values.map((Value) => ({ Value })) },
});
const alias = (Action: Action, Name: string, DNSName: string, HostedZoneId: string, Type: Type = "A"): SdkChange => ({
	Action,
	ResourceRecordSet: { Name, Type, AliasTarget: { DNSName, HostedZoneId, EvaluateTargetHealth: false } },
});
const send = (...Changes: SdkChange[]) =>
	world.client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: world.zoneId, ChangeBatch: { Changes } }));
const names = () => world.route53.records(world.zoneId).map((set) => `${set.type} ${set.name}`);

describe("a change batch that Route 53 refuses", () => {
	const zone = "app.example.com.";
	const cases: [what: string, batch: SdkChange[], message: string][] = [
		[
			"a record that is there already",
			[change("CREATE", "www.app.example.com", "A", "192.0.2.9")],
			"[Tried to create resource record set [name='www.app.example.com.', type='A'] but it already exists]",
		],
		[
			"a deletion of what is not there",
			[change("DELETE", "no.app.example.com", "A", "192.0.2.9")],
			"[Tried to delete resource record set [name='no.app.example.com.', type='A'] but it was not found]",
		],
		[
			"a deletion with other values",
			[change("DELETE", "www.app.example.com", "A", "192.0.2.9")],
			"[Tried to delete resource record set [name='www.app.example.com.', type='A'] but the values provided do not match the current values]",
		],
		[
			"a CNAME beside other records",
			[change("UPSERT", "www.app.example.com", "CNAME", "example.org")],
			`[RRSet of type CNAME with DNS name www.app.example.com. is not permitted as it conflicts with other records with the same DNS name in zone ${zone}]`,
		],
		[
			"other records beside a CNAME",
			[change("UPSERT", "docs.app.example.com", "TXT", '"x"')],
			`[RRSet of type TXT with DNS name docs.app.example.com. is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${zone}]`,
		],
		[
			"a CNAME at the apex",
			[change("UPSERT", "app.example.com", "CNAME", "example.org")],
			`[RRSet of type CNAME with DNS name app.example.com. is not permitted at apex in zone ${zone}]`,
		],
		[
			"a name outside of the zone",
			[change("UPSERT", "app.example.org", "A", "192.0.2.1"), change("UPSERT", "xapp.example.com", "A", "192.0.2.1")],
			`[RRSet with DNS name app.example.org. is not permitted in zone ${zone}, RRSet with DNS name xapp.example.com. is not permitted in zone ${zone}]`,
		],
		[
			"one name twice",
			[
				change("UPSERT", "a.app.example.com", "A", "192.0.2.1"),
				change("UPSERT", "A.app.example.com.", "A", "192.0.2.2"),
			],
			"[The request contains an invalid set of changes for a resource record set 'A a.app.example.com.']",
		],
		[
			"a value twice",
			[change("UPSERT", "a.app.example.com", "A", "192.0.2.1", "192.0.2.1")],
			"[Duplicate Resource Record: '192.0.2.1']",
		],
		[
			"an A that is no address",
			[change("UPSERT", "a.app.example.com", "A", "192.0.2")],
			"[Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with '192.0.2'']",
		],
		[
			"an AAAA that is no address",
			[change("UPSERT", "a.app.example.com", "AAAA", "192.0.2.1")],
			"[Invalid Resource Record: 'FATAL problem: AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address) encountered with '192.0.2.1'']",
		],
		[
			"a TXT without quotation marks",
			[change("UPSERT", "a.app.example.com", "TXT", "plain")],
			"[Invalid Resource Record: 'FATAL problem: InvalidCharacterString (Value should be enclosed in quotation marks) encountered with 'plain'']",
		],
		[
			"an apex without its NS",
			[
				{
					Action: "DELETE",
					ResourceRecordSet: { Name: zone, Type: "NS", TTL: 172_800, ResourceRecords: [] },
				},
			],
			"[A HostedZone must contain at least one NS record for the zone itself.]",
		],
		[
			"an alias to CloudFront in another zone's id",
			[alias("CREATE", "a.app.example.com", "d111.cloudfront.net", "Z1D633PJN98FT9")],
			"[Tried to create an alias that targets d111.cloudfront.net., type A in zone Z1D633PJN98FT9, but the alias target name does not lie within the target zone]",
		],
	];

	beforeEach(async () => {
		await send(
			change("CREATE", "www.app.example.com", "A", "192.0.2.1"),
			change("CREATE", "docs.app.example.com", "CNAME", "docs.example.org"),
		);
	});

	it.each(cases)("names %s", async (_, batch, message) => {
		const before = names();
		const completed = batch.map((one) => withNameServers(one));
		await expect(send(change("CREATE", "good.app.example.com", "A", "192.0.2.7"), ...completed)).rejects.toMatchObject({
			name: "InvalidChangeBatch",
			message,
			$metadata: { httpStatusCode: 400 },
		});
		expect(names()).toEqual(before);
	});

	/** The apex's NS differ from zone to zone. */
	function withNameServers(one: SdkChange): SdkChange {
		const set = one.ResourceRecordSet;
		if (set?.Type !== "NS") return one;
		const ResourceRecords = world.nameServers.map((Value) => ({ Value }));
		return { ...one, ResourceRecordSet: { ...set, ResourceRecords } };
	}

	it("reports every fault of the batch at once", async () => {
		const batch = [change("UPSERT", "a.app.example.com", "A", "x"), change("UPSERT", "b.app.example.com", "A", "y")];
		await expect(send(...batch)).rejects.toThrow(/'x''.*'y''/);
	});
});

describe("a change batch that Route 53 takes", () => {
	it("may replace a CNAME by an address", async () => {
		await send(change("CREATE", "a.app.example.com", "CNAME", "example.org"));
		await send(
			change("DELETE", "a.app.example.com", "CNAME", "example.org"),
			change("CREATE", "a.app.example.com", "A", "192.0.2.1"),
		);
		expect(names()).toContain("A a.app.example.com.");
		expect(names()).not.toContain("CNAME a.app.example.com.");
	});

	it("may delete and create the same set", async () => {
		await send(change("CREATE", "a.app.example.com", "A", "192.0.2.1"));
		await send(
			change("DELETE", "a.app.example.com", "A", "192.0.2.1"),
			change("CREATE", "a.app.example.com", "A", "192.0.2.2"),
		);
		expect(world.route53.records(world.zoneId)).toContainEqual(expect.objectContaining({ values: ["192.0.2.2"] }));
	});

	it("may point an alias at CloudFront, or at a record of its own zone", async () => {
		await send(alias("CREATE", "a.app.example.com", "d111.cloudfront.net", cloudFrontZoneId));
		await send(alias("CREATE", "b.app.example.com", "a.app.example.com", world.zoneId));
		expect(names()).toEqual(expect.arrayContaining(["A a.app.example.com.", "A b.app.example.com."]));
		await expect(send(alias("CREATE", "c.app.example.com", "no.app.example.com", world.zoneId))).rejects.toThrow(
			"but that target was not found",
		);
	});

	it("holds 500 UPSERTs or 1,000 CREATEs of one value, and not one more", async () => {
		const many = (action: Action, count: number) =>
			Array.from({ length: count }, (_, at) => change(action, `n${at}.app.example.com`, "A", "192.0.2.1"));
		await expect(send(...many("UPSERT", 501))).rejects.toThrow("[Number of records limit of 1000 exceeded.]");
		await send(...many("UPSERT", 500));
		await world.clock.advance(60_000);
		await expect(send(...many("DELETE", 1_001))).rejects.toThrow("[Number of records limit of 1000 exceeded.]");
	});

	it("holds 32,000 characters of values, UPSERTs counted twice", async () => {
		const text = (count: number) =>
			Array.from({ length: count }, (_, at) =>
				change("UPSERT", `t${at}.app.example.com`, "TXT", `"${"x".repeat(198)}"`),
			);
		await send(...text(80));
		await expect(send(...text(81))).rejects.toThrow("[RDATA character limit of 32000 exceeded.]");
	});
});

describe("what is not emulated", () => {
	it("answers 501 to a routing policy instead of guessing", async () => {
		const [weighted] = [change("CREATE", "a.app.example.com", "A", "192.0.2.1")];
		const set = { ...weighted?.ResourceRecordSet, SetIdentifier: "one", Weight: 1 };
		await expect(
			send({ Action: "CREATE", ResourceRecordSet: { Name: "a.app.example.com", Type: "A", ...set } }),
		).rejects.toMatchObject({ name: "NotImplemented" });
	});
});
