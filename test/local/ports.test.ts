import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { freePorts, isFree, portsFrom, rememberPorts } from "../../local/ports.ts";

describe("the ports of a local cloud", () => {
	let directory: string;
	let file: string;
	let taken: Server[] = [];
	beforeEach(() => {
		directory = mkdtempSync(join(tmpdir(), "hostmaster-ports-"));
		file = join(directory, "data", "ports.json");
	});
	afterEach(() => {
		for (const server of taken) server.close();
		taken = [];
		vi.restoreAllMocks();
		rmSync(directory, { recursive: true });
	});

	async function take(port: number): Promise<number> {
		const server = createServer().listen(port, "127.0.0.1");
		taken.push(server);
		await once(server, "listening");
		const address = server.address();
		return typeof address === "object" ? (address?.port ?? 0) : 0;
	}

	it("are six in a row from the first, each for one listener", () => {
		const ports = portsFrom(4_000);
		expect(Object.values(ports)).toEqual([4_000, 4_001, 4_002, 4_003, 4_004, 4_005]);
		expect(ports.api).toBe(4_000);
	});

	it("are free, and below those that the system gives to connections", async () => {
		const ports = await freePorts(undefined);
		for (const port of Object.values(ports)) {
			expect(port).toBeLessThan(32_768);
			expect(await isFree(port)).toBe(true);
		}
	});

	it("are the same again after a restart, since addresses stand in the data", async () => {
		const ports = await freePorts(file);
		expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(ports);
		expect(await freePorts(file)).toEqual(ports);
	});

	it("are others when one of those remembered is taken, and these are remembered then", async () => {
		const before = await freePorts(file);
		await take(before.edgeHttps);
		const ports = await freePorts(file);
		expect(Object.values(ports)).not.toContain(before.edgeHttps);
		expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(ports);
	});

	it("are never guessed from a file that holds something else", async () => {
		rememberPorts(file, portsFrom(4_000));
		writeFileSync(file, '{"api":"4000"}');
		await expect(freePorts(file)).rejects.toThrow("api");
	});

	it("are given up on after fifty tries, with what to do", async () => {
		const port = await take(0);
		// Each try meets the port that is taken.
		vi.spyOn(Math, "random").mockReturnValue((port - 20_000 - (port % 2)) / 2 / 6_000);
		await expect(freePorts(undefined)).rejects.toThrow("--port N");
	});

	it("are remembered nowhere when there is no file", () => {
		expect(() => rememberPorts(undefined, portsFrom(4_000))).not.toThrow();
	});

	it("are not free while something listens", async () => {
		const port = await take(0);
		expect(await isFree(port)).toBe(false);
	});
});
