import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { decode, encode, type Packet, streamDecode, streamEncode } from "dns-packet";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answer } from "../../../local/dns/answer.ts";
import { memoryZones } from "../../../local/dns/memory-zones.ts";
import { reply } from "../../../local/dns/packets.ts";
import { type Dns, startDns } from "../../../local/dns/server.ts";
import { cloudFrontZoneId } from "../../../local/route53/batch.ts";
import { aSet, aWorld, upsert, type World } from "../route53/world.ts";

let world: World;
let dns: Dns;
let resolver: Resolver;

beforeEach(async () => {
	world = await aWorld({ insyncDelayMs: 0 });
	const customer = memoryZones({
		"acme.test": { "shop.acme.test": [{ type: "CNAME", ttlSeconds: 60, values: ["acme.app.example.com"] }] },
	});
	dns = await startDns({
		sources: [world.route53.zones, customer],
		port: 0,
		hosts: { "origin.demo.test": ["127.0.0.1"] },
	});
	resolver = new Resolver({ tries: 1, timeout: 2_000 });
	resolver.setServers([`127.0.0.1:${dns.port}`]);
	world.route53.change(world.zoneId, [
		{
			action: "CREATE",
			set: {
				name: "acme.app.example.com.",
				type: "A",
				alias: { dnsName: "d111.cloudfront.net.", hostedZoneId: cloudFrontZoneId, evaluateTargetHealth: false },
			},
		},
		{
			action: "CREATE",
			set: {
				name: "acme.app.example.com.",
				type: "AAAA",
				alias: { dnsName: "d111.cloudfront.net.", hostedZoneId: cloudFrontZoneId, evaluateTargetHealth: false },
			},
		},
		upsert("www.app.example.com.", "CNAME", "acme.app.example.com"),
		upsert("deep.empty.app.example.com.", "A", "192.0.2.1"),
		upsert("*.wild.app.example.com.", "A", "192.0.2.2"),
		upsert("host.wild.app.example.com.", "TXT", '"here"'),
		upsert("a.b.wild.app.example.com.", "TXT", '"below"'),
		upsert("text.app.example.com.", "TXT", '"one" "two\\" \\101"'),
		upsert("mail.app.example.com.", "MX", "10 mx.example.net."),
		upsert("_sip._tcp.app.example.com.", "SRV", "1 2 5060 sip.example.net."),
		upsert("ptr.app.example.com.", "PTR", "host.example.net."),
		upsert("away.app.example.com.", "DS", "1 13 2 ABCD"),
		upsert("caa.app.example.com.", "CAA", '0 issue "amazon.com"'),
		upsert("away.app.example.com.", "NS", "ns1.elsewhere.test."),
	]);
});
afterEach(async () => {
	await dns.close();
	await world.close();
});

type RawType = "A" | "AAAA" | "TXT" | "SOA" | "DS";

async function overUdp(name: string, type: RawType, extra: Partial<Packet> = {}) {
	const socket = createSocket("udp4");
	socket.send(encode({ type: "query", id: 7, questions: [{ name, type }], ...extra }), dns.port, "127.0.0.1");
	const [message]: Buffer[] = await once(socket, "message");
	socket.close();
	if (!message) throw new Error("no answer");
	return { ...decode(message), octets: message.length, rcode: message.readUInt16BE(2) & 0xf };
}

