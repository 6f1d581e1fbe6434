import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { diagnose } from "../../domain/domain-diagnosis/diagnose.ts";
import type { ExpectedDomain, UnknownDomain } from "../../domain/domain-diagnosis/expected-domain.ts";
import { type CertificateAuthority, openAuthority } from "../../local/ca/authority.ts";
import { type CloudQuestions, observeDomain } from "../../services/observe-domain.ts";
import { setEnvironment } from "../builders/a-cloud.ts";
import { aDnsWorld, type DnsWorld, edgeAddress, type Zone } from "../builders/a-dns-world.ts";
import { anExpectedDomain, target } from "../builders/an-expected-domain.ts";

const directory = mkdtempSync(join(tmpdir(), "observe-traffic-"));
const elsewhere = "127.0.60.99";
let authority: CertificateAuthority;
let world: DnsWorld | undefined;
const servers: Server[] = [];
beforeAll(async () => {
	authority = await openAuthority(directory);
});
afterEach(async () => {
	for (const server of servers.splice(0)) {
		server.closeAllConnections();
		server.close();
	}
	await world?.close();
	world = undefined;
});
afterAll(() => rmSync(directory, { recursive: true }));

const right: Zone = { "shop.acme.com CNAME": `${target}.` };

/** Somebody who answers for `tenantId` with a certificate for `name`, whose authority is trusted unless told. */
async function answering(
	host: string,
	name: string,
	tenantId: string | undefined,
	EDGE_AUTHORITY = authority.certificatePem,
) {
	const day = 86_400_000;
	const tls = await authority.issue([name], new Date(Date.now() - day), new Date(Date.now() + day));
	const body = tenantId && JSON.stringify({ tenantId, hostname: name, generation: 1 });
	const server = createServer({ cert: tls.chain, key: tls.key }, (_, response) => {
		response.writeHead(body ? 200 : 404).end(body);
	}).listen(0, host);
	servers.push(server);
	server.on("tlsClientError", () => undefined);
	await once(server, "listening");
	const { port } = server.address() as AddressInfo; // a TCP server's address, since it listens on a port
	const RESOLVERS = world?.resolvers.join(",") ?? "";
	setEnvironment({ RESOLVERS, EDGE_AUTHORITY, EDGE_PORT: String(port) });
}

async function look(more: Partial<ExpectedDomain> = {}, cloud: CloudQuestions = {}) {
	const expected = anExpectedDomain({ stage: "traffic", ...more });
	const { hostname, txtName, registrableDomain } = expected;
	const question = { hostname, txtName, target, registrableDomain, connects: true };
	return diagnose(expected, await observeDomain(question, cloud), new Date().toISOString());
}

describe("what visitors meet", () => {
	it("is the tenant, when all is done; of a wildcard, too", async () => {
		world = await aDnsWorld({ zone: { "*.acme.com CNAME": `${target}.` } });
		await answering(edgeAddress, "*.acme.com", "ten_1");
		expect(await look()).toEqual({ ok: true });
		expect(await look({ hostname: "*.acme.com" })).toEqual({ ok: true });
	});

	it.each<[string, Zone, [string, string, string | undefined]]>([
		["certificate-not-attached", right, [edgeAddress, "d1.cloudfront.net", undefined]],
		["other-tenant-answers", right, [edgeAddress, "shop.acme.com", "ten_2"]],
		["edge-not-ready", right, [edgeAddress, "shop.acme.com", undefined]],
		["addresses-instead-of-cname", { "shop.acme.com A": elsewhere }, [elsewhere, "shop.acme.com", undefined]],
		["tls-other-certificate", { "shop.acme.com A": elsewhere }, [elsewhere, "*.cloudfront.net", undefined]],
	])("is told as %s", async (reason, zone, [host, name, tenantId]) => {
		world = await aDnsWorld({ zone });
		await answering(host, name, tenantId);
		expect(await look()).toMatchObject({ ok: false, reason });
	});

	it("is not ready where the addresses are the edge's, by whatever name", async () => {
		world = await aDnsWorld({ zone: { "shop.acme.com CNAME": "x.cloudfront.net." } });
		await answering(edgeAddress, "shop.acme.com", undefined);
		expect(await look()).toMatchObject({ reason: "edge-not-ready" });
	});

	it("is not trusted without an authority that vouches, and nothing at all where nobody listens", async () => {
		world = await aDnsWorld({ zone: right });
		expect(await look()).toMatchObject({ reason: "tls-no-handshake", actor: "hostmaster" });
		await answering(edgeAddress, "shop.acme.com", "ten_1", "");
		expect(await look()).toMatchObject({ reason: "tls-untrusted" });
	});

	it("cannot be asked where the edge breaks off", async () => {
		world = await aDnsWorld({ zone: right });
		await answering(edgeAddress, "shop.acme.com", "ten_1");
		servers[0]?.removeAllListeners("request").on("request", ({ socket }) => socket.destroy());
		expect(await look()).toMatchObject({ reason: "traffic-could-not-ask" });
	});
});

describe("what AWS is asked", () => {
	it("is not asked, could not be asked, or tells", async () => {
		world = await aDnsWorld({ zone: right });
		const certificate = { status: "PENDING_VALIDATION", failureReason: undefined, notAfter: undefined };
		const stage = { stage: "certificate" } as const;
		expect(await look(stage, {})).toEqual({ ok: true });
		expect(await look(stage, { certificate: async () => certificate })).toMatchObject({
			reason: "certificate-waiting",
		});
		expect(await look(stage, { certificate: async () => undefined })).toEqual({ ok: true });
		const fail = () => Promise.reject(new TypeError("secret"));
		const verdict = await look(stage, { certificate: fail });
		expect(verdict).toMatchObject({ reason: "certificate-could-not-ask" });
		expect(JSON.stringify(verdict)).not.toContain("secret");
		expect(await look({ stage: "edge" }, { cloudFront: () => Promise.reject("no error") })).toMatchObject({
			reason: "edge-could-not-ask",
		});
	});

	it("waits for a limit to end", async () => {
		world = await aDnsWorld({ zone: right });
		const requestLimit = { of: "CloudFront", until: new Date(Date.now() + 60_000).toISOString() };
		expect(await look({ stage: "edge" }, { requestLimit })).toMatchObject({
			...{ reason: "rate-limited", until: requestLimit.until },
		});
	});
});

describe("a hostname that nobody has here", () => {
	const stranger = async (zone: Zone) => {
		world = await aDnsWorld({ zone });
		const unknown: UnknownDomain = {
			...{ hostname: "shop.acme.com", registrableDomain: "acme.com", platformDomain: "app.platform.com" },
			stage: "unknown",
		};
		const question = {
			hostname: unknown.hostname,
			registrableDomain: "acme.com",
			txtName: "_hostmaster.shop.acme.com",
		};
		return diagnose(unknown, await observeDomain({ ...question, connects: false }), new Date().toISOString());
	};

	it("is unknown, or dangles when it leads here", async () => {
		expect(await stranger({ "shop.acme.com A": "192.0.2.7" })).toMatchObject({ reason: "hostname-unknown" });
		await world?.close();
		expect(await stranger(right)).toMatchObject({ reason: "dangling-record", found: target });
	});
});
