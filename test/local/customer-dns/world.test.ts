import { Resolver } from "node:dns/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { realClock } from "../../../local/clock.ts";
import { openCustomerDns } from "../../../local/customer-dns/provider.ts";
import { memoryZones } from "../../../local/dns/memory-zones.ts";
import { awsEndpoint } from "../../../local/laptop.ts";
import { type NameService, nameService } from "../../../local/name-service.ts";
import { openStore } from "../../../local/store.ts";
import { placeOf } from "../../../local/world.ts";
import { aWorld, type World } from "../world/a-world.ts";

let world: World;
let nonprod: NameService;
beforeAll(async () => {
	world = await aWorld([]);
	nonprod = await nameService({
		...{ zones: memoryZones({}), hosted: () => [], hosts: {}, clock: realClock },
		...{ port: world.ports.registrar.dns, place: placeOf("nonprod", world.ports) },
		customers: openCustomerDns(openStore(":memory:"), realClock),
	});
}, 60_000);
afterAll(async () => {
	await nonprod.close();
	await world.close();
});

const order = async (body: unknown) => {
	const response = await fetch(`${awsEndpoint(world.ports.registrar)}/_local/customer-dns`, {
		method: "POST",
		body: JSON.stringify(body),
	});
	return response.status;
};
const found = (name: string) =>
	Promise.all(
		["127.0.0.1", "127.0.53.53"].map((host) => {
			const resolver = new Resolver({ tries: 1, timeout: 5_000 });
			resolver.setServers([`${host}:${world.ports.registrar.dns}`]);
			return resolver.resolve4(name).catch((error: NodeJS.ErrnoException) => error.code);
		}),
	);

describe("customers' zones beside several environments", () => {
	it("are delegated from the root, edited at the registrar's account, and seen by each environment's authority", async () => {
		expect(await order({ do: "set", name: "shop.acme.com", type: "A", values: ["192.0.2.1"], ttlSeconds: 300 })).toBe(
			200,
		);
		expect(await order({ do: "set", name: "acme.com", type: "CAA", values: ['0 issue "amazon.com"'] })).toBe(200);
		expect(await found("shop.acme.com")).toEqual([["192.0.2.1"], ["192.0.2.1"]]);
		expect(await nonprod.resolve("shop.acme.com", "A")).toMatchObject([{ data: "192.0.2.1" }]);
		expect(await nonprod.caaAt("acme.com")).toEqual([{ flags: 0, tag: "issue", value: "amazon.com" }]);
		expect(await nonprod.caaAt("com")).toEqual([]);
	});

	it("have their faults there, too, and resolvers forget when they are told to", async () => {
		await order({ do: "set", name: "split.acme.com", type: "A", values: ["192.0.2.2"], ttlSeconds: 300 });
		await order({ do: "fault", name: "split.acme.com", fault: "split", on: true });
		expect(await found("split.acme.com")).toEqual([["192.0.2.2"], "ENOTFOUND"]);
		await order({ do: "set", name: "split.acme.com", type: "A", values: ["192.0.2.3"] });
		expect(await found("split.acme.com")).toEqual([["192.0.2.2"], "ENOTFOUND"]);
		await order({ do: "flush" });
		expect(await found("split.acme.com")).toEqual([["192.0.2.3"], "ENOTFOUND"]);
		await order({ do: "fault", name: "acme.com", fault: "servfail", on: true });
		await expect(nonprod.resolve("shop.acme.com", "A")).rejects.toThrow("could not be asked");
	});
});
