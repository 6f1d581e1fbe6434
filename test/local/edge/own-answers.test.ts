import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { originHost, useScene } from "./scene.ts";
import { openTestAuthority, sendRaw } from "./world.ts";

describe("the local CloudFront", () => {
	const scene = useScene();
	const { edgeWith, forward } = scene;

	describe("answers itself", () => {
		it("403 for a host that no distribution has", async () => {
			const { edge } = await edgeWith();
			const bytes = "GET / HTTP/1.1\r\nHost: acme.example\r\nConnection: close\r\n\r\n";
			expect((await sendRaw(edge.httpsPort, scene.authority.pem, "acme.app.test", bytes)).status).toBe(403);
		});

		it("400 for a target that is no path, before the function runs", async () => {
			const { edge } = await edgeWith();
			for (const target of ["https://acme.app.test/", "acme.app.test:443", "*", "a", "/a#b"]) {
				const bytes = `GET ${target} HTTP/1.1\r\nHost: acme.app.test\r\nConnection: close\r\n\r\n`;
				expect((await sendRaw(edge.httpsPort, scene.authority.pem, "acme.app.test", bytes)).status).toBe(400);
			}
			expect(forward).not.toHaveBeenCalled();
		});

		it("421 over a connection whose certificate is not of the distribution", async () => {
			const { edge } = await edgeWith();
			const bytes = "GET / HTTP/1.1\r\nHost: acme.app.test\r\nConnection: close\r\n\r\n";
			expect((await sendRaw(edge.httpsPort, scene.authority.pem, "other.example", bytes)).status).toBe(421);
		});

		it("with the end of the handshake for a name without a certificate", async () => {
			const { ask } = await edgeWith();
			await expect(ask("/", {}, "nobody.example")).rejects.toThrow();
		});

		it("502 when the default origin does not resolve, before the function runs", async () => {
			const lookup = (name: string) => Promise.resolve(name === originHost ? ["127.0.0.1"] : []);
			const { ask } = await edgeWith({ lookup });
			expect((await ask()).status).toBe(502);
			expect(forward).not.toHaveBeenCalled();
		});

		it("502 when the tenant's origin does not resolve", async () => {
			const lookup = (name: string) =>
				name === originHost ? Promise.reject(new Error("ENOTFOUND")) : Promise.resolve(["127.0.0.1"]);
			const { ask } = await edgeWith({ lookup });
			expect((await ask()).status).toBe(502);
		});

		it("502 when the origin's certificate is of an authority that it does not trust", async () => {
			const stranger = await openTestAuthority();
			const { ask } = await edgeWith({ authority: stranger.pem });
			expect((await ask()).status).toBe(502);
			await stranger.close();
		});

		it("504 when the origin does not answer in time", async () => {
			scene.answer = () => {};
			const { ask } = await edgeWith();
			expect((await ask()).status).toBe(504);
		});

		it("503 when the function throws", async () => {
			const { ask } = await edgeWith({ invokeEdge: () => Promise.reject(new Error("boom")) });
			const answered = await ask();
			expect(answered.status).toBe(503);
			expect(answered.body).not.toContain("boom");
		});

		it("502 when the function's result is not one", async () => {
			const { ask } = await edgeWith({ invokeEdge: () => Promise.resolve(undefined) });
			expect((await ask()).status).toBe(502);
		});

		it("502 when the function breaks a rule of its trigger, and says in the log which", async () => {
			const headers = { "x-cache": [{ key: "X-Cache", value: "Hit" }] };
			const { ask } = await edgeWith({ invokeEdge: () => Promise.resolve({ status: "200", headers }) });
			const answered = await ask();
			expect(answered.status).toBe(502);
			const told = expect.stringContaining("origin-request, rule header-disallowed, header x-cache");
			expect(console.error).toHaveBeenCalledWith("edge function:", told);
			expect(answered.headers["x-local-cause"]).toEqual(told);
			expect(answered.body).not.toContain("x-cache");
		});

		it("403 for a GET with a body and for a method that the behavior does not allow", async () => {
			const { ask, edge } = await edgeWith({ changes: { behavior: { AllowedMethods: ["GET", "HEAD"] } } });
			expect((await ask("/", { "Content-Length": "0" })).status).toBe(200);
			const send = (bytes: string) => sendRaw(edge.httpsPort, scene.authority.pem, "acme.app.test", bytes);
			expect(
				(await send("GET / HTTP/1.1\r\nHost: acme.app.test\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx")).status,
			).toBe(403);
			expect((await send("DELETE / HTTP/1.1\r\nHost: acme.app.test\r\nConnection: close\r\n\r\n")).status).toBe(403);
		});

		it("414 for a URL beyond 8,192 bytes", async () => {
			const { ask } = await edgeWith();
			expect((await ask(`/${"a".repeat(8_192)}`)).status).toBe(414);
		});

		it("plain HTTP with a redirect to where HTTPS is, or with 403 where only HTTPS is wanted", async () => {
			const { edge } = await edgeWith();
			const ask = (port: number, method: string) =>
				fetch(`http://127.0.0.1:${port}/a?b=c`, { method, redirect: "manual", headers: { host: "acme.app.test" } });
			const moved = await rawHttp(edge.httpPort, "GET");
			expect(moved).toContain("301 Moved Permanently");
			expect(moved).toContain(`location: https://acme.app.test:${edge.httpsPort}/a?b=c`);
			expect(await rawHttp(edge.httpPort, "POST")).toContain("307 Temporary Redirect");
			expect((await ask(edge.httpPort, "GET")).status).toBe(403);
			const { edge: strict } = await edgeWith({ changes: { behavior: { ViewerProtocolPolicy: "https-only" } } });
			expect(await rawHttp(strict.httpPort, "GET")).toContain("403 Forbidden");
		});
	});
});

async function rawHttp(port: number, method: string): Promise<string> {
	const socket = connect(port, "127.0.0.1");
	socket.write(`${method} /a?b=c HTTP/1.1\r\nHost: acme.app.test\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
	let text = "";
	for await (const chunk of socket) text += chunk;
	return text;
}
