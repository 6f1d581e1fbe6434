import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NewTenant } from "../../domain/new-tenant.ts";
import { aWorld, hostnameOf, type World } from "../acceptance/world.ts";
import { aTerminal } from "./a-terminal.ts";

/** As tenants are configured in another environment, whose origins have other names. */
const origin = { host: "origin.elsewhere.test", port: 443, pathPrefix: "/v2" };
const elsewhere: NewTenant[] = [
	{
		slug: "acme",
		name: "Acme Ltd",
		plan: "gold",
		externalRef: "cus_acme",
		origin,
		config: { theme: "dark", seats: 5 },
	},
	{ slug: "globex", name: "Globex", origin, routes: [{ prefix: "/ai", origin }] },
	{ slug: "same", name: "same Ltd", externalRef: "cus_same", origin: { host: origin.host } },
	{ slug: "status", name: "Reserved", origin },
	{ slug: "taken", name: "Somebody else", externalRef: "cus_other", origin: { host: origin.host } },
];

let world: World;
let directory: string;
beforeAll(async () => {
	directory = mkdtempSync(join(tmpdir(), "hostmaster-promotion-"));
	world = await aWorld();
	const onboard = async (slug: string) => {
		const { operation } = await world.client.createTenant(world.client.newTenant(slug));
		await world.client.follow(operation.operationId, 40_000, () => {});
	};
	await Promise.all(["acme", "same", "taken"].map(onboard));
	writeFileSync(join(directory, "elsewhere.ndjson"), elsewhere.map((line) => JSON.stringify(line)).join("\n"));
}, 120_000);
afterAll(async () => {
	rmSync(directory, { recursive: true, force: true });
	await world?.close();
});

const type = (line: string) => {
	const { api, token } = world.endpoints;
	const env = { HOSTMASTER_API: api, HOSTMASTER_TOKEN: token };
	return aTerminal({ env, directory, now: Date.now, pause: (millis) => pause(millis) }).type(line);
};
const map = () => `--origin-map ${origin.host}=${world.endpoints.demoOrigin.host}:${world.endpoints.demoOrigin.port}`;

describe("a promotion of tenants from another environment", () => {
	it("shows where the file still names the other environment's origins, and does nothing then", async () => {
		const { exit, stdout, stderr } = await type("tenants apply elsewhere.ndjson");
		expect(exit).toBe(1);
		expect(stdout).toContain("Nothing was done");
		expect(stderr).toContain("--origin-map from=to");
		const plan = await type("tenants plan elsewhere.ndjson --json");
		expect(plan.exit).toBe(1);
		expect(JSON.parse(plan.stdout)).toMatchObject({
			counts: { new: 0, changed: 0, same: 0, conflict: 5 },
			tenants: [{ slug: "acme", problem: { field: "origin.host", rule: "not-allowed" } }, {}, {}, {}, {}],
		});
	});

	it("says of each what would become of it, field by field, and changes nothing", async () => {
		const { exit, stdout } = await type(`tenants plan elsewhere.ndjson ${map()}`);
		expect(exit).toBe(1);
		expect(stdout.split("\n")).toEqual([
			"~ acme  changed",
			'    name               "acme Ltd" -> "Acme Ltd"',
			'    plan               (none) -> "gold"',
			'    origin.pathPrefix  "" -> "/v2"',
			'    config.theme       (none) -> "dark"',
			"    config.seats       (none) -> 5",
			"+ globex  new",
			expect.stringMatching(/^! status {2}conflict {2}slug: .* \[reserved\]$/),
			expect.stringMatching(
				/^! taken {2}conflict {2}externalRef: 'ten_\w+' is 'cus_taken' here.* \[another-customer\]$/,
			),
			"1 new, 1 changed, 1 same, 2 in conflict.",
			"",
		]);
		expect((await world.tenants()).map(({ slug }) => slug).sort()).toEqual(["acme", "same", "taken"]);
	});

	it("carries out what can be, each followed to its end; a second plan is empty", async () => {
		const sound = elsewhere.slice(0, 3).map((line) => JSON.stringify(line));
		writeFileSync(join(directory, "sound.ndjson"), sound.join("\n"));
		const applied = await type(`tenants apply sound.ndjson ${map()}`);
		expect(applied, applied.stderr).toMatchObject({ exit: 0, stdout: "2 of 2 carried out.\n" });
		expect(applied.stderr).toMatch(/^ {2}globex {2}ActivateTenant done after/m);
		expect(applied.stderr).toMatch(/^ {2}acme {4}CompleteUpdate done after/m);
		expect(await world.viewer.open(hostnameOf("globex"))).toMatchObject({ status: 200 });
		const second = await type(`tenants plan sound.ndjson ${map()} --expect-empty`);
		expect(second).toMatchObject({ exit: 0, stdout: "0 new, 0 changed, 3 same, 0 in conflict.\n" });
		expect(await type(`tenants apply sound.ndjson ${map()}`)).toMatchObject({ exit: 0, stdout: "Nothing to do.\n" });
	});

	it("leaves nothing to do for what was exported here", async () => {
		await type("tenants export --output here.ndjson");
		const { exit, stdout } = await type("tenants plan here.ndjson --expect-empty");
		expect({ exit, stdout }).toEqual({ exit: 0, stdout: "0 new, 0 changed, 4 same, 0 in conflict.\n" });
	});

	it("does not give a customer's name to another, who has left and whose name is kept", async () => {
		await type("tenants remove globex --watch");
		const { stdout } = await type(`tenants plan sound.ndjson ${map()}`);
		expect(stdout).toMatch(/^! globex {2}conflict {2}slug: .* \[quarantine\]$/m);
	});
});
