import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { domainViewSchema } from "../../domain/domain-view.ts";
import { diagnosisSchema } from "../../functions/api/contracts/domains.ts";
import { send } from "../../local/customer-dns/desk-client.ts";
import { aWorld, hostnameOf, type World } from "../acceptance/world.ts";
import { aTerminal } from "./a-terminal.ts";

const verifiedSchema = z.object({ domain: domainViewSchema, diagnosis: diagnosisSchema });
const domain = "shop.acme.com";

let world: World;
let directory: string;
beforeAll(async () => {
	directory = mkdtempSync(join(tmpdir(), "hostmaster-cli-"));
	world = await aWorld();
	mkdirSync(join(directory, ".hostmaster"));
	writeFileSync(join(directory, ".hostmaster", "endpoints.json"), JSON.stringify(world.endpoints));
	const { client } = world;
	const { operation } = await client.createTenant(client.newTenant("acme"));
	await client.follow(operation.operationId, 40_000, () => {});
}, 90_000);
afterAll(async () => {
	rmSync(directory, { recursive: true, force: true });
	await world?.close();
});

const type = (line: string) => aTerminal({ directory, now: Date.now, pause: (millis) => pause(millis) }).type(line);

async function setCname(value: string) {
	const order = { do: "set" as const, name: domain, type: "CNAME", values: [value], ttlSeconds: 1 };
	expect(await send(world.endpoints.aws, order)).toMatchObject({ outcome: "done" });
	await send(world.endpoints.aws, { do: "flush" });
}

/** Each goes on where the one before it ended. */
describe("a custom domain, by command", () => {
	let target = "";

	it("is added: every record that its owner sets is told at once", async () => {
		const { exit, stdout, stderr } = await type(`domains add acme ${domain}`);
		expect(exit, stderr).toBe(0);
		[, target = ""] = new RegExp(`^${domain} +CNAME +(\\S+) +now`, "m").exec(stdout) ?? [];
		expect(target).toMatch(/^[0-9a-z]{26}\.edge\./);
		expect((await type(`domains add acme ${domain}`)).exit).toBe(2);
	});

	it("is verified: what was found, who acts and the fix, with 2 while its customer has to act", async () => {
		await setCname("shops.former-host.com");
		const { exit, stdout } = await type(`domains verify acme ${domain} --json`);
		const { diagnosis } = verifiedSchema.parse(JSON.parse(stdout));
		expect(exit).toBe(2);
		expect(diagnosis).toMatchObject({
			...{ reason: "cname-wrong-target", actor: "customer", found: expect.stringContaining("shops.former-host.com") },
			fix: `Change the CNAME of ${domain} to ${target}.`,
		});
		expect((await type(`domains show acme ${domain}`)).exit).toBe(2);
		expect((await type(`domains list acme`)).stdout).toMatch(new RegExp(`^${domain} +(action-required|pending) `, "m"));
	});

	it("is followed to its end once the record is mended", async () => {
		await setCname(target);
		// Ten seconds lie between two checks, which the command waits out.
		const { exit, stdout, stderr } = await type(`domains verify acme ${domain} --watch --timeout 60`);
		expect(exit, stderr).toBe(0);
		expect(stderr).toMatch(/^ {2}ActivateTenant done after /m);
		expect(stdout).toMatch(new RegExp(`^${domain} {2}active\n`));
		expect(await world.viewer.open(domain)).toMatchObject({ status: 200 });
	}, 60_000);

	it("is shown, diagnosed, made primary and not", async () => {
		const shown = await type(`domains show acme ${domain}`);
		expect(shown).toMatchObject({ exit: 0, stdout: expect.stringContaining("certificate") });
		expect(await type(`domains diagnose ${domain}`)).toMatchObject({ exit: 0 });
		expect(await type("domains diagnose nobody.acme.com")).toMatchObject({ exit: 1 });
		const primary = await type(`domains primary acme ${domain} --watch`);
		expect(primary.exit, primary.stderr).toBe(0);
		expect((await type(`domains show acme ${domain}`)).stdout).toMatch(/primary +yes/);
		expect((await type(`domains remove acme ${domain}`)).exit).toBe(2);
		expect((await type(`domains primary acme ${hostnameOf("acme")} --watch`)).exit).toBe(0);
	});

	it("is removed", async () => {
		const removed = await type(`domains remove acme ${domain} --watch --timeout 60`);
		expect(removed.exit, removed.stderr).toBe(0);
		expect(removed.stdout).toMatch(new RegExp(`^${domain} {2}released\n`));
		expect((await type("domains list acme")).stdout).not.toContain("active");
	});
});
