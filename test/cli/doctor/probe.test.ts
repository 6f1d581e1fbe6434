import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { probeAnyHostname } from "../../../cli/doctor/probe.ts";
import { reservedSlugs } from "../../../domain/reserved-slugs.ts";
import { parseSlug } from "../../../domain/slug.ts";
import { type CertificateAuthority, openAuthority } from "../../../local/ca/authority.ts";
import { setEnvironment } from "../../builders/a-cloud.ts";
import { addressOf, aNameServer } from "../../builders/a-name-server.ts";

const directory = mkdtempSync(join(tmpdir(), "doctor-probe-"));
const running: { close(): unknown }[] = [];
let authority: CertificateAuthority;
beforeAll(async () => {
	authority = await openAuthority(directory);
});
afterEach(async () => {
	await Promise.all(running.splice(0).map((each) => each.close()));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** An edge that answers every request so, and a resolver that knows where it is. */
async function anEdge(status: number) {
	const day = 86_400_000;
	const tls = await authority.issue(["*.app.example.com"], new Date(Date.now() - day), new Date(Date.now() + day));
	const asked: unknown[] = [];
	const server: Server = createServer({ cert: tls.chain, key: tls.key }, ({ headers, socket }, response) => {
		const { servername } = socket as TLSSocket; // the sockets of an HTTPS server
		asked.push(headers.host, servername);
		response.writeHead(status, { connection: "close" }).end("a page");
	}).listen(0, "127.0.0.1");
	server.on("tlsClientError", () => undefined);
	await once(server, "listening");
	const resolver = await aNameServer(({ name }) => ({ answers: addressOf(name, "127.0.0.1") }));
	running.push(server, resolver);
	setEnvironment({ RESOLVERS: `127.0.0.1:${resolver.port}` });
	const { port } = server.address() as AddressInfo; // a TCP server's address, since it listens on a port
	return { port, asked };
}

describe("asking the edge for a name that nobody has", () => {
	it("shows that it is ours when it does not know it, and the name is one that no tenant can get", async () => {
		const { port, asked } = await anEdge(404);
		const seen = await probeAnyHostname("d1.test", "app.example.com", { port, authority: authority.certificatePem });
		expect({ seen, asked }).toEqual({
			seen: { isOurs: true },
			asked: ["hostmaster-edge.app.example.com", "hostmaster-edge.app.example.com"],
		});
		expect(parseSlug("hostmaster-edge", reservedSlugs)).toMatchObject({ ok: false, refusal: { rule: "reserved" } });
	});

	it.each([200, 403, 502])("shows that it is not when it answers %i", async (status) => {
		const { port } = await anEdge(status);
		const seen = await probeAnyHostname("d1.test", "app.example.com", { port, authority: authority.certificatePem });
		expect(seen).toEqual({ isOurs: false, because: `it answers ${status} for a name that nobody has` });
	});

	it.each([
		["is for other names", "other.example.com", true],
		["nobody trusts", "app.example.com", false],
	])("fails as viewers do where the certificate %s", async (_, domain, isTrusted) => {
		const { port, asked } = await anEdge(404);
		const trusted = isTrusted ? authority.certificatePem : "";
		const seen = await probeAnyHostname("d1.test", domain, { port, authority: trusted });
		expect({ seen, asked }).toMatchObject({ seen: { isOurs: false }, asked: [] });
	});
});
