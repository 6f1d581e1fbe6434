import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awsEndpoint } from "../../../local/laptop.ts";
import { openStore } from "../../../local/store.ts";
import { startEnvironment } from "../../../local/world/environment.ts";
import { createRegistrations } from "../../../local/world/registrations.ts";
import { freeWorldPorts, takenPort, worldPortsFrom } from "../../../local/world/world-ports.ts";
import { placeOf, startWorld } from "../../../local/world.ts";
import { aWorld, aZone, type World } from "./a-world.ts";

describe("the registry", () => {
	const zones = [
		{ name: "shop.test.", nameServers: ["ns-1.awsdns-00.com."] },
		{ name: "app.shop.test.", nameServers: ["ns-2.awsdns-00.com."] },
		{ name: "shop.test.", nameServers: ["ns-3.awsdns-00.com."] },
		{ name: "shop.co.uk.", nameServers: ["ns-4.awsdns-00.com."] },
	];

	it("delegates the registrar's topmost zones, of two of a name the older", () => {
		expect(createRegistrations(openStore(":memory:"), () => zones).list()).toEqual([
			{ name: "shop.test.", nameServers: ["ns-1.awsdns-00.com."] },
			{ name: "shop.co.uk.", nameServers: ["ns-4.awsdns-00.com."] },
		]);
	});

	it("tells otherwise when it is told to, also of a domain without a zone, until it follows the zone again", () => {
		const store = openStore(":memory:");
		createRegistrations(store, () => zones).set("Shop.test", { nameServers: ["ns.elsewhere.test"], ds: ["1 13 2 AB"] });
		const registrations = createRegistrations(store, () => zones);
		registrations.set("bare.test", { nameServers: [] });
		expect(registrations.list()).toEqual([
			{ name: "shop.test.", nameServers: ["ns.elsewhere.test."], ds: ["1 13 2 AB"] },
			{ name: "shop.co.uk.", nameServers: ["ns-4.awsdns-00.com."] },
			{ name: "bare.test.", nameServers: [], ds: [] },
		]);
		registrations.set("shop.test", {});
		expect(registrations.list()[0]).toEqual({ name: "shop.test.", nameServers: ["ns-1.awsdns-00.com."], ds: [] });
	});
});

describe("a world's switches", () => {
	let world: World;
	beforeAll(async () => {
		world = await aWorld([]);
	}, 20_000);
	afterAll(() => world.close());

	it("let a registry name other servers, which nobody then finds the zone at", async () => {
		await world.deploy("registrar", { Apex: aZone("shop.test") });
		expect(await world.resolver.resolveNs("shop.test")).toHaveLength(4);
		const turn = (body: object) =>
			fetch(`${awsEndpoint(world.ports.registrar)}/_local/register`, { method: "POST", body: JSON.stringify(body) });
		await turn({ domain: "shop.test", nameServers: ["ns-1.awsdns-15.com"] });
		await world.flush();
		await expect(world.resolver.resolveNs("shop.test")).rejects.toMatchObject({ code: "ESERVFAIL" });
		await turn({ domain: "shop.test" });
		await world.flush();
		expect(await world.resolver.resolveNs("shop.test")).toHaveLength(4);
	});
});

describe("a world's ports", () => {
	const directory = mkdtempSync(join(tmpdir(), "hostmaster-ports-"));
	afterAll(() => rmSync(directory, { recursive: true }));

	it("are six for each account, and one number for all their DNS", () => {
		const { registrar, nonprod, prod } = worldPortsFrom(5_000);
		expect([registrar.api, nonprod.api, prod.api]).toEqual([5_000, 5_006, 5_012]);
		expect([registrar.dns, nonprod.dns, prod.dns]).toEqual([5_002, 5_002, 5_002]);
	});

	it("are the same at the next start, unless somebody has taken one", async () => {
		const file = join(directory, "ports.json");
		const ports = await freeWorldPorts(file);
		expect(await freeWorldPorts(file)).toEqual(ports);
		const server = createServer().listen(ports.prod.aws, "127.0.0.1");
		await once(server, "listening");
		expect(await takenPort(ports)).toBe(ports.prod.aws);
		expect(await freeWorldPorts(file)).not.toEqual(ports);
		server.close();
	});
});

describe("a world that cannot come up", () => {
	const directory = mkdtempSync(join(tmpdir(), "hostmaster-broken-"));
	afterAll(() => rmSync(directory, { recursive: true }));

	it("says which environment did not, and ends the others", async () => {
		const ports = await freeWorldPorts(join(directory, "ports.json"));
		writeFileSync(join(directory, "prod"), "a file where a folder has to be");
		const world = startWorld({ directory, environments: ["nonprod", "prod"], ports, say: () => {} });
		await expect(world).rejects.toThrow("Environment prod ended (exit code 1) before it was ready.");
		expect(await takenPort(ports)).toBeUndefined();
		expect(existsSync(join(directory, "nonprod", "endpoints.json"))).toBe(false);
	}, 20_000);

	it("is none when an environment ends while it starts", async () => {
		const ports = worldPortsFrom(5_000);
		const order = {
			...{ name: "prod" as const, accountId: "333333333333", directory: join(directory, "prod"), ports: ports.prod },
			place: placeOf("prod", ports),
		};
		const started = startEnvironment({ order, onDistributions: () => {}, say: () => {} });
		await expect(started).rejects.toThrow("before it was ready");
	}, 20_000);
});