describe("the DNS server", () => {
	it("answers an alias to CloudFront with the edge's addresses", async () => {
		expect(await resolver.resolve4("acme.app.example.com", { ttl: true })).toEqual([{ address: "127.0.0.1", ttl: 60 }]);
		expect(await resolver.resolve6("acme.app.example.com")).toEqual(["::1"]);
		expect(await resolver.resolve4("d222.cloudfront.net")).toEqual(["127.0.0.1"]);
	});

	it("follows a CNAME from one zone to another, of whatever source", async () => {
		const answer = await overUdp("Shop.Acme.Test", "A");
		expect(answer.answers).toMatchObject([
			{ name: "Shop.Acme.Test", type: "CNAME", data: "acme.app.example.com" },
			{ name: "acme.app.example.com", type: "A", data: "127.0.0.1" },
		]);
		expect(answer.flag_aa).toBe(true);
		expect(await resolver.resolveCname("www.app.example.com")).toEqual(["acme.app.example.com"]);
		expect(await resolver.resolve4("www.app.example.com")).toEqual(["127.0.0.1"]);
	});

	it("says NXDOMAIN with the zone's SOA, whose TTL bounds the belief in it", async () => {
		const answer = await overUdp("nobody.app.example.com", "A");
		expect(answer.rcode).toBe(3);
		expect(answer.authorities).toMatchObject([{ name: "app.example.com", type: "SOA", ttl: 900 }]);
		await expect(resolver.resolve4("nobody.app.example.com")).rejects.toMatchObject({ code: "ENOTFOUND" });
	});

	it("tells a name without that type, or with names below it only, from one that is not there", async () => {
		for (const name of ["text.app.example.com", "empty.app.example.com"]) {
			const answer = await overUdp(name, "A");
			expect(answer).toMatchObject({ rcode: 0, answers: [], authorities: [{ type: "SOA" }] });
		}
		await expect(resolver.resolve4("text.app.example.com")).rejects.toMatchObject({ code: "ENODATA" });
	});

	it("refuses what lies outside of its zones, and classes and kinds that it does not serve", async () => {
		expect((await overUdp("example.org", "A")).rcode).toBe(5);
		expect((await overUdp("acme.app.example.com", "A", { flags: 1 << 11 })).rcode).toBe(4);
		await expect(resolver.resolveAny("acme.app.example.com")).rejects.toMatchObject({ code: "EREFUSED" });
	});

	it.each([
		["any.wild.app.example.com", ["192.0.2.2"]],
		["two.labels.wild.app.example.com", ["192.0.2.2"]],
		["host.wild.app.example.com", "ENODATA"],
		["b.wild.app.example.com", "ENODATA"],
		["x.b.wild.app.example.com", "ENOTFOUND"],
		["*.wild.app.example.com", ["192.0.2.2"]],
		["wild.app.example.com", "ENODATA"],
	])("lets a wildcard stand for names that do not exist only: %s", async (name, expected) => {
		const answered = await resolver.resolve4(name).catch((error: NodeJS.ErrnoException) => error.code);
		expect(answered).toEqual(expected);
	});

	it("answers NS, SOA, TXT, MX, SRV, PTR and CAA as they were written", async () => {
		const withoutDots = world.nameServers.map((server) => server.slice(0, -1));
		expect((await resolver.resolveNs("app.example.com")).sort()).toEqual(withoutDots.sort());
		expect(await resolver.resolveSoa("app.example.com")).toMatchObject({ serial: 1, minttl: 86_400 });
		expect(await resolver.resolveTxt("text.app.example.com")).toEqual([["one", 'two" A']]);
		expect(await resolver.resolveMx("mail.app.example.com")).toMatchObject([
			{ priority: 10, exchange: "mx.example.net" },
		]);
		expect(await resolver.resolveSrv("_sip._tcp.app.example.com")).toMatchObject([
			{ priority: 1, weight: 2, port: 5_060, name: "sip.example.net" },
		]);
		expect(await resolver.resolvePtr("ptr.app.example.com")).toEqual(["host.example.net"]);
		expect(await resolver.resolveCaa("caa.app.example.com")).toMatchObject([{ critical: 0, issue: "amazon.com" }]);
	});

	it("refers to a zone that is delegated away", async () => {
		const answer = await overUdp("x.away.app.example.com", "A");
		expect(answer).toMatchObject({ rcode: 0, flag_aa: false, answers: [] });
		expect(answer.authorities).toMatchObject([
			{ name: "away.app.example.com", type: "NS", data: "ns1.elsewhere.test" },
		]);
		const digest = Buffer.from("abcd", "hex");
		const ds = await overUdp("away.app.example.com", "DS");
		expect(ds.answers).toMatchObject([{ type: "DS", data: { keyTag: 1, algorithm: 13, digestType: 2, digest } }]);
	});

	it("fails on order, also behind a CNAME, until told otherwise", async () => {
		dns.setServfail("Acme.app.example.com", true);
		await expect(resolver.resolve4("www.app.example.com")).rejects.toMatchObject({ code: "ESERVFAIL" });
		dns.setServfail("acme.app.example.com.", false);
		expect(await resolver.resolve4("www.app.example.com")).toEqual(["127.0.0.1"]);
	});

	it("fails for an alias whose target fails", async () => {
		dns.setServfail("d111.cloudfront.net", true);
		await expect(resolver.resolve4("acme.app.example.com")).rejects.toMatchObject({ code: "ESERVFAIL" });
	});

	it("listens on one number for UDP and TCP, or not at all", async () => {
		await expect(startDns({ sources: [], port: dns.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
		const tcp = createServer().listen(0, "127.0.0.1");
		await once(tcp, "listening");
		const address = tcp.address();
		const taken = typeof address === "object" && address ? address.port : 0;
		await expect(startDns({ sources: [], port: taken })).rejects.toMatchObject({ code: "EADDRINUSE" });
		tcp.close();
	});

	it("leaves the AAAA out when the edge has no such address", async () => {
		const other = await startDns({ sources: [], port: 0, edgeAddresses: ["127.0.0.1"] });
		resolver.setServers([`127.0.0.1:${other.port}`]);
		await expect(resolver.resolve6("d111.cloudfront.net")).rejects.toMatchObject({ code: "ENODATA" });
		await other.close();
	});

	it("knows static hosts", async () => {
		expect(await resolver.resolve4("origin.demo.test")).toEqual(["127.0.0.1"]);
		await expect(resolver.resolve6("origin.demo.test")).rejects.toMatchObject({ code: "ENODATA" });
	});

	it("ends a loop of CNAMEs with SERVFAIL", async () => {
		world.route53.change(world.zoneId, [
			upsert("l1.app.example.com.", "CNAME", "l2.app.example.com"),
			upsert("l2.app.example.com.", "CNAME", "l1.app.example.com"),
		]);
		expect((await overUdp("l1.app.example.com", "A")).rcode).toBe(2);
	});
});

describe("an answer that is too long for UDP", () => {
	const texts = Array.from({ length: 8 }, (_, at) => `"${at}${"x".repeat(100)}"`);
	const edns = {
		type: "OPT" as const,
		name: ".",
		udpPayloadSize: 4_096,
		extendedRcode: 0,
		ednsVersion: 0,
		flags: 0,
		flag_do: false,
		options: [],
	};

	beforeEach(() => {
		world.route53.change(world.zoneId, [{ action: "CREATE", set: aSet("long.app.example.com.", "TXT", texts) }]);
	});

	it("is cut to nothing with the TC bit, and whole over TCP", async () => {
		const cut = await overUdp("long.app.example.com", "TXT");
		expect(cut).toMatchObject({ flag_tc: true, answers: [] });
		expect(await resolver.resolveTxt("long.app.example.com")).toHaveLength(8);
	});

	it("fits when the client takes more by EDNS", async () => {
		const answer = await overUdp("long.app.example.com", "TXT", { additionals: [edns] });
		expect(answer).toMatchObject({ flag_tc: false, additionals: [{ type: "OPT", udpPayloadSize: 1_232 }] });
		expect(answer.answers).toHaveLength(8);
		expect(answer.octets).toBeGreaterThan(512);
	});

	it("answers several queries on one TCP connection, in whatever pieces they come", async () => {
		const connection = connect(dns.port, "127.0.0.1");
		const queries = ["acme", "long"].map((label, id) =>
			streamEncode({
				type: "query",
				id,
				questions: [{ name: `${label}.app.example.com`, type: id === 0 ? "A" : "TXT" }],
			}),
		);
		const bytes = Buffer.concat(queries);
		connection.write(bytes.subarray(0, 5));
		await once(connection, "connect");
		connection.write(bytes.subarray(5));
		let received = Buffer.alloc(0);
		const answers: Packet[] = [];
		while (answers.length < 2) {
			const [chunk]: Buffer[] = await once(connection, "data");
			received = Buffer.concat([received, chunk ?? Buffer.alloc(0)]);
			while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
				answers.push(streamDecode(received));
				received = received.subarray(2 + received.readUInt16BE(0));
			}
		}
		connection.destroy();
		expect(answers.map(({ id, answers: records }) => [id, records?.length])).toEqual([
			[0, 1],
			[1, 8],
		]);
	});
});

describe("a packet that is no query", () => {
	it("is answered FORMERR when it has an id, and not at all otherwise", async () => {
		const socket = createSocket("udp4");
		const garbage = Buffer.from("00ff01000001000000000000ffff", "hex");
		socket.send(Buffer.from("0001", "hex"), dns.port, "127.0.0.1");
		socket.send(encode({ type: "response", id: 1, questions: [] }), dns.port, "127.0.0.1");
		socket.send(garbage, dns.port, "127.0.0.1");
		const [message]: Buffer[] = await once(socket, "message");
		socket.close();
		expect(message?.readUInt16BE(0)).toBe(0x00ff);
		expect((message?.readUInt16BE(2) ?? 0) & 0xf).toBe(1);
	});

	it("never throws, whatever the octets are", async () => {
		const authority = { sources: [world.route53.zones], servfail: new Set<string>() };
		const query = encode({ type: "query", id: 7, questions: [{ name: "acme.app.example.com", type: "A" }] });
		const mutated = fc.array(fc.tuple(fc.nat(query.length - 1), fc.nat(255)), { maxLength: 6 }).map((edits) => {
			const octets = Buffer.from(query);
			for (const [at, octet] of edits) octets[at] = octet;
			return octets;
		});
		const any = fc.uint8Array({ maxLength: 64 }).map((octets) => Buffer.from(octets));
		await fc.assert(
			fc.asyncProperty(
				fc.oneof(mutated, any),
				fc.constantFrom("udp" as const, "tcp" as const),
				async (octets, transport) => {
					const answered = await reply(octets, transport, async ({ name, type }) => answer(name, type, authority));
					if (answered) expect(answered.subarray(0, 2)).toEqual(octets.subarray(0, 2));
				},
			),
			{ numRuns: 2_000 },
		);
	});

	it("echoes a question of a type that it has no name for", async () => {
		const query = Buffer.from(
			encode({ type: "query", id: 9, questions: [{ name: "acme.app.example.com", type: "A" }] }),
		);
		query.writeUInt16BE(65, query.length - 4); // HTTPS
		const socket = createSocket("udp4");
		socket.send(query, dns.port, "127.0.0.1");
		const [message]: Buffer[] = await once(socket, "message");
		socket.close();
		expect(message?.subarray(12, query.length).toString("hex")).toBe(query.subarray(12).toString("hex"));
		expect((message?.readUInt16BE(2) ?? 0xf) & 0xf).toBe(0);
	});
});
