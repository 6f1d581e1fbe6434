import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { customerServerAddresses } from "../../../local/customer-dns/name-servers.ts";
import { observeZone } from "../../../services/observe-zone.ts";
import { setEnvironment } from "../../builders/a-cloud.ts";
import { aScene, edgeAddress, type Scene, target } from "./a-provider.ts";

let scene: Scene;
beforeEach(async () => {
	scene = await aScene();
});
afterEach(() => scene.close());

const set = (name: string, type: string, value: string, ttlSeconds = 60) =>
	scene.customers.set({ name, type, values: [value], ttlSeconds });

describe("a customer's zone", () => {
	it("is found by both resolvers, and leads through the platform's names to the edge", async () => {
		set("shop.acme.com", "CNAME", target);
		expect(await scene.ask("first", "shop.acme.com")).toEqual([edgeAddress]);
		expect(await scene.ask("second", "shop.acme.com")).toEqual([edgeAddress]);
		expect(await scene.ask("first", "shop.acme.com", "CNAME")).toEqual([target]);
	});

	it("answers every type as it was set", async () => {
		set("acme.com", "TXT", "hostmaster-verification=abc");
		set("acme.com", "MX", "10 mail.acme.com");
		set("acme.com", "CAA", '128 unheardof "x"');
		set("v6.acme.co.uk", "AAAA", "2001:db8::1");
		expect(await scene.ask("second", "acme.com", "TXT")).toEqual(["hostmaster-verification=abc"]);
		expect(await scene.ask("first", "acme.com", "MX")).toEqual([
			'{"exchange":"mail.acme.com","priority":10,"type":"MX"}',
		]);
		expect(await scene.names.look({ name: "acme.com", type: "CAA" })).toMatchObject({
			answers: [{ data: { flags: 128, tag: "unheardof", value: "x" } }],
		});
		expect(await scene.ask("first", "v6.acme.co.uk", "AAAA")).toEqual(["2001:db8::1"]);
	});

	it("is delegated from its registry to two servers of its own, which the services find and ask", async () => {
		set("shop.acme.com", "CNAME", target);
		const resolvers = [scene.at.first, scene.at.second].map(({ host, port }) => `${host}:${port}`);
		setEnvironment({ RESOLVERS: resolvers.join(","), NAME_SERVER_PORT: String(scene.port) });
		const zone = await observeZone({ hostname: "shop.acme.com", txtName: "_hostmaster.shop.acme.com" });
		const standing = "authoritative";
		expect(zone).toMatchObject({
			value: {
				name: "acme.com",
				delegated: { value: ["ns1.customer-dns.test", "ns2.customer-dns.test"] },
				servers: [
					{ server: "ns1.customer-dns.test", standing },
					{ server: "ns2.customer-dns.test", standing },
				],
			},
		});
	});

	it("that nobody has made is not registered, and its registry says so", async () => {
		expect(await scene.ask("first", "shop.nobody-has-this.com")).toBe("ENOTFOUND");
		expect(await scene.ask("second", "shop.nobody-has-this.co.uk")).toBe("ENOTFOUND");
		const { authorities } = await scene.names.look({ name: "shop.nobody-has-this.com", type: "A" });
		expect(authorities).toMatchObject([{ type: "SOA", name: "com" }]);
	});

	it("may be delegated to others than those who serve it", async () => {
		set("acme.com", "A", "192.0.2.1");
		scene.customers.setZone("acme.com", { delegatedTo: ["ns1.gone.com"] });
		expect(await scene.ask("first", "acme.com")).toBe("ESERVFAIL");
		scene.customers.setZone("acme.com", { delegatedTo: [] });
		scene.names.flush();
		expect(await scene.ask("first", "acme.com")).toEqual(["192.0.2.1"]);
	});

	it("has the addresses of an ALIAS at its apex, with its other records beside them", async () => {
		set("acme.com", "ALIAS", target);
		set("acme.com", "TXT", "v=spf1 -all");
		set("www.acme.com", "CNAME", "acme.com");
		expect(await scene.ask("first", "acme.com")).toEqual([edgeAddress]);
		expect(await scene.ask("second", "www.acme.com")).toEqual([edgeAddress]);
		expect(await scene.ask("first", "acme.com", "AAAA")).toBe("ENODATA");
		expect(await scene.ask("first", "acme.com", "TXT")).toEqual(["v=spf1 -all"]);
		const server = { address: customerServerAddresses.second, port: scene.port };
		expect(await scene.tell(server, { name: "acme.com", type: "A" })).toMatchObject({
			authoritative: true,
			answers: [{ name: "acme.com", type: "A", data: edgeAddress }],
		});
	});
});

