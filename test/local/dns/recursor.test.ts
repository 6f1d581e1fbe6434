import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startRecursor } from "../../../local/dns/recursor.ts";
import { a, aHierarchy, type Hierarchy, ns, serverOf } from "./a-hierarchy.ts";

let world: Hierarchy;
beforeEach(async () => {
	world = await aHierarchy();
	world.registrations.push({ name: "shop.test.", nameServers: [serverOf(0)], ds: ["1 13 2 ABCD"] });
});
afterEach(() => world.close());

/** The registered domain on slot 0, with a child zone on slot 1. */
async function aDelegation(child: Record<string, ReturnType<typeof a>[]> = { "www.app.shop.test.": [a("192.0.2.1")] }) {
	const parent = await world.serve(2, {
		"shop.test": { "shop.test": [a("192.0.2.9")], "app.shop.test": [ns(serverOf(1))] },
	});
	const below = await world.serve(3, { "app.shop.test": child });
	return { parent, below };
}

describe("the recursor", () => {
	it("follows referrals from the root to the servers of the zone itself", async () => {
		await aDelegation();
		expect(await world.ask("www.app.shop.test")).toEqual(["192.0.2.1"]);
		expect(await world.ask("shop.test")).toEqual(["192.0.2.9"]);
		expect(await world.ask("origin.demo.test")).toEqual(["127.0.0.9"]);
	});

	it("says what is not there, and that nobody serves a top-level domain", async () => {
		await aDelegation();
		expect(await world.ask("nobody.app.shop.test")).toBe("NXDOMAIN");
		expect(await world.ask("www.app.shop.test", "TXT")).toBe("NOERROR");
		expect(await world.ask("example.com")).toBe("NXDOMAIN");
		expect(await world.ask("other.test")).toBe("NXDOMAIN");
	});

	it("asks the parent for a DS, and the zone itself for its name servers", async () => {
		await aDelegation();
		expect((await world.recursor.resolve({ name: "shop.test", type: "DS" })).answers).toMatchObject([
			{ type: "DS", data: { keyTag: 1 } },
		]);
		expect(await world.ask("app.shop.test", "NS")).toEqual(["ns.local"]);
	});

	it("follows a CNAME into another zone, and keeps the spelling of the name", async () => {
		await world.serve(2, {
			"shop.test": { "go.shop.test": [{ type: "CNAME", ttlSeconds: 60, values: ["origin.demo.test"] }] },
		});
		const { answers } = await world.recursor.resolve({ name: "Go.Shop.test", type: "A" });
		expect(answers).toMatchObject([
			{ name: "Go.Shop.test", type: "CNAME", data: "origin.demo.test" },
			{ name: "origin.demo.test", type: "A", data: "127.0.0.9" },
		]);
	});

	it("uses the addresses that a referral carries for servers below the cut", async () => {
		await world.serve(2, {
			"shop.test": { "app.shop.test": [ns("ns.app.shop.test")], "ns.app.shop.test": [a("127.0.53.3")] },
		});
		await world.serve(3, { "app.shop.test": { "www.app.shop.test": [a("192.0.2.1")] } });
		expect(await world.ask("www.app.shop.test")).toEqual(["192.0.2.1"]);
	});

	it("ends a loop of CNAMEs, and a search for a server by itself", async () => {
		const cname = (value: string) => ({ type: "CNAME" as const, ttlSeconds: 60, values: [value] });
		await world.serve(2, {
			"shop.test": {
				"l1.shop.test": [cname("l2.shop.test")],
				"l2.shop.test": [cname("l1.shop.test")],
				"app.shop.test": [ns("ns.app.shop.test")],
			},
		});
		expect(await world.ask("l1.shop.test")).toBe("SERVFAIL");
		expect(await world.ask("www.app.shop.test")).toBe("SERVFAIL");
	});

	it("takes an answer that is too long for UDP over TCP", async () => {
		const values = Array.from({ length: 12 }, (_, at) => `"${at}${"x".repeat(100)}"`);
		await world.serve(2, { "shop.test": { "shop.test": [{ type: "TXT", ttlSeconds: 60, values }] } });
		expect(await world.ask("shop.test", "TXT")).toHaveLength(12);
	});
});

