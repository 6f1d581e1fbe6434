import { gunzipSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { hourOfFile, readLogLine } from "../../../domain/usage.ts";
import type { LogDelivery } from "../../../local/edge/access-log.ts";
import { edgeLimits } from "../../../local/edge/limits.ts";
import { useScene } from "./scene.ts";
import { sendRaw } from "./world.ts";

const fields = [
	...["date", "time", "x-edge-location", "c-ip", "cs-method", "x-host-header", "cs-uri-stem", "sc-status", "sc-bytes"],
	...["cs-bytes", "time-taken", "cs-protocol", "cs-protocol-version", "cs(User-Agent)", "x-edge-result-type"],
	...["x-edge-detailed-result-type", "x-edge-request-id"],
];

describe("the local CloudFront's access log", () => {
	const scene = useScene();
	const { cacheable, edgeWith } = scene;

	async function loggingEdge(more: Partial<LogDelivery> = {}) {
		const put = vi.fn<LogDelivery["put"]>();
		const log = {
			fields,
			prefix: "AWSLogs/1/CloudFront/",
			suffixPath: "{DistributionId}/{yyyy}/{MM}/{dd}/{HH}",
			put,
			...more,
		};
		const world = await edgeWith({ log });
		return {
			...world,
			/** Keys of what was delivered. */
			keys: () => put.mock.calls.map(([key]) => key),
			entries: (): Record<string, string>[] =>
				put.mock.calls.flatMap(([, content]) =>
					gunzipSync(content)
						.toString()
						.trim()
						.split("\n")
						.map((line) => JSON.parse(line)),
				),
			delivered: () => world.clock.advance(edgeLimits.logDeliveryMs.value),
		};
	}

	it("tells of each request as CloudFront does, every value as text", async () => {
		const { ask, entries, delivered } = await loggingEdge();
		const { headers } = await ask("/a/b?secret=1", { "User-Agent": "a test", Cookie: "session=1" });
		await delivered();
		const [entry, ...others] = entries();
		expect(others).toEqual([]);
		expect(Object.keys(entry ?? {})).toEqual(fields);
		expect(entry).toMatchObject({
			...{ date: "2026-01-01", time: "00:00:00", "cs-method": "GET", "x-host-header": "acme.app.test" },
			...{ "cs-uri-stem": "/a/b", "sc-status": "200", "cs-protocol": "https", "cs-protocol-version": "HTTP/1.1" },
			...{ "cs(User-Agent)": "a%20test", "x-edge-result-type": "Miss", "time-taken": "0.000" },
			"x-edge-request-id": headers["x-amz-cf-id"],
		});
		expect(JSON.stringify(entry)).not.toMatch(/secret|session/);
	});

	it("counts the bytes of both ways: heads and bodies", async () => {
		const { edge, entries, delivered } = await loggingEdge();
		const head = "POST /in HTTP/1.1\r\nHost: acme.app.test\r\nConnection: close\r\nContent-Length: 7\r\n\r\n";
		await sendRaw(edge.httpsPort, scene.authority.pem, "acme.app.test", `${head}payload`);
		await delivered();
		const [entry] = entries();
		expect(entry?.["cs-bytes"]).toBe(String(head.length + 7));
		expect(Number(entry?.["sc-bytes"])).toBeGreaterThan("hello".length + 100);
	});

	it("tells of answers from the cache too, and of HEAD without a body", async () => {
		cacheable(60);
		const { ask, edge, entries, delivered } = await loggingEdge();
		await ask();
		await ask();
		const head = "HEAD / HTTP/1.1\r\nHost: acme.app.test\r\nConnection: close\r\n\r\n";
		await sendRaw(edge.httpsPort, scene.authority.pem, "acme.app.test", head);
		await delivered();
		expect(entries().map((entry) => entry["x-edge-result-type"])).toEqual(["Miss", "Hit", "Hit"]);
		const [, full, none] = entries().map((entry) => Number(entry["sc-bytes"]));
		expect((full ?? 0) - (none ?? 0)).toBe("hello".length);
	});

	it("is delivered in packed files, by the hour in which the requests ended", async () => {
		const { ask, clock, keys, entries, delivered } = await loggingEdge();
		await ask("/first");
		await clock.advance(3_600_000);
		await ask("/second");
		await ask("/third");
		await delivered();
		expect(keys().map((key) => key.replace(/[0-9a-f]{8}(?=\.gz$)/, "id"))).toEqual([
			"AWSLogs/1/CloudFront/E1TEST/2026/01/01/00/E1TEST.2026-01-01-00.id.gz",
			"AWSLogs/1/CloudFront/E1TEST/2026/01/01/01/E1TEST.2026-01-01-01.id.gz",
		]);
		expect(entries().map((entry) => entry["cs-uri-stem"])).toEqual(["/first", "/second", "/third"]);
		expect(keys().map(hourOfFile)).toEqual(["2026-01-01T00", "2026-01-01T01"]);
		expect(readLogLine(JSON.stringify(entries()[0]))).toMatchObject({
			host: "acme.app.test",
			traffic: { requests: 1 },
		});
	});

	it("lies beside the prefix without a suffix path, and is delivered when the edge closes", async () => {
		const { ask, edge, keys } = await loggingEdge({ suffixPath: "" });
		await ask();
		expect(keys()).toEqual([]);
		await edge.close();
		expect(keys()).toEqual([expect.stringMatching(/^AWSLogs\/1\/CloudFront\/E1TEST\.2026-01-01-00\.[0-9a-f]{8}\.gz$/)]);
	});

	it("says nothing of requests for which the distribution does not answer", async () => {
		const { ask, entries, delivered } = await loggingEdge();
		await ask("/", {}, "other.example");
		await ask();
		await delivered();
		expect(entries().map((entry) => entry["x-host-header"])).toEqual(["acme.app.test"]);
	});

	it("has no field that is not emulated: a template that wants one does not start", async () => {
		await expect(loggingEdge({ fields: ["date", "asn"] })).rejects.toThrow("The log field asn is not emulated");
	});
});
