import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aSet, aWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
	world = await aWorld();
});
afterEach(() => world.close());

const served = (name: string) => world.route53.zones.zoneAt("app.example.com.")?.at(name);

describe("a record that is changed by hand", () => {
	const listed = () => world.route53.records(world.zoneId).map(({ name, type }) => `${type} ${name}`);

	it("is set and taken away like by any batch, but counts as no request", async () => {
		const id = world.route53.setRecord(aSet("Acme.App.example.com", "A", ["192.0.2.1"]));
		world.route53.setRecord(aSet("acme.app.example.com", "TXT", ['"x"']));
		expect(id).toMatch(/^C[0-9A-Z]+$/);
		expect(listed()).toEqual(expect.arrayContaining(["A acme.app.example.com.", "TXT acme.app.example.com."]));
		expect(served("acme.app.example.com.")).toEqual([]);
		await world.clock.advance(2_000);
		expect(served("acme.app.example.com.")).toHaveLength(2);
		expect(world.route53.removeRecord("ACME.app.example.com.", "TXT")).toBe(1);
		expect(listed().slice(2)).toEqual(["A acme.app.example.com."]);
		expect(world.route53.removeRecord("acme.app.example.com")).toBe(1);
		expect(world.route53.removeRecord("acme.app.example.com")).toBe(0);
		expect(listed()).toHaveLength(2);
		expect(world.route53.calls()).toEqual({});
	});

	it("is of the zone that is nearest above its name, and of no other", () => {
		const { id } = world.route53.createZone("eu.app.example.com");
		world.route53.setRecord(aSet("acme.eu.app.example.com", "A", ["192.0.2.1"]));
		expect(world.route53.records(id)).toHaveLength(3);
		expect(listed()).toHaveLength(2);
		expect(() => world.route53.removeRecord("acme.example.org")).toThrow("no zone");
	});
});
