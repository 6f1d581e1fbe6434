import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { RequestListener, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CertificateAuthority, openAuthority } from "../../local/ca/authority.ts";
import { memoryZones } from "../../local/dns/memory-zones.ts";
import { startDns } from "../../local/dns/server.ts";
import { resolveAddresses } from "../../services/dns-resolver.ts";
import { probeEdge } from "../../services/edge-probe.ts";
import { setEnvironment } from "../builders/a-cloud.ts";

const directory = mkdtempSync(join(tmpdir(), "edge-probe-"));
const hostname = "acme.app.example.com";
const tenant = { tenantId: "ten_1", hostname, generation: 7 };
let authority: CertificateAuthority;
let server: Server | undefined;
beforeAll(async () => {
	authority = await openAuthority(directory);
});
afterEach(() => {
	server?.closeAllConnections();
	server?.close();
});
afterAll(() => rmSync(directory, { recursive: true }));

/** An edge at 127.0.0.1 that has a certificate for the platform domain. */
async function anEdge(listener: RequestListener, authorityPem = authority.certificatePem) {
	const day = 86_400_000;
	const tls = await authority.issue(["*.app.example.com"], new Date(Date.now() - day), new Date(Date.now() + day));
	server = createServer({ cert: tls.chain, key: tls.key }, listener).listen(0, "127.0.0.1");
	server.on("tlsClientError", () => undefined);
	await once(server, "listening");
	const { port } = server.address() as AddressInfo; // a TCP server's address, since it listens on a port
	setEnvironment({ EDGE_PORT: String(port), EDGE_AUTHORITY: authorityPem });
}

const answering =
	(body: string, status = 200) =>
	(_: unknown, response: ServerResponse) =>
		void response.writeHead(status).end(body);

describe("a probe through the edge", () => {
	it("asks for the hostname, by SNI and by Host, who it is", async () => {
		const asked: unknown[] = [];
		await anEdge(({ url, headers, socket }, response) => {
			const { servername } = socket as TLSSocket; // the sockets of an HTTPS server
			asked.push([url, headers.host, servername]);
			response.end(JSON.stringify(tenant));
		});
		expect(await probeEdge(hostname, "127.0.0.1")).toEqual({ outcome: "answered", status: 200, tenant });
		expect(asked).toEqual([["/.well-known/hostmaster", hostname, hostname]]);
	});

	it.each([
		["a page that is no JSON", "<html>", 404],
		["JSON of another shape", '{"tenantId":1}', 200],
		["nothing", "", 503],
		["far too much", "x".repeat(100_000), 200],
	])("takes %s for an answer of no tenant", async (_, body, status) => {
		await anEdge(answering(body, status));
		expect(await probeEdge(hostname, "127.0.0.1")).toEqual({ outcome: "answered", status, tenant: undefined });
	});

	it("could not ask where the certificate is not for the hostname, or not trusted", async () => {
		await anEdge(answering("{}"));
		expect(await probeEdge("two.acme.app.example.com", "127.0.0.1")).toMatchObject({ outcome: "no-answer" });
		await anEdge(answering("{}"), "");
		expect(await probeEdge(hostname, "127.0.0.1")).toMatchObject({ outcome: "no-answer" });
	});

	it("could not ask where nobody listens, or where the connection breaks", async () => {
		await anEdge(({ socket }) => socket.destroy());
		expect(await probeEdge(hostname, "127.0.0.1")).toMatchObject({ outcome: "no-answer" });
		await anEdge((request, response) => {
			response.writeHead(200, { "content-length": "100" }).write("{");
			setImmediate(() => request.socket.destroy());
		});
		expect(await probeEdge(hostname, "127.0.0.1")).toMatchObject({ outcome: "no-answer" });
		setEnvironment({ EDGE_PORT: "1" });
		expect(await probeEdge(hostname, "127.0.0.1")).toMatchObject({ outcome: "no-answer" });
	});

	it("gives up on an edge that says nothing", { timeout: 15_000 }, async () => {
		await anEdge(() => undefined);
		expect(await probeEdge(hostname, "127.0.0.1")).toEqual({
			outcome: "no-answer",
			because: "no answer within 5 s",
		});
	});
});

describe("the addresses of a name", () => {
	it("are what the given resolvers say; nothing found is an answer, a refusal is none", async () => {
		const a = (value: string) => ({ type: "A" as const, ttlSeconds: 60, values: [value] });
		const zone = memoryZones({ "app.example.com": { [hostname]: [a("192.0.2.1")] } });
		const dns = await startDns({ sources: [zone], port: 0, hosts: {} });
		setEnvironment({ RESOLVERS: ` 127.0.0.1:${dns.port} ` });
		expect(await resolveAddresses(hostname)).toEqual({ outcome: "found", addresses: ["192.0.2.1"] });
		expect(await resolveAddresses("nobody.app.example.com")).toEqual({ outcome: "not-found" });
		expect(await resolveAddresses("elsewhere.example.net")).toMatchObject({ outcome: "no-answer" });
		await dns.close();
	});
});
