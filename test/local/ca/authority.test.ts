import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CertificateAuthority, openAuthority } from "../../../local/ca/authority.ts";

let directory: string;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "authority-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const year = (at: number) => new Date(`${at}-01-01T00:00:00Z`);

/** What a TLS client that trusts only `ca` says of a server's certificate under `name`. */
async function handshake(ca: string, tls: { chain: string; key: string }, name: string): Promise<string> {
	const server = createServer({ cert: tls.chain, key: tls.key }, (socket) => socket.end());
	server.on("tlsClientError", () => undefined);
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	const port = typeof address === "object" && address ? address.port : 0;
	const client = connect({ host: "127.0.0.1", port, servername: name, ca });
	try {
		await once(client, "secureConnect");
		return "trusted";
	} catch (error) {
		return error instanceof Error && "code" in error ? String(error.code) : String(error);
	} finally {
		client.destroy();
		server.close();
	}
}

describe("the local authority", () => {
	it("issues what a TLS client accepts for its names, and for no other", async () => {
		const authority = await openAuthority(directory);
		const tls = await authority.issue(["app.example.com", "*.app.example.com"], year(2026), year(2027));
		const trust = authority.certificatePem;
		expect(await handshake(trust, tls, "app.example.com")).toBe("trusted");
		expect(await handshake(trust, tls, "acme.app.example.com")).toBe("trusted");
		expect(await handshake(trust, tls, "two.acme.app.example.com")).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
		const other = await openAuthority(join(directory, "other"));
		expect(await handshake(other.certificatePem, tls, "app.example.com")).not.toBe("trusted");
	});

	it("keeps its root, and its key from everybody else", async () => {
		const first = await openAuthority(directory);
		const second = await openAuthority(directory);
		expect(second.certificatePem).toBe(first.certificatePem);
		expect(readFileSync(second.certificateFile, "utf8")).toContain("BEGIN CERTIFICATE");
		expect(statSync(join(directory, "authority-key.pem")).mode & 0o777).toBe(0o600);
		const tls = await second.issue(["app.example.com"], year(2026), year(2027));
		expect(await handshake(first.certificatePem, tls, "app.example.com")).toBe("trusted");
	});

	it("makes a root anew for a key that was left without one", async () => {
		const first = await openAuthority(directory);
		rmSync(first.certificateFile);
		const second = await openAuthority(directory);
		expect(existsSync(second.certificateFile)).toBe(true);
		const { publicKey } = new X509Certificate(first.certificatePem);
		expect(new X509Certificate(second.certificatePem).verify(publicKey)).toBe(true);
	});

	describe("validity", () => {
		const issue = (authority: CertificateAuthority, from: number, to: number) =>
			authority.issue(["app.example.com"], year(from), year(to));

		it("holds now, wherever the embedded cloud's clock stands", async () => {
			const authority = await openAuthority(directory);
			for (const [from, to] of [
				[2001, 2002],
				[2044, 2045],
			] as const) {
				const { validFromDate, validToDate } = new X509Certificate((await issue(authority, from, to)).chain);
				expect(validFromDate.getTime()).toBeLessThan(Date.now());
				expect(validToDate.getTime()).toBeGreaterThan(Date.now());
				expect(validFromDate <= year(from)).toBe(true);
				expect(validToDate >= year(to)).toBe(true);
			}
		});
	});
});
