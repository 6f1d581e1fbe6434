import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type Answer, decode, encode, type RecordType } from "dns-packet";
import { afterEach, describe, expect, it } from "vitest";
import { memoryZones } from "../../local/dns/memory-zones.ts";
import { startDns } from "../../local/dns/server.ts";
import { askServer } from "../../services/dns-query.ts";
import { addressOf, aNameServer, soaOf } from "../builders/a-name-server.ts";

const running: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
	await Promise.all(running.splice(0).map((server) => server.close()));
});

async function serving(...given: Parameters<typeof aNameServer>) {
	const server = await aNameServer(...given);
	running.push(server);
	return server;
}
const at = ({ host, port }: { host: string; port: number }) => ({ address: host, port });
const ask = (server: { host: string; port: number }, name: string, type: RecordType = "A") =>
	askServer(at(server), { name, type, manner: "know" });

/** Zones as the embedded cloud serves them. */
async function zones() {
	const long = Array.from({ length: 40 }, (_, number) => `"${String(number).padStart(60, "x")}"`);
	const source = memoryZones({
		"app.example.com": {
			"a.app.example.com": [{ type: "A", ttlSeconds: 60, values: ["192.0.2.1"] }],
			"long.app.example.com": [{ type: "TXT", ttlSeconds: 60, values: long }],
			"app.example.com": [{ type: "CAA", ttlSeconds: 60, values: ['0 issue "amazon.com"'] }],
			"away.app.example.com": [{ type: "DS", ttlSeconds: 60, values: ["7 13 2 ABCD"] }],
		},
	});
	const dns = await startDns({ sources: [source], port: 0, edgeNames: "behind-aliases" });
	running.push(dns);
	return dns;
}

describe("asking one server", () => {
	it("answers records of any type, with authority", async () => {
		const dns = await zones();
		const of = async (name: string, type: RecordType) => {
			const { rcode, authoritative, answers } = (await ask(dns, name, type)) ?? {};
			return { rcode, authoritative, data: (answers ?? []).map((record) => ("data" in record ? record.data : "")) };
		};
		const yes = { rcode: "NOERROR", authoritative: true };
		expect(await of("a.app.example.com", "A")).toEqual({ ...yes, data: ["192.0.2.1"] });
		expect(await of("app.example.com", "NS")).toEqual({ ...yes, data: ["ns.local"] });
		expect(await of("app.example.com", "SOA")).toMatchObject({ ...yes, data: [{ mname: "ns.local", minimum: 60 }] });
		expect(await of("app.example.com", "CAA")).toMatchObject({ ...yes, data: [{ tag: "issue", value: "amazon.com" }] });
		const ds = { keyTag: 7, algorithm: 13, digestType: 2, digest: Buffer.from("abcd", "hex") };
		expect(await of("away.app.example.com", "DS")).toEqual({ ...yes, data: [ds] });
	});

	it("tells no name, no data and no authority apart, with the SOA that says so", async () => {
		const dns = await zones();
		const missing = await ask(dns, "nobody.app.example.com");
		expect(missing).toMatchObject({ rcode: "NXDOMAIN", authoritative: true, answers: [] });
		expect(missing?.authorities.map(({ type }) => type)).toEqual(["SOA"]);
		expect(await ask(dns, "a.app.example.com", "AAAA")).toMatchObject({ rcode: "NOERROR", answers: [] });
		expect(await ask(dns, "app.example.org")).toMatchObject({ rcode: "REFUSED", authoritative: false });
	});

	it("takes over TCP what does not fit over UDP", async () => {
		const answer = await ask(await zones(), "long.app.example.com", "TXT");
		expect(answer?.answers).toHaveLength(40);
	});

	it("asks a resolver to find out, and a name server for what it knows", async () => {
		const socket = createSocket("udp4");
		socket.bind(0, "127.0.0.1");
		await once(socket, "listening");
		const wanted: boolean[] = [];
		socket.on("message", (query, { port }) => {
			wanted.push((query.readUInt16BE(2) & 0x100) !== 0);
			query.writeUInt16BE(query.readUInt16BE(2) | 0x8000, 2);
			socket.send(query, port, "127.0.0.1");
		});
		const server = { address: "127.0.0.1", port: socket.address().port };
		await askServer(server, { name: "example.com", type: "A", manner: "find-out" });
		await askServer(server, { name: "example.com", type: "A", manner: "know" });
		socket.close();
		expect(wanted).toEqual([true, false]);
	});

	it("answers nothing where nobody listens, at once", async () => {
		const server = await aNameServer(() => ({}));
		await server.close();
		const began = Date.now();
		expect(await ask(server, "example.com")).toBeUndefined();
		expect(Date.now() - began).toBeLessThan(1_000);
	});

	it("asks again when the first answer is lost", async () => {
		let times = 0;
		const server = await serving(() =>
			++times === 1 ? undefined : { answers: addressOf("example.com", "192.0.2.1") },
		);
		expect(await ask(server, "example.com")).toMatchObject({ rcode: "NOERROR" });
		expect(server.asked).toHaveLength(2);
	});

	it("does not believe what answers another question, or nobody's", async () => {
		const forged = addressOf("example.com", "192.0.2.66");
		const liar = createSocket("udp4");
		liar.bind(0, "127.0.0.1");
		await once(liar, "listening");
		liar.on("message", (query, { port }) => {
			const { id = 0, questions = [] } = decode(query);
			const say = (more: object, flags = 0) =>
				liar.send(encode({ type: "response", id, flags, questions, answers: forged, ...more }), port, "127.0.0.1");
			say({ id: (id + 1) % 65_536 });
			say({ questions: [{ name: "example.org", type: "A" }] });
			say({ questions: [{ name: "example.com", type: "AAAA" }] });
			say({ questions: [] });
			say({ type: "query" });
			liar.send(Buffer.from("no packet"), port, "127.0.0.1");
			say({ answers: addressOf("example.com", "192.0.2.1") });
		});
		const answer = await askServer(
			{ address: "127.0.0.1", port: liar.address().port },
			{ name: "Example.com", type: "A", manner: "know" },
		);
		liar.close();
		const data = (answer?.answers ?? []).map((record: Answer) => ("data" in record ? record.data : ""));
		expect(data).toEqual(["192.0.2.1"]);
	});

	it.each(["hangs up", "says nothing of use"] as const)("answers nothing when TCP %s", async (how) => {
		const server = await serving((question, transport) => {
			if (transport === "udp") return { truncated: true };
			return how === "hangs up" ? undefined : { question: { ...question, name: "example.org" }, answers: soaOf("x") };
		});
		expect(await ask(server, "example.com")).toBeUndefined();
	});

	it("answers what a server says that it cannot do", async () => {
		const server = await serving(() => ({ rcode: "SERVFAIL" }));
		expect(await ask(server, "example.com")).toMatchObject({ rcode: "SERVFAIL", answers: [], authorities: [] });
	});
});
