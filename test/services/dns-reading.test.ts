import type { Answer } from "dns-packet";
import { afterEach, describe, expect, it } from "vitest";
import type { DnsAnswer } from "../../services/dns-query.ts";
import { readingOf, readTxt, recordsIn } from "../../services/dns-reading.ts";
import { shakeHands } from "../../services/tls-handshake.ts";
import { setEnvironment } from "../builders/a-cloud.ts";
import { aNameServer, soaOf } from "../builders/a-name-server.ts";

const running: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
	await Promise.all(running.splice(0).map((server) => server.close()));
});

const said = (more: Partial<DnsAnswer>): DnsAnswer => ({
	...{ rcode: "NOERROR", authoritative: false, answers: [], authorities: [] },
	...more,
});
const a = { name: "shop.acme.com", type: "A" } as const;
const cname = (name: string, data: string, ttl?: number): Answer => ({
	type: "CNAME",
	name,
	data,
	...(ttl && { ttl }),
});

describe("an answer, read", () => {
	it("has its CNAMEs in the order of the way, canonical, whatever their order and spelling", () => {
		const answers: Answer[] = [
			{ type: "A", name: "c.example.org", ttl: 30, data: "192.0.2.1" },
			cname("b.example.org", "c.example.org.", 20),
			cname("Shop.Acme.com", "B.example.org", 10),
			cname("stray.example.org", "x.example.org"),
		];
		expect(readingOf(said({ answers }), a)).toEqual({
			outcome: "answer",
			chain: [
				{ name: "shop.acme.com", target: "b.example.org", ttlSeconds: 10 },
				{ name: "b.example.org", target: "c.example.org", ttlSeconds: 20 },
			],
			values: ["192.0.2.1"],
			ttlSeconds: 30,
		});
	});

	it("ends a circle, and takes a TTL that is not there for none", () => {
		const answers = [cname("shop.acme.com", "a.acme.com"), cname("a.acme.com", "shop.acme.com")];
		const { chain } = readingOf(said({ answers }), a);
		expect(chain.map(({ target, ttlSeconds }) => [target, ttlSeconds])).toEqual([
			["a.acme.com", 0],
			["shop.acme.com", 0],
		]);
	});

	it.each([
		["NOERROR", "no-data"],
		["NXDOMAIN", "nxdomain"],
		["REFUSED", "refused"],
		["SERVFAIL", "servfail"],
		["OTHER", "servfail"],
	])("tells %s from the others", (rcode, outcome) => {
		expect(readingOf(said({ rcode }), a)).toMatchObject({ outcome, ttlSeconds: undefined });
	});

	it("may be believed for as long as its SOA says, and nobody's silence at all", () => {
		expect(readingOf(said({ rcode: "NXDOMAIN", authorities: soaOf("acme.com") }), a).ttlSeconds).toBe(1);
		expect(readingOf(undefined, a)).toMatchObject({ outcome: "no-answer", ttlSeconds: undefined });
		expect(recordsIn(undefined)).toEqual([]);
	});

	it("keeps the character strings of a TXT record apart", async () => {
		const data = [Buffer.from("one"), Buffer.from("two")];
		const server = await aNameServer(({ name }) => ({ answers: [{ type: "TXT", name, ttl: 5, data }] }));
		running.push(server);
		const at = { address: server.host, port: server.port };
		expect(await readTxt(at, { name: "shop.acme.com", manner: "know" })).toEqual({
			...{ outcome: "answer", chain: [], ttlSeconds: 5 },
			records: [["one", "two"]],
		});
	});
});

describe("a handshake", () => {
	it("with nobody is none", async () => {
		setEnvironment({ EDGE_PORT: "1" });
		expect(await shakeHands("shop.acme.com", "127.0.60.98")).toEqual({
			...{ outcome: "no-handshake", because: "ECONNREFUSED" },
		});
	});
});
