import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { edgeVersion, zipOf } from "../../scripts/artifact.ts";
import { bundleForLambda, edgeCapBytes } from "../../scripts/bundle.ts";
import { contentHash } from "../../scripts/content-hash.ts";
import { withLock } from "../../scripts/lock.ts";
import { packageStages } from "../../scripts/package.ts";
import { readFunctions } from "../../scripts/service-file.ts";

const folder = mkdtempSync(join(tmpdir(), "hostmaster-build-"));
beforeAll(() => packageStages(["nonprod"]), 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(path: string, text: string): string {
	const full = join(folder, path);
	mkdirSync(join(full, ".."), { recursive: true });
	writeFileSync(full, text);
	return full;
}

const edge = { key: "routeTenant", module: "functions/edge/route-tenant", settings: { timeout: 10 } };
const bytes = (text: string) => new TextEncoder().encode(text);

describe("the functions that are built", () => {
	it("are those of serverless.yml, each from the file of its name", () => {
		for (const { key, module } of readFunctions()) {
			const fileName = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
			expect(module).toMatch(new RegExp(`^functions/[a-z]+/${fileName}$`));
		}
	});
});

describe("a zip", () => {
	it("holds one module where Lambda looks for the handler", () => {
		expect(Object.keys(unzipSync(zipOf(edge, bytes("x"))))).toEqual(["functions/edge/route-tenant.mjs"]);
	});

	it("has equal bytes for equal code, whenever and wherever it is made", () => {
		const before = zipOf(edge, bytes("export const handler = 1;"));
		vi.useFakeTimers({ now: Date.parse("2031-05-06T07:08:09Z") });
		const zone = process.env["TZ"];
		process.env["TZ"] = "Pacific/Kiritimati";
		try {
			expect(zipOf(edge, bytes("export const handler = 1;"))).toEqual(before);
		} finally {
			vi.useRealTimers();
			if (zone === undefined) delete process.env["TZ"];
			else process.env["TZ"] = zone;
		}
	});
});

describe("the edge function's version", () => {
	const idOf = (code: string, entry = edge) => Object.keys(edgeVersion(entry, zipOf(entry, bytes(code))).Resources)[0];

	it("has the same id for the same code", () => {
		expect(idOf("a")).toBe(idOf("a"));
		expect(idOf("a")).toMatch(/^RouteTenantVersion[0-9a-f]{32}$/);
	});

	it("has another id for other code, and for settings that a version freezes", () => {
		expect(idOf("b")).not.toBe(idOf("a"));
		expect(idOf("a", { ...edge, settings: { timeout: 20 } })).not.toBe(idOf("a"));
	});

	it("stays when the stack goes", () => {
		const [version] = Object.values(edgeVersion(edge, bytes("x")).Resources);
		expect(version).toMatchObject({ DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
	});
});

describe("an edge bundle", () => {
	it("is refused when it is larger than CloudFront's viewers can bear", async () => {
		const heavy = file(
			"functions/edge/heavy.ts",
			`export const handler = ${JSON.stringify("x".repeat(edgeCapBytes))};`,
		);
		const entry = { key: "heavy", module: heavy.slice(0, -".ts".length), settings: {} };
		await expect(bundleForLambda([entry], { edge: true })).rejects.toThrow(`the edge takes at most ${edgeCapBytes}`);
	});

	it("asks for no module at run time but Node's own", () => {
		const code = readFileSync(".build/local/functions/edge/route-tenant.mjs", "utf8");
		const imported = [...code.matchAll(/(?:from|import\()\s*["']([^"']+)["']/g)].map(([, name]) => name);
		expect(imported.filter((name) => !name?.startsWith("node:"))).toEqual([]);
	});
});

describe("a content hash", () => {
	it("changes with a content, a name and a file more, and with nothing else", () => {
		const root = join(folder, "hashed");
		file("hashed/a.ts", "1");
		const first = contentHash([root]);
		expect(contentHash([root])).toBe(first);
		file("hashed/b.ts", "");
		const second = contentHash([root]);
		expect(second).not.toBe(first);
		rmSync(join(root, "b.ts"));
		expect(contentHash([root, join(folder, "absent")])).toBe(first);
		file("hashed/a.ts", "2");
		expect(contentHash([root])).not.toBe(first);
	});
});

describe("a lock", () => {
	it("lets one action in at a time", async () => {
		const lock = join(folder, "lock");
		const order: string[] = [];
		const action = (name: string) => async () => {
			order.push(`${name} in`);
			await new Promise(setImmediate);
			order.push(`${name} out`);
		};
		await Promise.all([withLock(lock, action("a")), withLock(lock, action("b"))]);
		expect(order).toEqual(["a in", "a out", "b in", "b out"]);
	});

	it("is taken over from a process that died", async () => {
		const lock = file("left", "4194305"); // above the largest process id that Linux gives out
		await expect(withLock(lock, () => Promise.resolve("in"))).resolves.toBe("in");
	});

	it("is free again after a failure", async () => {
		const lock = join(folder, "failing");
		await expect(withLock(lock, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
		await expect(withLock(lock, () => Promise.resolve("in"))).resolves.toBe("in");
	});
});
