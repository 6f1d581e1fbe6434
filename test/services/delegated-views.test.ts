import type { Question } from "dns-packet";
import { afterEach, describe, expect, it } from "vitest";
import { delegatedViews, publicViews, serverViews } from "../../services/public-dns.ts";
import { setEnvironment } from "../builders/a-cloud.ts";
import { addressOf, aNameServer, nsOf, type Said, soaOf } from "../builders/a-name-server.ts";

const apex = "example.com";
const zone = "app.example.com";
const [first, second] = ["ns-1.awsdns-00.com", "ns-2.awsdns-00.net"];
const servers = ["ns-8.awsdns-00.com", "ns-9.awsdns-00.net"];
const running: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
	await Promise.all(running.splice(0).map((server) => server.close()));
});

/** A resolver that says so, and the servers of the zone above at their own addresses, on one port. */
async function world(say: (question: Question) => Said, above: Record<string, Said>) {
	const resolver = await aNameServer(say);
	running.push(resolver);
	const { port } = resolver;
	setEnvironment({ RESOLVERS: `127.0.0.1:${port}`, NAME_SERVER_PORT: String(port) });
	const started: Record<string, Awaited<ReturnType<typeof aNameServer>>> = {};
	for (const [host, said] of Object.entries(above)) {
		const server = await aNameServer(() => said, { host, port });
		running.push(server);
		started[host] = server;
	}
	return started;
}
/** Knows the apex's servers, and where each is. */
const resolving =
	(addresses: Record<string, string>) =>
	({ name, type }: Question): Said => {
		if (type === "NS") return { answers: nsOf(name, [`${first}.`, second]) };
		const address = addresses[name];
		return address ? { answers: addressOf(name, address) } : { rcode: "NXDOMAIN" };
	};
const both = { [first]: "127.0.0.21", [second]: "127.0.0.22" };

describe("the servers of the zone above", () => {
	it("say whom they delegate to, in a referral or in an answer, and are not asked to find out", async () => {
		const started = await world(resolving(both), {
			"127.0.0.21": { authorities: nsOf("App.example.com", servers) },
			"127.0.0.22": { authoritative: true, answers: [...nsOf(zone, servers), ...soaOf(zone)] },
		});
		expect(await delegatedViews(zone, apex)).toEqual([
			{ resolver: first, outcome: "found", servers },
			{ resolver: second, outcome: "found", servers },
		]);
		expect(started["127.0.0.21"]?.asked).toMatchObject([{ name: zone, type: "NS" }]);
	});

	const apart = resolving({ [first]: "127.0.0.21", [second]: "127.0.0.21" });
	const all = (outcome: string) => [first, second].map((resolver) => ({ resolver, outcome, servers: [] }));

	it.each<[string, Said]>([
		["there is no such name", { rcode: "NXDOMAIN", authoritative: true, authorities: soaOf(apex) }],
		["there are no servers", { authoritative: true, authorities: soaOf(apex) }],
	])("delegate to nobody when they say with authority that %s", async (_, said) => {
		await world(apart, { "127.0.0.21": said });
		expect(await delegatedViews(zone, apex)).toEqual(all("none"));
	});

	it.each<[string, Said]>([
		["there is no such name, from hearsay", { rcode: "NXDOMAIN", authorities: soaOf(apex) }],
		["there are no servers, from hearsay", { authorities: soaOf(apex) }],
		["nothing", {}],
		["others know of a name between", { authorities: nsOf("nonprod.example.com", servers) }],
		["others know of the root", { authorities: nsOf("", servers) }],
	])("say nothing that counts when they say %s", async (_, said) => {
		await world(apart, { "127.0.0.21": said });
		expect(await delegatedViews(zone, apex)).toEqual(all("no-answer"));
	});

	it("are unknown one by one: when one refuses, is silent, or is nowhere", async () => {
		await world(resolving(both), { "127.0.0.21": { rcode: "REFUSED" } });
		const unknown = [first, second].map((resolver) => ({ resolver, outcome: "no-answer", servers: [] }));
		expect(await delegatedViews(zone, apex)).toEqual(unknown);
		await world(resolving({}), {});
		expect(await delegatedViews(zone, apex)).toEqual(unknown);
	});

	it("are none while no resolver answers, or knows of none", async () => {
		await world(() => ({ rcode: "SERVFAIL" }), {});
		expect(await delegatedViews(zone, apex)).toEqual([]);
		await world(() => ({ rcode: "NXDOMAIN", authorities: soaOf("com") }), {});
		expect(await delegatedViews(zone, apex)).toEqual([]);
		await world(({ name }) => ({ answers: addressOf(name, "192.0.2.1") }), {});
		expect(await delegatedViews(zone, apex)).toEqual([]);
	});
});

describe("what else stands in an answer", () => {
	const alias = { type: "CNAME", name: first, ttl: 60, data: "ns-1.elsewhere.test" } as const;

	it("is left out, wherever servers and their addresses are looked for", async () => {
		const say = ({ name, type }: Question): Said => {
			if (type === "NS") return { answers: [alias, ...nsOf(name, [first])] };
			return { answers: [alias, ...addressOf("ns-1.elsewhere.test", "127.0.0.21")] };
		};
		await world(say, { "127.0.0.21": { authoritative: true, answers: [...soaOf(zone), ...nsOf(zone, servers)] } });
		expect(await publicViews(zone)).toEqual([{ resolver: "127.0.0.1", outcome: "found", servers: [first] }]);
		expect(await delegatedViews(zone, apex)).toEqual([{ resolver: first, outcome: "found", servers }]);
		expect(await serverViews(zone, [first])).toEqual([{ server: first, outcome: "authoritative" }]);
	});
});