describe("what resolvers remember", () => {
	it("is the old answer for as long as its TTL says, then the new one", async () => {
		set("acme.com", "A", "192.0.2.1", 300);
		await scene.ask("first", "acme.com");
		set("acme.com", "A", "192.0.2.2", 300);
		await scene.clock.advance(299_000);
		expect(await scene.ask("first", "acme.com")).toEqual(["192.0.2.1"]);
		// The other had not asked.
		expect(await scene.ask("second", "acme.com")).toEqual(["192.0.2.2"]);
		await scene.clock.advance(1_000);
		expect(await scene.ask("first", "acme.com")).toEqual(["192.0.2.2"]);
	});

	it("is also that there was nothing, for the zone's negative TTL", async () => {
		set("acme.com", "A", "192.0.2.1");
		scene.customers.setZone("acme.com", { negativeTtlSeconds: 120 });
		expect(await scene.ask("first", "shop.acme.com")).toBe("ENOTFOUND");
		set("shop.acme.com", "A", "192.0.2.3");
		await scene.clock.advance(119_000);
		expect(await scene.ask("first", "shop.acme.com")).toBe("ENOTFOUND");
		await scene.clock.advance(1_000);
		expect(await scene.ask("first", "shop.acme.com")).toEqual(["192.0.2.3"]);
	});

	it("is nothing for the certificate authority, which sees each change at once", async () => {
		const look = async () => (await scene.names.look({ name: "_v.acme.com", type: "CNAME" })).answers;
		set("_v.acme.com", "CNAME", "_old.acm-validations.aws", 3_600);
		expect(await look()).toMatchObject([{ data: "_old.acm-validations.aws" }]);
		set("_v.acme.com", "CNAME", "_new.acm-validations.aws", 3_600);
		expect(await look()).toMatchObject([{ data: "_new.acm-validations.aws" }]);
	});

	it("answers up to the top for the platform's names, too, as CAA is climbed", async () => {
		for (const name of ["app.hostmaster.test", "hostmaster.test", "test"]) {
			expect(await scene.names.look({ name, type: "CAA" })).toMatchObject({ rcode: "NOERROR", answers: [] });
		}
	});

	it("never holds up the platform's own names", async () => {
		expect(await scene.ask("first", "acme.app.hostmaster.test")).toBe("ENOTFOUND");
		expect(await scene.ask("second", target)).toEqual([edgeAddress]);
		scene.names.dns.setServfail(target, true);
		expect(await scene.ask("first", target)).toBe("ESERVFAIL");
		expect(await scene.ask("second", target)).toBe("ESERVFAIL");
	});
});

describe("a machine with one address", () => {
	it("has two resolvers there all the same, on two ports, and finds customers' zones by their NS", async () => {
		const narrow = await aScene(false);
		try {
			narrow.customers.set({ name: "shop.acme.com", type: "CNAME", values: [target] });
			narrow.customers.set({ name: "acme.com", type: "ALIAS", values: [target] });
			expect(await narrow.ask("first", "shop.acme.com")).toEqual([edgeAddress]);
			expect(await narrow.ask("second", "acme.com")).toEqual([edgeAddress]);
			expect(await narrow.ask("second", "nobody-has-this.com")).toBe("ENOTFOUND");
			const server = { address: "127.0.0.1", port: narrow.port };
			expect(await narrow.tell(server, { name: "acme.com", type: "SOA" })).toMatchObject({ authoritative: true });
			narrow.customers.setFault("acme.com", "split", true);
			expect(await narrow.ask("second", "acme.com")).toBe("ENOTFOUND");
			expect(await narrow.ask("first", "acme.com")).toEqual([edgeAddress]);
		} finally {
			await narrow.close();
		}
	});
});
