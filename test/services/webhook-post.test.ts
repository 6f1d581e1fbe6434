import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CertificateAuthority, openAuthority } from "../../local/ca/authority.ts";
import { postWebhook } from "../../services/webhook-post.ts";
import { setEnvironment } from "../builders/a-cloud.ts";
import { type Answering, aReceiver, type Receiver } from "../builders/a-receiver.ts";

const directory = mkdtempSync(join(tmpdir(), "webhook-post-"));
let authority: CertificateAuthority;
let receiver: Receiver | undefined;
beforeAll(async () => {
	authority = await openAuthority(directory);
});
beforeEach(() =>
	setEnvironment({ EDGE_AUTHORITY: authority.certificatePem, WEBHOOK_NETWORKS: "127.0.0.0/8, ::1/128" }),
);
afterEach(() => receiver?.close());
afterAll(() => rmSync(directory, { recursive: true }));

async function receiving(...answers: [Answering, ...Answering[]]): Promise<Receiver> {
	receiver = await aReceiver(authority, ...answers);
	return receiver;
}
const post = (url: string, timeoutMs?: number) => postWebhook(url, { "webhook-id": "dlv_1" }, '{"é":1}', timeoutMs);

describe("a POST to a receiver", () => {
	it("carries the body as it is, the headers, and who calls", async () => {
		const { url, received } = await receiving(204);
		expect(await post(url)).toEqual({ status: 204 });
		expect(received).toEqual([
			{
				...{ method: "POST", path: "/hostmaster", body: '{"é":1}' },
				headers: expect.objectContaining({
					...{ "content-type": "application/json", "content-length": "8" },
					...{ "user-agent": "Hostmaster", "webhook-id": "dlv_1" },
				}),
			},
		]);
	});

	it("follows no redirect", async () => {
		const { url, received } = await receiving((response) => response.writeHead(307, { location: "/elsewhere" }).end());
		expect(await post(url)).toEqual({ status: 307 });
		expect(received).toHaveLength(1);
	});

	it("does not wait for a body without end", async () => {
		const { url } = await receiving((response) => void response.writeHead(200).write("and then "));
		expect(await post(url)).toEqual({ status: 200 });
	});

	it("ends when the receiver says nothing for too long", async () => {
		const { url } = await receiving(() => undefined);
		expect(await post(url, 400)).toEqual({ error: "no answer within 0.4 s" });
	});

	it("ends sooner when no connection comes about", async () => {
		const sockets: Socket[] = [];
		const silent = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
		await once(silent, "listening");
		const { port } = silent.address() as AddressInfo; // a TCP server's address, since it listens on a port
		expect(await post(`https://localhost:${port}/`, 400)).toEqual({ error: "no connection within 0.2 s" });
		for (const socket of sockets) socket.destroy();
		silent.close();
	});

	it("says what is wrong when nobody listens, the name is unknown, or the connection breaks", async () => {
		const { port, url } = await receiving((response) => response.destroy());
		expect(await post(url)).toEqual({ error: "socket hang up" });
		receiver?.close();
		expect(await post(`https://127.0.0.1:${port}/`)).toEqual({ error: expect.stringContaining("ECONNREFUSED") });
		expect(await post("https://nobody.invalid/")).toEqual({ error: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) });
	});

	it("is sent to nobody whose certificate is not trusted, or is another's", async () => {
		const { port, url, received } = await receiving(200);
		expect(await post(`https://127.0.0.1:${port}/`)).toEqual({ error: expect.stringContaining("altnames") });
		setEnvironment({ EDGE_AUTHORITY: "", WEBHOOK_NETWORKS: "127.0.0.0/8" });
		expect(await post(url)).toEqual({ error: expect.stringContaining("certificate") });
		expect(received).toEqual([]);
	});
});

describe("what is not public", () => {
	beforeEach(() => setEnvironment({ EDGE_AUTHORITY: authority.certificatePem }));

	it("is not called by its address", async () => {
		const { port, received } = await receiving(200);
		const refused = { error: "127.0.0.1 is not a public address" };
		expect(await post(`https://127.0.0.1:${port}/`)).toEqual(refused);
		expect(await post(`https://0x7f.1:${port}/`)).toEqual(refused);
		expect(await post("https://[::1]/")).toEqual({ error: "::1 is not a public address" });
		expect(received).toEqual([]);
	});

	it("is not called by a name that resolves to it", async () => {
		const { url, received } = await receiving(200);
		expect(await post(url)).toEqual({ error: expect.stringMatching(/^localhost: .+ is not a public address$/) });
		expect(received).toEqual([]);
	});

	it("is never guessed at when the setting is wrong", async () => {
		setEnvironment({ WEBHOOK_NETWORKS: "everywhere" });
		await expect(post("https://localhost/")).rejects.toThrow("CIDR");
	});
});
