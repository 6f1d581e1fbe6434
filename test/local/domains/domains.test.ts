import { beforeEach, describe, expect, it } from "vitest";
import { type VirtualClock, virtualClock } from "../../../local/clock.ts";
import type { Registration } from "../../../local/dns/registry-zones.ts";
import { createDomains } from "../../../local/domains/domains.ts";
import { openStore } from "../../../local/store.ts";

const caller = { accountId: "111111111111", region: "us-east-1" };
const nowMs = Date.parse("2026-11-23T12:00:00Z");
const inDays = (days: number) => nowMs / 1000 + days * 86_400;
let registered: Registration[];
let clock: VirtualClock;
let store: ReturnType<typeof openStore>;
beforeEach(() => {
	registered = [{ name: "shop.test.", nameServers: ["ns-1.awsdns-00.com."] }];
	clock = virtualClock(nowMs);
	store = openStore(":memory:");
});
const open = () => createDomains({ store, clock, registered: () => registered });
const call = (operation: string, input: unknown, of = open()): unknown =>
	of.service.operations[operation]?.(input, caller);

describe("the embedded Route 53 Domains", () => {
	it("has every domain of the registry in order, unless somebody says otherwise", () => {
		expect(call("GetDomainDetail", { DomainName: "Shop.test" })).toEqual({
			...{ DomainName: "shop.test", AutoRenew: true, RegistrarName: "Amazon Registrar, Inc." },
			...{ Nameservers: [{ Name: "ns-1.awsdns-00.com", GlueIps: [] }], ExpirationDate: inDays(300) },
			StatusList: ["clientTransferProhibited"],
		});
		expect(call("GetContactReachabilityStatus", { domainName: "shop.test" })).toEqual({
			...{ domainName: "shop.test", status: "DONE" },
		});
	});

	it("shows what was said of a domain, over restarts, until it is in order again", async () => {
		open().show("Shop.test.", { autoRenew: false, transferLock: false, contact: "PENDING", daysLeft: 5 });
		await clock.advance(86_400_000);
		expect(call("GetDomainDetail", { DomainName: "shop.test" })).toMatchObject({
			...{ AutoRenew: false, StatusList: ["ok"], ExpirationDate: inDays(5) },
		});
		expect(call("GetContactReachabilityStatus", { domainName: "shop.test" })).toMatchObject({ status: "PENDING" });
		open().show("shop.test", {});
		expect(call("GetDomainDetail", { DomainName: "shop.test" })).toMatchObject({
			...{ AutoRenew: true, StatusList: ["clientTransferProhibited"], ExpirationDate: inDays(301) },
		});
	});

	it("has a switch that says so", () => {
		const domains = open();
		const { registration } = domains.switches;
		const order = { domain: "shop.test", autoRenew: false };
		registration?.turn(registration.input.parse(order));
		expect(call("ListDomains", {}, domains)).toEqual({
			Domains: [{ DomainName: "shop.test", AutoRenew: false, TransferLock: true, Expiry: inDays(300) }],
		});
		expect(registration?.input.safeParse({ ...order, contact: "LATER" }).success).toBe(false);
		expect(registration?.input.safeParse(JSON.parse(registration.example)).success).toBe(true);
	});

	it("shows the DS records that stand at the registry", () => {
		registered = [{ name: "shop.test.", nameServers: [], ds: ["370 13 2 BE74 35"] }];
		expect(call("GetDomainDetail", { DomainName: "shop.test" })).toMatchObject({
			DnssecKeys: [{ KeyTag: 370, Algorithm: 13, DigestType: 2, Digest: "BE7435", Flags: 257 }],
		});
	});

	it("lists page by page, in order of names", () => {
		registered = ["c.test.", "a.test.", "b.test."].map((name) => ({ name, nameServers: [] }));
		const namesIn = (page: unknown) => Object(page).Domains.map(({ DomainName }: Record<string, string>) => DomainName);
		const first = call("ListDomains", { MaxItems: 2 });
		expect(namesIn(first)).toEqual(["a.test", "b.test"]);
		const second = call("ListDomains", { MaxItems: 2, Marker: Object(first).NextPageMarker });
		expect(namesIn(second)).toEqual(["c.test"]);
		expect(Object(second)).not.toHaveProperty("NextPageMarker");
	});

	it.each([
		["GetDomainDetail", { DomainName: "other.test" }],
		["GetDomainDetail", {}],
		["GetContactReachabilityStatus", { domainName: "other.test" }],
		["ListDomains", { MaxItems: 101 }],
	])("%s refuses %j", (operation, input) => {
		expect(() => call(operation, input)).toThrow(expect.objectContaining({ name: "InvalidInput" }));
	});
});
