import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { handler } from "../../../functions/stack/delegate-zone.ts";
import { aRegistrar, name, type Registrar, servers } from "./a-registrar.ts";

vi.mock(import("../../../services/sleep.ts"), () => ({
	sleep: (ms: number) => Promise.resolve(void vi.setSystemTime(Date.now() + ms)),
}));

let world: Registrar;
beforeEach(async () => {
	world = await aRegistrar();
});
afterEach(() => world.close());

const id = `${name}/ZOWN`;
const remove = (PhysicalResourceId: string, ResourceProperties = {}) =>
	world.ask(handler, "Delete", { PhysicalResourceId, ResourceProperties });
const gone = { status: "SUCCESS", reason: "" };

describe("taking a delegation away", () => {
	it("deletes exactly what stands, and waits until nobody is told of it any more", async () => {
		world.put("ZAPEX", "NS", 172_800, servers);
		expect(await remove(id)).toEqual({ ...gone, id });
		expect(world.delegation()).toBeUndefined();
		expect(world.changes).toEqual([`DELETE ZAPEX ${name} NS 172800`]);
		expect(world.asked.slice(1)).toEqual(["in sync?", "in sync?"]);
		expect(await remove(id)).toEqual({ ...gone, id });
	});

	it("leaves a delegation to another zone alone", async () => {
		world.put("ZAPEX", "NS", 300, ["ns-9.awsdns-09.org"]);
		expect(await remove(id)).toEqual({ ...gone, id });
		expect(world.changes).toEqual([]);
	});

	it("of what was never proven, takes away what was written in vain, and not what was proven since", async () => {
		world.put("ZAPEX", "NS", 60, servers);
		expect(await remove(`${id}/unproven`)).toMatchObject(gone);
		expect(world.delegation()).toBeUndefined();
		world.put("ZAPEX", "NS", 300, servers);
		expect(await remove(`${id}/unproven`)).toMatchObject(gone);
		expect(world.delegation()).toBe(`300 ${servers.join(",")}`);
	});

	it("of a Create that never answered, takes away what it has written", async () => {
		world.put("ZAPEX", "NS", 60, servers);
		expect(await remove("hostmaster-prod-Delegation-1ABC")).toMatchObject(gone);
		expect(world.delegation()).toBeUndefined();
	});

	it("does nothing for what has written nothing, and succeeds where nobody was ever let in", async () => {
		expect(await remove("nothing-written")).toMatchObject(gone);
		expect(world.asked).toEqual([]);
		expect(await remove("made-up", { ZoneId: 7 })).toMatchObject(gone);
		world.faults.refusedEntries = 1_000;
		expect(await remove("hostmaster-prod-Delegation-1ABC")).toMatchObject(gone);
	});

	it("fails rather than leave a delegation behind that leads to nowhere", async () => {
		world.put("ZAPEX", "NS", 300, servers);
		world.faults.refusedEntries = 1_000;
		const shut = await remove(id);
		expect(shut).toMatchObject({ status: "FAILED", id });
		expect(shut.reason).toMatch(/'assume-role'/);
		Object.assign(world.faults, { refusedEntries: 0, readOnly: "ZAPEX" });
		expect((await remove(id)).reason).toMatch(/Route 53 refused the DELETE of app\.example\.com/);
		world.faults.readOnly = undefined;
		expect(await remove(id)).toMatchObject(gone);
	});
});

describe("a stack that changes its delegation", () => {
	const Another = { ZoneId: "ZNEW", NameServers: ["ns-2.awsdns-00.net", "ns-1.awsdns-00.com"] };

	it("answers another id for another zone, whose delegation the old one's end does not touch", async () => {
		world.put("ZAPEX", "NS", 300, ["ns-7.awsdns-00.com"]);
		const updated = await world.ask(handler, "Update", { PhysicalResourceId: id, ResourceProperties: Another });
		expect(updated).toEqual({ ...gone, id: `${name}/ZNEW` });
		expect(await remove(id, { NameServers: ["ns-7.awsdns-00.com"] })).toMatchObject(gone);
		expect(world.delegation()).toBe(`300 ${Another.NameServers.join(",")}`);
	});

	it("keeps its id when it fails, so that nothing is deleted", async () => {
		world.faults.caa = { "example.com": "letsencrypt.org" };
		const failed = await world.ask(handler, "Update", { PhysicalResourceId: id, ResourceProperties: Another });
		expect(failed).toMatchObject({ status: "FAILED", id });
	});
});
