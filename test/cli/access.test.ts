import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessOf } from "../../cli/access.ts";
import { CommandFailed } from "../../cli/failures.ts";
import type { World } from "../../cli/world.ts";

const here = { api: "http://127.0.0.1:4000", token: "laptop's", demoOrigin: { host: "origin.test", port: 4005 } };
const prod = { ...here, api: "http://127.0.0.1:5000", token: "prod's" };
const elsewhere = "https://api.example.net";

let directory: string;
beforeAll(() => {
	directory = mkdtempSync(join(tmpdir(), "hostmaster-access-"));
	mkdirSync(join(directory, ".hostmaster"));
	writeFileSync(join(directory, ".hostmaster", "endpoints.json"), JSON.stringify(here));
	mkdirSync(join(directory, ".hostmaster", "prod"));
	writeFileSync(join(directory, ".hostmaster", "prod", "endpoints.json"), JSON.stringify(prod));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function access(env: World["env"], option?: string, inDirectory = directory) {
	const nobody = () => Promise.reject(new Error("Nobody pauses."));
	const streams = { stdin: (async function* () {})(), stdout: { write: () => {} }, stderr: { write: () => {} } };
	try {
		return accessOf({ env, directory: inDirectory, ...streams, now: Date.now, pause: nobody }, option);
	} catch (error) {
		if (error instanceof CommandFailed) return error.exit;
		throw error;
	}
}

describe("where and as whom a command asks", () => {
	it("is what runs on this machine, when nothing is said", () => {
		expect(access({})).toEqual({ api: here.api, token: here.token, defaultOrigin: here.demoOrigin });
		expect(access({ HOSTMASTER_API: "", HOSTMASTER_TOKEN: "" })).toMatchObject({ token: here.token });
	});

	it("is the environment's, and before it the option's", () => {
		const env = { HOSTMASTER_API: elsewhere, HOSTMASTER_TOKEN: "t" };
		expect(access(env)).toEqual({ api: elsewhere, token: "t", defaultOrigin: undefined });
		expect(access(env, "https://other.example.net/v1/")).toMatchObject({
			api: "https://other.example.net",
			token: "t",
		});
		expect(access(env, "https://other.example.net/stage/")).toMatchObject({ api: "https://other.example.net/stage" });
		expect(access({ HOSTMASTER_TOKEN: "t" })).toMatchObject({ api: here.api, token: "t" });
	});

	it("is an environment that runs on this machine, by its name", () => {
		expect(access({}, "prod")).toEqual({ api: prod.api, token: prod.token, defaultOrigin: prod.demoOrigin });
		expect(access({ HOSTMASTER_API: "prod" })).toMatchObject({ api: prod.api });
		expect(access({ HOSTMASTER_TOKEN: "t" }, "nonprod")).toBe(2);
		expect(access({ HOSTMASTER_TOKEN: "t" }, "../prod")).toBe(2);
	});

	it("never gives the laptop's token to another", () => {
		expect(access({ HOSTMASTER_API: elsewhere })).toBe(3);
		expect(access({}, here.api)).toMatchObject({ token: here.token });
		expect(access({}, prod.api)).toBe(3);
	});

	it("is refused when there is none, or a token would cross a network in the clear", () => {
		expect(access({}, undefined, "/nowhere")).toBe(2);
		for (const url of [
			"http://api.example.net",
			"api.example.net",
			"ftp://127.0.0.1",
			"http://127.0.0.1.example.net",
		]) {
			expect(access({ HOSTMASTER_TOKEN: "t" }, url), url).toBe(2);
		}
		expect(access({ HOSTMASTER_TOKEN: "t" }, "http://localhost:1")).toMatchObject({ api: "http://localhost:1" });
		expect(access({ HOSTMASTER_TOKEN: "t" }, "http://[::1]:1")).toMatchObject({ api: "http://[::1]:1" });
	});
});