describe("a delegation that does not work", () => {
	it("is SERVFAIL when the server does not serve the zone, until the parent names one that does", async () => {
		const { parent } = await aDelegation();
		await world.serve(4, {});
		world.registrations[0] = { name: "shop.test.", nameServers: [serverOf(2)] };
		expect(await world.ask("www.app.shop.test")).toBe("SERVFAIL");
		world.registrations[0] = { name: "shop.test.", nameServers: [serverOf(2), serverOf(0)] };
		expect(await world.ask("www.app.shop.test")).toEqual(["192.0.2.1"]);
		expect(parent.port).toBeGreaterThan(0);
	});

	it("is SERVFAIL when nobody is there, or nobody answers", async () => {
		expect(await world.ask("shop.test")).toBe("SERVFAIL");
		const silent = createSocket("udp4");
		const { port } = await startRecursorAt();
		silent.bind(port, "127.0.53.2");
		await once(silent, "listening");
		expect(await world.ask("shop.test")).toBe("SERVFAIL");
		silent.close();
	});

	/** The number of the servers, as a server tells it. */
	async function startRecursorAt() {
		const probe = await world.serve(5, {});
		return { port: probe.port };
	}
});

describe("the recursor's cache", () => {
	it("keeps an answer for its time to live, and tells what is left of it", async () => {
		const { below } = await aDelegation({ "www.app.shop.test.": [a("192.0.2.1", 60)] });
		await world.ask("www.app.shop.test");
		await below.close();
		await world.clock.advance(20_000);
		const { answers } = await world.recursor.resolve({ name: "www.app.shop.test", type: "A" });
		expect(answers).toMatchObject([{ data: "192.0.2.1", ttl: 40 }]);
		await world.clock.advance(41_000);
		expect(await world.ask("www.app.shop.test")).toBe("SERVFAIL");
	});

	it("believes a name's absence for as long as the zone says, for every type", async () => {
		const records: Record<string, ReturnType<typeof a>[]> = {};
		const { below } = await aDelegation(records);
		expect(await world.ask("new.app.shop.test")).toBe("NXDOMAIN");
		await below.close();
		await world.serve(3, { "app.shop.test": { "new.app.shop.test": [a("192.0.2.5")] } });
		await world.clock.advance(59_000);
		expect(await world.ask("new.app.shop.test")).toBe("NXDOMAIN");
		expect(await world.ask("new.app.shop.test", "TXT")).toBe("NXDOMAIN");
		await world.clock.advance(2_000);
		expect(await world.ask("new.app.shop.test")).toEqual(["192.0.2.5"]);
	});

	it("keeps a delegation for its time to live, unless it is flushed", async () => {
		const { parent } = await aDelegation();
		await world.ask("www.app.shop.test");
		await parent.close();
		await world.serve(2, { "shop.test": {} });
		expect(await world.ask("other.app.shop.test")).toBe("NXDOMAIN");
		expect(await world.ask("www.app.shop.test")).toEqual(["192.0.2.1"]);
		world.recursor.flush();
		expect(await world.ask("www.app.shop.test")).toBe("NXDOMAIN");
	});
});

describe("a recursor that listens", () => {
	it("answers an ordinary resolver, and refuses what no server answers", async () => {
		const { parent } = await aDelegation();
		const recursor = await startRecursor({
			...{ roots: ["127.0.53.1"], nameServerPort: parent.port, clock: world.clock },
			...{ host: "127.0.0.1", port: 0 },
		});
		const resolver = new Resolver({ tries: 1, timeout: 2_000 });
		resolver.setServers([`127.0.0.1:${recursor.port}`]);
		expect(await resolver.resolve4("www.app.shop.test")).toEqual(["192.0.2.1"]);
		await expect(resolver.resolve4("nobody.shop.test")).rejects.toMatchObject({ code: "ENOTFOUND" });
		await expect(resolver.resolveAny("shop.test")).rejects.toMatchObject({ code: "EREFUSED" });
		await recursor.close();
	});
});

describe("an account's own server", () => {
	it("answers with authority for its zones, refers below them, and refuses all else", async () => {
		const { parent, below } = await aDelegation();
		const at = (host: string, name: string) => {
			const resolver = new Resolver({ tries: 1, timeout: 2_000 });
			resolver.setServers([`${host}:${parent.port}`]);
			return resolver.resolve4(name).catch((error: NodeJS.ErrnoException) => error.code);
		};
		expect(await at(parent.host, "shop.test")).toEqual(["192.0.2.9"]);
		expect(await at(parent.host, "www.app.shop.test")).toBe("ENODATA");
		expect(await at(below.host, "www.app.shop.test")).toEqual(["192.0.2.1"]);
		expect(await at(below.host, "shop.test")).toBe("EREFUSED");
		expect(await at(below.host, "d111.cloudfront.net")).toBe("EREFUSED");
	});
});
