import { connect, createSecureContext, type SecureContext } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { distributionProperties, get, openTestAuthority, sendRaw, startTestEdge, type TestAuthority } from "./world.ts";

const shop = "shop.acme.test";
let authority: TestAuthority;
let contexts: Map<string, SecureContext>;
let tenants: Set<string>;
let hosts: (string | undefined)[];
let world: Awaited<ReturnType<typeof startTestEdge>>;

beforeAll(async () => {
	authority = await openTestAuthority();
	const names = [shop, "*.wild.test", "*.app.test"] as const;
	const made = names.map(async (name) => [name, createSecureContext(await authority.issue(name))] as const);
	contexts = new Map(await Promise.all(made));
});
afterAll(() => authority.close());
beforeEach(async () => {
	tenants = new Set([shop, "*.wild.test"]);
	hosts = [];
	const domainOf = (name: string) => [name, `*${name.slice(name.indexOf("."))}`].find((domain) => tenants.has(domain));
	const { Aliases: _pooled, ...shared } = distributionProperties().DistributionConfig;
	world = await startTestEdge(authority, {
		multiTenant: {
			distribution: { id: "E1SHARED", domainName: "d2.cloudfront.net", properties: { DistributionConfig: shared } },
			hasTenant: (hostname) => domainOf(hostname) !== undefined,
		},
		tls: (name) => contexts.get(name.endsWith(".app.test") ? "*.app.test" : (domainOf(name) ?? "")),
		invokeEdge: (event) => {
			const { cf } = event.Records[0] ?? {};
			hosts.push(cf?.config.distributionId);
			const headers = { "cache-control": [{ key: "Cache-Control", value: "max-age=60" }] };
			const body = `${cf?.request.headers["host"]?.[0]?.value} ${hosts.length}`;
			return Promise.resolve({ status: "200", statusDescription: "OK", headers, body });
		},
	});
});
afterEach(() => world.edge.close());

const ask = (host: string) => get(world.edge.httpsPort, authority.pem, host);

/** The name in the certificate that the edge shows. */
function shownTo(servername: string): Promise<string> {
	return new Promise((resolve, reject) => {
		const socket = connect({ host: "127.0.0.1", port: world.edge.httpsPort, servername, ca: authority.pem }, () => {
			resolve(String(socket.getPeerCertificate().subjectaltname));
			socket.destroy();
		});
		socket.once("error", reject);
	});
}

describe("a distribution tenant's domain", () => {
	it("is served with its own certificate, by the multi-tenant distribution and the same edge function", async () => {
		expect(await shownTo(shop)).toBe(`DNS:${shop}`);
		expect(await ask(shop)).toMatchObject({ status: 200, body: `${shop} 1` });
		expect(await ask("acme.app.test")).toMatchObject({ status: 200 });
		expect(hosts).toEqual(["E1SHARED", "E1TEST"]);
	});

	it("may be a wildcard, for one label", async () => {
		expect(await shownTo("any.wild.test")).toBe("DNS:*.wild.test");
		expect((await ask("any.wild.test")).status).toBe(200);
		await expect(shownTo("a.b.wild.test")).rejects.toThrow();
	});

	it("is refused in the handshake when no tenant has it, or none that is served", async () => {
		await expect(shownTo("stranger.test")).rejects.toThrow();
		expect((await ask(shop)).status).toBe(200);
		tenants.delete(shop);
		await expect(shownTo(shop)).rejects.toThrow();
	});

	it("does not answer for a name of the pooled distribution, nor the other way round", async () => {
		const request = (host: string) => `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
		const sent = (servername: string, host: string) =>
			sendRaw(world.edge.httpsPort, authority.pem, servername, request(host));
		expect((await sent(shop, "acme.app.test")).status).toBe(421);
		expect((await sent("acme.app.test", shop)).status).toBe(421);
		expect((await sent(shop, "stranger.test")).status).toBe(421);
	});

	it("keeps its answers to itself, until its own are invalidated", async () => {
		const both = async () => [(await ask(shop)).body, (await ask("any.wild.test")).body];
		expect(await both()).toEqual([`${shop} 1`, "any.wild.test 2"]);
		expect(await both()).toEqual([`${shop} 1`, "any.wild.test 2"]);
		world.edge.invalidate("/*", (hostname) => hostname === shop);
		expect(await both()).toEqual([`${shop} 3`, "any.wild.test 2"]);
	});
});
