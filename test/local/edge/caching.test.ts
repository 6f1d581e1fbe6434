import { describe, expect, it, vi } from "vitest";
import { note, useScene } from "./scene.ts";
import { cachePolicyProperties, sendRaw } from "./world.ts";

describe("the local CloudFront", () => {
	const scene = useScene();
	const { cacheable, edgeWith, forward } = scene;

	describe("keeps an answer", () => {
		it("for as long as the origin says, up to the policy's maximum", async () => {
			cacheable(30);
			const { ask, clock } = await edgeWith();
			expect(note(await ask())).toBe("Miss");
			await clock.advance(29_999);
			const hit = await ask();
			expect(note(hit)).toBe("Hit");
			expect(hit.headers["age"]).toBe("29");
			expect(hit.body).toBe("hello");
			expect(forward).toHaveBeenCalledTimes(1);
			await clock.advance(1);
			expect(note(await ask())).toBe("Miss");

			cacheable(86_400);
			await ask("/long");
			await clock.advance(59_999);
			expect(note(await ask("/long"))).toBe("Hit");
			await clock.advance(1);
			expect(note(await ask("/long"))).toBe("Miss");
		});

		it.each(["no-store", "no-cache", "private", "private, max-age=30", "max-age=0"])(
			"not at all, when it is %s",
			async (value) => {
				scene.answer = (_request, response) => response.setHeader("Cache-Control", value).end("hello");
				const { ask } = await edgeWith();
				await ask();
				expect(note(await ask())).toBe("Miss");
			},
		);

		it("apart by path, query and the headers of the policy, not by others", async () => {
			cacheable(60);
			const { ask } = await edgeWith();
			await ask("/a?q=1", { Accept: "text/html" });
			expect(note(await ask("/a?q=1", { Accept: "text/html", "X-Other": "1" }))).toBe("Hit");
			expect(note(await ask("/a?q=2", { Accept: "text/html" }))).toBe("Miss");
			expect(note(await ask("/b?q=1", { Accept: "text/html" }))).toBe("Miss");
			expect(note(await ask("/a?q=1", { Accept: "application/json" }))).toBe("Miss");
			expect(note(await ask("/a?q=1", { Accept: "text/html" }, "globex.app.test"))).toBe("Miss");
		});

		it("for all hosts at once, when Host is not in the key: the mistake that the policy must not make", async () => {
			cacheable(60);
			const { ask } = await edgeWith({ cachePolicies: { cache: cachePolicyProperties({}, []) } });
			await ask("/");
			expect(note(await ask("/", {}, "globex.app.test"))).toBe("Hit");
		});

		it("until it is invalidated, by path whatever the host", async () => {
			cacheable(60);
			const { ask, edge } = await edgeWith();
			for (const path of ["/a/1", "/b"]) await ask(path);
			edge.invalidate("/a/*");
			expect(note(await ask("/a/1"))).toBe("Miss");
			expect(note(await ask("/b"))).toBe("Hit");
			edge.invalidate();
			expect(note(await ask("/b"))).toBe("Miss");
		});

		it("of a GET for a HEAD too", async () => {
			cacheable(60);
			const { ask, edge } = await edgeWith();
			await ask();
			const head = "HEAD / HTTP/1.1\r\nHost: acme.app.test\r\nConnection: close\r\n\r\n";
			const { status, headers, body } = await sendRaw(edge.httpsPort, scene.authority.pem, "acme.app.test", head);
			expect([status, headers["x-cache"], headers["content-length"], body]).toEqual([
				200,
				"Hit from cloudfront",
				"5",
				"",
			]);
		});

		it("that the function generated, and does not ask it again", async () => {
			const headers = { "cache-control": [{ key: "Cache-Control", value: "max-age=30" }] };
			const invokeEdge = vi.fn(() => Promise.resolve({ status: "200", headers, body: "made" }));
			const { ask } = await edgeWith({ invokeEdge });
			expect(note(await ask())).toBe("LambdaGeneratedResponse");
			expect(await ask()).toMatchObject({ status: 200, body: "made", headers: { "x-cache": "Hit from cloudfront" } });
			expect(invokeEdge).toHaveBeenCalledTimes(1);
		});

		it("that expired, while the origin answers with 5xx or not at all", async () => {
			cacheable(10);
			const { ask, clock } = await edgeWith();
			await ask();
			await clock.advance(10_000);
			scene.answer = (_request, response) => response.writeHead(500).end();
			expect(await ask()).toMatchObject({ status: 200, body: "hello" });
			scene.answer = (request) => request.socket.destroy();
			expect(await ask()).toMatchObject({ status: 200, body: "hello" });
			expect((await ask("/other")).status).toBe(502);
		});

		it("that expired, while it asks anew beside it, when the origin lets it", async () => {
			let page = "old";
			scene.answer = (_request, response) =>
				response.setHeader("Cache-Control", "max-age=10, stale-while-revalidate=5").end(page);
			const { ask, clock } = await edgeWith();
			await ask();
			await clock.advance(14_999);
			page = "new";
			expect(await ask()).toMatchObject({ body: "old", headers: { "x-cache": "Hit from cloudfront", age: "14" } });
			await vi.waitFor(async () => expect((await ask()).body).toBe("new"));
			expect(forward).toHaveBeenCalledTimes(2);
			await clock.advance(15_000);
			expect(note(await ask())).toBe("Miss");
		});

		it("stale to its end, also when what is answered beside it is an error", async () => {
			scene.answer = (_request, response) =>
				response.setHeader("Cache-Control", "max-age=10, stale-while-revalidate=86400").end("hello");
			const { ask, clock } = await edgeWith();
			await ask();
			forward.mockResolvedValueOnce({ status: "403" }).mockRejectedValueOnce(new Error("thrown"));
			await clock.advance(69_999);
			for (const times of [2, 3]) {
				expect(await ask()).toMatchObject({ status: 200, body: "hello" });
				await vi.waitFor(() => expect(forward).toHaveBeenCalledTimes(times));
				await new Promise((resolve) => setImmediate(resolve));
			}
			await clock.advance(1);
			forward.mockResolvedValueOnce({ status: "403" });
			expect((await ask()).status).toBe(403);
		});

		it("no longer when the origin broke off in the middle", async () => {
			scene.answer = (request, response) => {
				response.writeHead(200, { "Cache-Control": "max-age=30", "Content-Length": "10" });
				response.write("hello", () => request.socket.destroy());
			};
			const { ask } = await edgeWith();
			await ask();
			cacheable(30);
			expect(note(await ask())).toBe("Miss");
		});
	});

	describe("keeps an error", () => {
		const generated =
			(status: string, cacheControl = "no-store") =>
			() =>
				Promise.resolve({ status, headers: { "cache-control": [{ key: "Cache-Control", value: cacheControl }] } });

		it.each([
			["403", 10],
			["404", 0],
			["410", 0],
			["503", 10],
		])("%s that says no-store for %i seconds, when the distribution says nothing", async (status, seconds) => {
			const invokeEdge = vi.fn(generated(status));
			const { ask, clock } = await edgeWith({ invokeEdge, changes: { errors: [] } });
			await ask();
			await ask();
			expect(invokeEdge).toHaveBeenCalledTimes(seconds > 0 ? 1 : 2);
			await clock.advance(seconds * 1_000);
			invokeEdge.mockClear();
			await ask();
			expect(invokeEdge).toHaveBeenCalledTimes(1);
		});

		it("not at all, when the distribution says 0 seconds", async () => {
			const invokeEdge = vi.fn(generated("403"));
			const { ask } = await edgeWith({ invokeEdge });
			await ask();
			await ask();
			expect(invokeEdge).toHaveBeenCalledTimes(2);
		});

		it("for as long as it says itself, when that is longer, up to the maximum", async () => {
			const invokeEdge = vi.fn(generated("404", "max-age=86400"));
			const { ask, clock } = await edgeWith({ invokeEdge });
			await ask();
			await clock.advance(59_999);
			await ask();
			expect(invokeEdge).toHaveBeenCalledTimes(1);
			await clock.advance(1);
			await ask();
			expect(invokeEdge).toHaveBeenCalledTimes(2);
		});
	});
});
