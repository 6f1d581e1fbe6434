import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { operationViewSchema } from "../../domain/operation-view.ts";
import { tenantViewSchema } from "../../domain/tenant-view.ts";
import { aWorld, hostnameOf, type World } from "../acceptance/world.ts";
import { aTerminal } from "./a-terminal.ts";

const acceptedSchema = z.object({ tenant: tenantViewSchema, operation: operationViewSchema });
const operationsSchema = z.object({ operations: z.array(operationViewSchema) });

let world: World;
let directory: string;
beforeAll(async () => {
	// Where somebody has run `npm start`.
	directory = mkdtempSync(join(tmpdir(), "hostmaster-cli-"));
	world = await aWorld();
	mkdirSync(join(directory, ".hostmaster"));
	writeFileSync(join(directory, ".hostmaster", "endpoints.json"), JSON.stringify(world.endpoints));
}, 60_000);
afterAll(async () => {
	rmSync(directory, { recursive: true, force: true });
	await world?.close();
});

const type = (line: string, ...more: string[]) =>
	aTerminal({ directory, now: Date.now, pause: (millis) => pause(millis) }).type(line, ...more);
const onboarding = ["CheckCertificate", "SyncRecords", "PublishRoute", "ProbeRoute", "ActivateTenant"];
const stepsIn = (stderr: string) => [...stderr.matchAll(/^ {2}(\w+) done after/gm)].map(([, step]) => step);

/** Each goes on where the one before it ended. */
describe("a tenant, by command", () => {
	it("is onboarded: each step is told, and its name is served", async () => {
		const { exit, stdout, stderr } = await type("tenants add acme --plan gold --external-ref cus_1 --watch");
		expect(exit, stderr).toBe(0);
		expect(stepsIn(stderr)).toEqual(onboarding);
		expect(stdout).toMatch(new RegExp(`^${hostnameOf("acme")} {2}active\n`));
		expect(await world.viewer.open(hostnameOf("acme"))).toMatchObject({ status: 200 });
	});

	it("is shown and listed", async () => {
		const shown = tenantViewSchema.parse(JSON.parse((await type("tenants show acme --json")).stdout));
		expect(shown).toMatchObject({ slug: "acme", plan: "gold", status: "active" });
		const byId = await type(`tenants show ${shown.tenantId}`);
		expect(byId.stdout).toMatch(/Serving +true +\S+ {2}Probed: /);
		const listed = await type("tenants list --external-ref cus_1");
		expect(listed.stdout.split("\n")[1]).toMatch(/^acme {2}active {2}acme\.\S+ {2}gold {2}nobody {4}ten_/);
		expect((await type("tenants list --status failed")).stdout).toBe("No tenants.\n");
	});

	it("is suspended and resumed, at once or followed", async () => {
		const begun = await type("tenants suspend acme --json --reason", "Invoice 7 is overdue");
		const { operation } = acceptedSchema.parse(JSON.parse(begun.stdout));
		expect(operation).toMatchObject({ kind: "suspend-tenant", reason: "Invoice 7 is overdue" });
		expect((await type(`operations show ${operation.operationId} --watch`)).exit).toBe(0);
		expect(await world.viewer.open(hostnameOf("acme"))).toMatchObject({ status: 403 });
		const { stdout } = await type("tenants resume acme --watch --json");
		expect(acceptedSchema.parse(JSON.parse(stdout))).toMatchObject({ tenant: { status: "active" } });
	});

	it("is renamed, and found by its former name too", async () => {
		const renamed = await type("tenants rename acme acme-two --watch");
		expect(renamed).toMatchObject({ exit: 0, stdout: expect.stringContaining(hostnameOf("acme-two")) });
		expect((await type("tenants show acme")).stdout).toContain(`former names  ${hostnameOf("acme")}`);
	});

	it("leaves", async () => {
		const removed = await type("tenants remove acme-two --watch --json --reason", "Contract ended");
		expect(removed.exit, removed.stderr).toBe(0);
		const { tenant, operation } = acceptedSchema.parse(JSON.parse(removed.stdout));
		expect([tenant.status, operation.status, operation.reason]).toEqual(["released", "succeeded", "Contract ended"]);
		const { stdout } = await type(`operations list --tenant ${tenant.tenantId} --json`);
		expect(operationsSchema.parse(JSON.parse(stdout)).operations.map(({ kind }) => kind)).toEqual(
			["onboard", "suspend", "resume", "rename", "offboard"].map((verb) => `${verb}-tenant`),
		);
	});

	it("is refused under a name that is kept, with the rule", async () => {
		const refused = await type("tenants add acme --watch");
		expect(refused.exit).toBe(2);
		expect(refused.stderr).toMatch(/^This slug was released recently\..*\n {2}slug: .* \[quarantine\]\n/);
	});
});

describe("an onboarding that fails", () => {
	it("ends with 1 and says what to do, and a retry goes on at the failed step", async () => {
		const { route53 } = world.cloud.services;
		route53.refuse(hostnameOf("broken"));
		const failed = await type("tenants add broken --watch");
		expect(failed.exit).toBe(1);
		expect(stepsIn(failed.stderr)).toEqual(["CheckCertificate"]);
		expect(failed.stdout).toMatch(
			/SyncRecords failed: ZoneChangeRefused, .*\nOperator: .*\nRetry: hostmaster operations retry op_/,
		);
		const { stdout } = await type("operations list --status failed --json");
		const [operation] = operationsSchema.parse(JSON.parse(stdout)).operations;
		expect((await type(`operations show ${operation?.operationId}`)).exit).toBe(1);
		route53.allow(hostnameOf("broken"));
		const retried = await type(`operations retry ${operation?.operationId} --watch`);
		expect(retried.exit, retried.stderr).toBe(0);
		expect(stepsIn(retried.stderr)).toEqual(onboarding);
		expect((await type(`operations retry ${operation?.operationId}`)).exit).toBe(2);
	});
});

describe("the program as a process", () => {
	async function started(...args: string[]) {
		const { HOSTMASTER_API: _api, HOSTMASTER_TOKEN: _token, ...env } = process.env;
		const child = spawn(process.execPath, [resolve("cli/main.ts"), ...args], { cwd: directory, env });
		const [stdout, stderr, [exit]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
		return { exit, stdout, stderr };
	}

	it("asks what runs in its directory, and ends with the exit code", async () => {
		const added = await started("tenants", "add", "process", "--watch", "--json");
		expect(added.exit, added.stderr).toBe(0);
		expect(acceptedSchema.parse(JSON.parse(added.stdout)).tenant).toMatchObject({ slug: "process", status: "active" });
		expect(stepsIn(added.stderr)).toEqual(onboarding);
		expect(await started("tenants", "show", "nobody")).toMatchObject({ exit: 2, stdout: "" });
	});
});
