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

	it("is also an update's, before the stack goes; another update stands it up again, and the deletion finds nothing", async () => {
		world.put("ZAPEX", "NS", 300, servers);
		const update = (State: string) =>
			world.ask(handler, "Update", { PhysicalResourceId: id, ResourceProperties: { State } });
		expect(await update("withdrawn")).toEqual({ ...gone, id });
		expect(world.delegation()).toBeUndefined();
		expect(await update("standing")).toEqual({ ...gone, id });
		expect(world.delegation()).toBe(`300 ${servers.join(",")}`);
		await update("withdrawn");
		expect(await remove(id, { State: "withdrawn" })).toEqual({ ...gone, id });
		world.faults.refusedEntries = 1_000;
		expect(await update("withdrawn")).toMatchObject({ status: "FAILED", id });
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
		Object.assign(world.faults, { readOnly: undefined, throttledCalls: 10_000 });
		expect((await remove(id)).reason).toMatch(/Could not ask/);
		expect(world.delegation()).toBe(`300 ${servers.join(",")}`);
		world.faults.throttledCalls = 0;
		expect(await remove(id)).toMatchObject(gone);
	});
});

describe("a stack that is asked once more, with another nonce", () => {
	const again = () => world.ask(handler, "Update", { PhysicalResourceId: id, ResourceProperties: { Nonce: "2" } });
	const own = `300 ${servers.join(",")}`;

	it.each([
		["is gone", []],
		["leads elsewhere", ["old.example.net"]],
		["lacks a server", servers.slice(1)],
	])("mends a delegation that %s, and sees it stand", async (_, broken) => {
		if (broken.length > 0) world.put("ZAPEX", "NS", 300, broken);
		expect(await again()).toEqual({ ...gone, id });
		expect(world.delegation()).toBe(own);
		expect(world.changes.filter((change) => change.includes(" NS "))).toHaveLength(2);
		expect(world.asked).toContain("127.0.0.1: NS?");
	});

	it("says what is broken still, and leaves what stands", async () => {
		world.put("ZAPEX", "NS", 300, servers);
		world.faults.lame = servers[0];
		expect(await again()).toMatchObject({ status: "FAILED", id, reason: expect.stringContaining("'authoritative'") });
		expect(world.delegation()).toBe(own);
	});
});

describe("a stack that changes its delegation", () => {
	it("is refused another name before anything is asked or written, and may go back to its own", async () => {
		world.put("ZAPEX", "NS", 300, servers);
		const ResourceProperties = { Name: "web.example.com", ZoneId: "ZNEW" };
		const renamed = await world.ask(handler, "Update", { PhysicalResourceId: id, ResourceProperties });
		expect(renamed).toMatchObject({ status: "FAILED", id });
		expect(renamed.reason).toMatch(
			/PlatformDomain became web\.example\.com, .*app\.example\.com cannot be renamed.* Set PlatformDomain back to app\.example\.com .*zone ZNEW/,
		);
		expect([world.asked, world.changes]).toEqual([[], []]);
		// As a rollback asks: the old properties are the new ones then.
		expect(await world.ask(handler, "Update", { PhysicalResourceId: id })).toEqual({ ...gone, id });
		expect(world.delegation()).toBe(`300 ${servers.join(",")}`);
	});

	it.each(["hostmaster-prod-Delegation-1ABC", "Delegation/r-1", "nothing-written"])(
		"has no name yet that it could lose while its id is %s",
		async (PhysicalResourceId) => {
			expect(await world.ask(handler, "Update", { PhysicalResourceId })).toMatchObject(gone);
		},
	);

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
