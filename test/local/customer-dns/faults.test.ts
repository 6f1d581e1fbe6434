import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readFault } from "../../../local/customer-dns/faults.ts";
import { customerServerAddresses } from "../../../local/customer-dns/name-servers.ts";
import { aScene, type Scene } from "./a-provider.ts";

let scene: Scene;
beforeEach(async () => {
	scene = await aScene();
	for (const name of ["acme.com", "shop.acme.com", "_hostmaster.shop.acme.com"]) set(name, "192.0.2.1");
});
afterEach(() => scene.close());

const set = (name: string, value: string) => scene.customers.set({ name, type: "A", values: [value], ttlSeconds: 5 });
const server = (which: "first" | "second") => ({ address: customerServerAddresses[which], port: scene.port });
const both = async (name: string) => [await scene.ask("first", name), await scene.ask("second", name)];

describe("a fault on order", () => {
	it("servfail: fails at the name and below it, and nowhere else, until it is switched off", async () => {
		scene.customers.setFault("shop.acme.com", "servfail", true);
		expect(await both("shop.acme.com")).toEqual(["ESERVFAIL", "ESERVFAIL"]);
		expect(await both("_hostmaster.shop.acme.com")).toEqual(["ESERVFAIL", "ESERVFAIL"]);
		expect(await both("acme.com")).toEqual([["192.0.2.1"], ["192.0.2.1"]]);
		scene.customers.setFault("shop.acme.com", "servfail", false);
		expect(await both("shop.acme.com")).toEqual([["192.0.2.1"], ["192.0.2.1"]]);
	});

	it("dnssec: resolvers fail whoever lets them check signatures; the registry has a DS, and the servers answer", async () => {
		scene.customers.setFault("acme.com", "dnssec", true);
		expect(await both("shop.acme.com")).toEqual(["ESERVFAIL", "ESERVFAIL"]);
		const resolver = { address: scene.at.first.host, port: scene.at.first.port };
		const unchecked = await scene.tell(resolver, { name: "shop.acme.com", type: "A" }, "find-out-unchecked");
		expect(unchecked).toMatchObject({ rcode: "NOERROR", answers: [{ data: "192.0.2.1" }] });
		expect(await scene.tell(server("first"), { name: "shop.acme.com", type: "A" })).toMatchObject({ rcode: "NOERROR" });
		const registry = { address: "127.0.53.1", port: scene.port };
		expect(await scene.tell(registry, { name: "acme.com", type: "DS" })).toMatchObject({ answers: [{ type: "DS" }] });
		expect(await scene.names.look({ name: "shop.acme.com", type: "A" })).toMatchObject({ rcode: "SERVFAIL" });
	});

	it("lame: the second server refuses the zone, and resolvers ask the first; lame:all leaves none", async () => {
		scene.customers.setFault("acme.com", "lame", true);
		expect(await scene.tell(server("second"), { name: "acme.com", type: "SOA" })).toMatchObject({ rcode: "REFUSED" });
		expect(await both("shop.acme.com")).toEqual([["192.0.2.1"], ["192.0.2.1"]]);
		scene.customers.setFault("acme.com", "lame:all", true);
		scene.names.flush();
		expect(await both("shop.acme.com")).toEqual(["ESERVFAIL", "ESERVFAIL"]);
		expect(() => scene.customers.setFault("shop.acme.com", "lame", true)).toThrow("order 'lame' for acme.com");
	});

	it("slow: a change reaches the first resolver now, and the second so many seconds later", async () => {
		scene.customers.setFault("acme.com", "slow:30", true);
		set("shop.acme.com", "192.0.2.2");
		set("new.acme.com", "192.0.2.9");
		scene.customers.remove("_hostmaster.shop.acme.com");
		expect(await both("shop.acme.com")).toEqual([["192.0.2.2"], ["192.0.2.1"]]);
		expect(await both("new.acme.com")).toEqual([["192.0.2.9"], "ENOTFOUND"]);
		expect(await both("_hostmaster.shop.acme.com")).toEqual(["ENOTFOUND", ["192.0.2.1"]]);
		await scene.clock.advance(10_000);
		set("shop.acme.com", "192.0.2.3");
		await scene.clock.advance(20_000);
		expect(await both("shop.acme.com")).toEqual([["192.0.2.3"], ["192.0.2.2"]]);
		await scene.clock.advance(10_000);
		expect(await both("shop.acme.com")).toEqual([["192.0.2.3"], ["192.0.2.3"]]);
		expect(await both("new.acme.com")).toEqual([["192.0.2.9"], ["192.0.2.9"]]);
		expect(await both("_hostmaster.shop.acme.com")).toEqual(["ENOTFOUND", "ENOTFOUND"]);
	});

	it("slow, switched off: what was late is known at once", async () => {
		scene.customers.setFault("acme.com", "slow", true);
		set("shop.acme.com", "192.0.2.2");
		scene.customers.setFault("acme.com", "slow", false);
		expect(await both("shop.acme.com")).toEqual([["192.0.2.2"], ["192.0.2.2"]]);
	});

	it("split: the second resolver finds nothing, whatever the zone's servers say", async () => {
		scene.customers.setFault("shop.acme.com", "split", true);
		expect(await both("shop.acme.com")).toEqual([["192.0.2.1"], "ENOTFOUND"]);
		expect(await scene.tell(server("second"), { name: "shop.acme.com", type: "A" })).toMatchObject({
			answers: [{ data: "192.0.2.1" }],
		});
	});

	it.each(["slow:0", "slow:x", "slow:1e9", "lame:none", "split:1", "flood"])("is none that is written %s", (text) => {
		expect(() => readFault(text)).toThrow(/is no (fault|delay)/);
	});
});
