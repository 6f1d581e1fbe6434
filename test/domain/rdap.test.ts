import { describe, expect, it } from "vitest";
import { bootstrapSchema, rdapDomainSchema, rdapUrlOf, registrationIn } from "../../domain/rdap.ts";

const list = bootstrapSchema.parse({
	version: "1.0",
	services: [
		[
			["com", "NET"],
			["http://plain.example/", "https://rdap.example/com/v1/"],
		],
		[["uk"], ["https://rdap.example/uk"]],
		[["co.uk"], ["https://rdap.example/co.uk/"]],
		[["old"], ["http://plain.example/old/"]],
		[["none"], []],
	],
});

describe("who answers for a domain", () => {
	it.each<[string, string | undefined]>([
		["example.com", "https://rdap.example/com/v1/domain/example.com"],
		["example.net", "https://rdap.example/com/v1/domain/example.net"],
		["example.uk", "https://rdap.example/uk/domain/example.uk"],
		["example.co.uk", "https://rdap.example/co.uk/domain/example.co.uk"],
		["example.ltd.uk", "https://rdap.example/uk/domain/example.ltd.uk"],
		["example.old", "http://plain.example/old/domain/example.old"],
		["example.none", undefined],
		["example.org", undefined],
		["com", undefined],
	])("%s: %s", (name, url) => {
		expect(rdapUrlOf(name, list)).toBe(url);
	});
});

describe("what a registry tells of a domain", () => {
	const name = "example.com";
	const read = (more: object) => registrationIn(rdapDomainSchema.parse({ objectClassName: "domain", ...more }), name);
	const never = { outcome: "untold", because: "its registry does not tell" };
	const told = (value: unknown) => ({ outcome: "told", value });
	const vcard = (...properties: unknown[]) => ["vcard", properties];

	it("may be nothing at all", () => {
		expect(read({})).toEqual({
			...{ name, registrar: never, expiresAt: never, autoRenew: never, transferLock: never },
			...{ contactsVerified: never, nameServers: never, dsRecords: never },
		});
	});

	it.each<[string, object, unknown]>([
		[
			"its name",
			{ vcardArray: vcard(["version", {}, "text", "4.0"], ["fn", {}, "text", "A Registrar"]) },
			told("A Registrar"),
		],
		["its handle where it has no name", { handle: "9999", vcardArray: vcard(["fn", {}, "text", ""]) }, told("9999")],
		["its handle where its card is none", { handle: "9999", vcardArray: ["vcard", "?"] }, told("9999")],
		["its handle where its name is no text", { handle: "9999", vcardArray: vcard(["fn", {}, "uri", 7]) }, told("9999")],
		["nothing where it has neither", {}, never],
	])("of the registrar is %s", (_, entity, expected) => {
		expect(read({ entities: [{ roles: ["abuse"] }, { roles: ["Registrar"], ...entity }] }).registrar).toEqual(expected);
	});

	it.each<[string, object[], unknown]>([
		[
			"as an instant",
			[{ eventAction: "expiration", eventDate: "2027-08-13T06:00:00+02:00" }],
			told("2027-08-13T04:00:00.000Z"),
		],
		["not where it has no date", [{ eventAction: "expiration" }], never],
		["not where its date is none", [{ eventAction: "expiration", eventDate: "soon" }], never],
		["not by another event", [{ eventAction: "last changed", eventDate: "2026-08-13T04:00:00Z" }], never],
	])("is its end, %s", (_, events, expected) => {
		expect(read({ events }).expiresAt).toEqual(expected);
	});

	it.each<[string[], boolean]>([
		[["client transfer prohibited"], true],
		[["active", "Server Transfer Prohibited"], true],
		[["client delete prohibited"], false],
		[["active"], false],
	])("is a lock: %j", (status, isLocked) => {
		expect(read({ status }).transferLock).toEqual(told(isLocked));
	});

	it("is that its registrant was reached, and never that nobody was", () => {
		const registrant = (status?: string[]) =>
			read({ entities: [{ roles: ["registrant", "administrative"], ...(status && { status }) }] }).contactsVerified;
		expect(registrant(["Validated"])).toEqual(told(true));
		expect(registrant(["active"])).toEqual(never);
		expect(registrant()).toEqual(never);
	});

	it("are its name servers, canonical and sorted", () => {
		const nameservers = [{ ldhName: "NS2.example.net." }, { unicodeName: "?" }, { ldhName: "ns1.example.net" }];
		expect(read({ nameservers }).nameServers).toEqual(told(["ns1.example.net", "ns2.example.net"]));
		expect(read({ nameservers: [] }).nameServers).toEqual(told([]));
	});

	it("are its DS records, with numbers that are written as text, too", () => {
		const ds = { keyTag: "370", algorithm: 13, digestType: "2", digest: "be74" };
		const read370 = told([{ keyTag: 370, algorithm: 13, digestType: 2, digest: "BE74" }]);
		expect(read({ secureDNS: { delegationSigned: true, dsData: [{ ...ds, events: [] }] } }).dsRecords).toEqual(read370);
		expect(read({ secureDNS: { delegationSigned: false } }).dsRecords).toEqual(told([]));
		expect(read({ secureDNS: { delegationSigned: true, keyData: [{}] } }).dsRecords).toEqual(never);
	});
});
