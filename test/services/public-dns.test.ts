import type { Question } from "dns-packet";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { caaClimb, publicViews, resolvers, serverViews } from "../../services/public-dns.ts";
import { setEnvironment } from "../builders/a-cloud.ts";
import { addressOf, aNameServer, caaOf, nsOf, type Said, soaOf } from "../builders/a-name-server.ts";

const zone = "app.example.com";
const servers = ["ns-1.awsdns-00.com", "ns-2.awsdns-00.net"];
const running: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
	await Promise.all(running.splice(0).map((server) => server.close()));
});
beforeEach(() => setEnvironment({ RESOLVERS: "", NAME_SERVER_PORT: "53" }));

type Say = (question: Question) => Said | undefined;
/** Resolvers, each at its own address, one port. */
async function resolving(...say: Say[]) {
	let port = 0;
	for (const [at, one] of say.entries()) {
		const server = await aNameServer(one, { host: `127.0.0.${at + 1}`, port });
		({ port } = server);
		running.push(server);
	}
	setEnvironment({
		RESOLVERS: say.map((_, at) => `127.0.0.${at + 1}:${port}`).join(", "),
		NAME_SERVER_PORT: String(port),
	});
	return port;
}

describe("the resolvers", () => {
	it("are the setting's, with or without a port, or public ones", () => {
		expect(resolvers().map(({ address, port }) => `${address} ${port}`)).toEqual([
			...["1.1.1.1 53", "8.8.8.8 53", "9.9.9.9 53"],
		]);
		setEnvironment({ RESOLVERS: "192.0.2.1:5353, 192.0.2.2,2001:db8::1" });
		expect(resolvers().map(({ address, port }) => `${address} ${port}`)).toEqual([
			...["192.0.2.1 5353", "192.0.2.2 53", "2001:db8::1 53"],
		]);
	});

	it("each say which name servers they find, that there are none, or nothing", async () => {
		await resolving(
			() => ({ answers: nsOf(zone, servers) }),
			() => ({ rcode: "NXDOMAIN", authorities: soaOf("example.com") }),
			() => ({ rcode: "SERVFAIL" }),
		);
		expect(await publicViews(zone)).toEqual([
			{ resolver: "127.0.0.1", outcome: "found", servers },
			{ resolver: "127.0.0.2", outcome: "none", servers: [] },
			{ resolver: "127.0.0.3", outcome: "no-answer", servers: [] },
		]);
	});
});

describe("each name server", () => {
	/** A resolver that knows where the servers are, and the servers, on one port. */
	async function world(addresses: Record<string, string>, say: Record<string, Said>) {
		const port = await resolving(({ name }) => {
			const address = addresses[name];
			return address ? { answers: addressOf(name, address) } : { rcode: "NXDOMAIN" };
		});
		for (const [host, said] of Object.entries(say)) running.push(await aNameServer(() => said, { host, port }));
	}
	const good: Said = { authoritative: true, answers: soaOf(zone) };

	it("is asked itself, and is authoritative when it says so of the zone's SOA", async () => {
		await world(
			{ "ns-1.awsdns-00.com": "127.0.0.11", "ns-2.awsdns-00.net": "127.0.0.12" },
			{ "127.0.0.11": good, "127.0.0.12": good },
		);
		expect(await serverViews(zone, ["ns-1.awsdns-00.com.", "ns-2.awsdns-00.net"])).toEqual([
			{ server: "ns-1.awsdns-00.com.", outcome: "authoritative" },
			{ server: "ns-2.awsdns-00.net", outcome: "authoritative" },
		]);
	});

	it.each<[string, Said, string]>([
		["refuses", { rcode: "REFUSED" }, "answers REFUSED"],
		["has it from hearsay", { answers: soaOf(zone) }, "is not authoritative"],
		["knows of no SOA", { authoritative: true }, "is not authoritative"],
	])("is lame when it %s", async (_, said, detail) => {
		await world({ "ns-1.awsdns-00.com": "127.0.0.11" }, { "127.0.0.11": said });
		expect(await serverViews(zone, ["ns-1.awsdns-00.com"])).toEqual([
			{ server: "ns-1.awsdns-00.com", outcome: "lame", detail },
		]);
	});

	it("is lame without an address, silent when it does not answer, and unknown when nobody can be asked", async () => {
		await world({ "ns-1.awsdns-00.com": "127.0.0.11" }, {});
		expect(await serverViews(zone, servers)).toEqual([
			{ server: "ns-1.awsdns-00.com", outcome: "no-answer" },
			{ server: "ns-2.awsdns-00.net", outcome: "lame", detail: "has no address" },
		]);
		await Promise.all(running.splice(0).map((server) => server.close()));
		expect(await serverViews(zone, ["ns-1.awsdns-00.com"])).toEqual([
			{ server: "ns-1.awsdns-00.com", outcome: "no-answer" },
		]);
	});
});

describe("climbing for CAA", () => {
	it("answers what stands at each name", async () => {
		await resolving(({ name }) =>
			name === "example.com" ? { answers: caaOf(name, "amazon.com", "issuewild") } : { rcode: "NXDOMAIN" },
		);
		expect(await caaClimb(`*.${zone}`)).toEqual([
			{ name: zone, records: [] },
			{ name: "example.com", records: [{ flags: 0, tag: "issuewild", value: "amazon.com" }] },
			{ name: "com", records: [] },
		]);
	});

	it("takes the answer of whichever resolver has one", async () => {
		await resolving(
			() => ({ rcode: "SERVFAIL" }),
			({ name }) => ({ answers: name === zone ? caaOf(name, "amazon.com") : [] }),
		);
		expect((await caaClimb(zone))?.[0]?.records).toHaveLength(1);
	});

	it("is unknown when a name cannot be asked for, unless it stands above one that has records", async () => {
		const silentAt = (silent: string) => (question: Question) => {
			if (question.name === silent) return { rcode: "SERVFAIL" } as const;
			return { answers: question.name === "example.com" ? caaOf("example.com", "amazon.com") : [] };
		};
		await resolving(silentAt(zone));
		expect(await caaClimb(zone)).toBeUndefined();
		await resolving(silentAt("com"));
		expect((await caaClimb(zone))?.map(({ name }) => name)).toEqual([zone, "example.com"]);
	});
});
