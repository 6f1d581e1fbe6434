import {
	ChangeResourceRecordSetsCommand,
	ListResourceRecordSetsCommand,
	type Change as SdkChange,
} from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cloudFrontZoneId } from "../../../local/route53/batch.ts";
import { aWorld, nonprod, type World } from "./world.ts";

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

describe("a value or a name that has the wrong form", () => {
	const long = "x".repeat(256);
	it.each<[Type, string, string, string]>([
		["TXT", "a", `"${long}"`, "CharacterStringTooLong"],
		["TXT", "a", '"one" two', "InvalidCharacterString"],
		["CNAME", "a", "bad name.example.org", "UnsupportedCharacter"],
		["CNAME", "a", "two..dots.example.org", "DomainLabelEmpty"],
		["CNAME", "a", `${"x".repeat(64)}.example.org`, "DomainLabelTooLong"],
		["CNAME", "a", `${"x.".repeat(130)}org`, "DomainNameTooLong"],
		["MX", "a", "mail.example.com", "MXRRDATAMalformed"],
		["SRV", "a", "1 2 host.example.com", "SRVRRDATAMalformed"],
		["CAA", "a", "0 issue amazon.com", "CAARRDATAMalformed"],
		["A", `${"x".repeat(64)}`, "192.0.2.1", "DomainLabelTooLong"],
		["A", "a..b", "192.0.2.1", "DomainLabelEmpty"],
	])("is refused: %s %s", async (type, label, value, problem) => {
		await expect(send(change("CREATE", `${label}.app.example.com`, type, value))).rejects.toThrow(problem);
	});

	it("keeps the SOA at its place, and lets its negative TTL be lowered", async () => {
		const [, soa] = world.route53.records(world.zoneId);
		const [value = ""] = soa && "values" in soa ? soa.values : [];
		const set = { Name: "app.example.com", Type: "SOA" as const, TTL: 900, ResourceRecords: [{ Value: value }] };
		await expect(send({ Action: "DELETE", ResourceRecordSet: set })).rejects.toThrow(
			"A HostedZone must contain exactly one SOA record.",
		);
		const lowered = value.replace(/86400$/, "60");
		await send({ Action: "UPSERT", ResourceRecordSet: { ...set, ResourceRecords: [{ Value: lowered }] } });
		expect(world.route53.records(world.zoneId)[1]).toMatchObject({ values: [lowered] });
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

describe("values on the wire", () => {
	const valuesOf = async (name: string) => {
		const from = { HostedZoneId: world.zoneId, StartRecordName: name, MaxItems: 1 };
		const { ResourceRecordSets } = await world.client.send(new ListResourceRecordSetsCommand(from));
		return ResourceRecordSets?.[0]?.ResourceRecords?.map((record) => record.Value);
	};

	it.each(['"<&>\'"', '"a  b"', '"007"', '"true" "\\"quoted\\""', '"é"'])(
		"come back as they were written: %s",
		async (value) => {
			await send(change("CREATE", "t.app.example.com", "TXT", value));
			expect(await valuesOf("t.app.example.com")).toEqual([value]);
		},
	);

	it("may need more escapes than a careful XML parser expands by default", async () => {
		await send(...Array.from({ length: 500 }, (_, at) => change("UPSERT", `t${at}.app.example.com`, "TXT", '"&&&&"')));
		expect(await valuesOf("t499.app.example.com")).toEqual(['"&&&&"']);
	});

	it("are refused when they are no XML", async () => {
		const request = {
			method: "POST",
			path: `/2013-04-01/hostedzone/${world.zoneId}/rrset`,
			query: new URLSearchParams(),
		};
		for (const body of ["", "<a>", "{}", "<ChangeResourceRecordSetsRequest/>"]) {
			await expect(world.route53.service.handle({ ...request, body }, nonprod)).rejects.toMatchObject({
				name: "InvalidInput",
			});
		}
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
