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
const [key, another, strange] = ["2371 13 2 AB12", "40 13 2 CD34", "9 13 2 EF56"];
const sign = (...keys: string[]) => Object.assign(world.faults, { signing: { status: "SIGNING", keys } });
const create = () => world.ask(handler, "Create");
const remove = (PhysicalResourceId = id) => world.ask(handler, "Delete", { PhysicalResourceId });
const atParent = () => world.changes.filter((change) => change.includes("ZAPEX"));
const [upsert, drop] = ["UPSERT", "DELETE"].map((action) => (type: string, ttl: number) => {
	return `${action} ZAPEX ${name} ${type} ${ttl}`;
});

describe("a delegation of a signed zone", () => {
	it("has a DS for each key that signs, once its NS are in order, and before it counts as proven", async () => {
		sign(key, another);
		expect(await create()).toMatchObject({ status: "SUCCESS", id });
		expect(world.ds()).toBe(`300 ${key},${another}`);
		expect(atParent()).toEqual([upsert?.("NS", 60), upsert?.("DS", 300), upsert?.("NS", 300)]);
		// Each is on all of Route 53's servers before the next.
		expect(world.asked.filter((asked) => asked === "in sync?").length).toBeGreaterThanOrEqual(3);
	});

	it("has none before its servers answer with authority", async () => {
		sign(key);
		world.faults.lame = servers[0];
		expect(await create()).toMatchObject({ status: "FAILED" });
		expect(world.ds()).toBeUndefined();
	});

	it("follows a zone that is signed later, and whose keys change, when it is asked again", async () => {
		const update = () => world.ask(handler, "Update", { PhysicalResourceId: id, ResourceProperties: { Nonce: "1" } });
		await create();
		sign(key);
		expect(await update()).toMatchObject({ status: "SUCCESS", id });
		expect(world.ds()).toBe(`300 ${key}`);
		sign(key, another);
		await update();
		expect(world.ds()).toBe(`300 ${key},${another}`);
		const before = world.changes.length;
		await update();
		expect(world.changes).toHaveLength(before);
		// It was never gone: one of the two fitted all the time.
		expect(world.changes.filter((change) => change.startsWith("DELETE"))).toEqual([]);
	});

	it("is rid of a DS that fits no key before anybody is asked", async () => {
		sign(key);
		world.put("ZAPEX", "DS", 3_600, [strange]);
		expect(await create()).toMatchObject({ status: "SUCCESS" });
		expect(atParent()).toEqual([drop?.("DS", 3_600), upsert?.("NS", 60), upsert?.("DS", 300), upsert?.("NS", 300)]);
		expect(world.ds()).toBe(`300 ${key}`);
	});

	it.each(["NOT_SIGNING", "DELETING"])("has none when its zone is %s", async (status) => {
		Object.assign(world.faults, { signing: { status, keys: [key] } });
		world.put("ZAPEX", "DS", 300, [key]);
		expect(await create()).toMatchObject({ status: "SUCCESS" });
		expect(world.ds()).toBeUndefined();
	});

	it("keeps the DS that stands while nobody can say which keys sign", async () => {
		world.put("ZAPEX", "NS", 300, servers);
		world.put("ZAPEX", "DS", 300, [key]);
		world.faults.signing = { status: "INTERNAL_FAILURE", keys: [] };
		expect(await world.ask(handler, "Update", { PhysicalResourceId: id })).toMatchObject({ status: "FAILED", id });
		expect([world.ds(), world.delegation()]).toEqual([`300 ${key}`, `300 ${servers.join(",")}`]);
	});

	it("loses its DS first and then its NS, and goes on there when it was interrupted between", async () => {
		sign(key);
		await create();
		world.changes.length = 0;
		expect(await remove()).toMatchObject({ status: "SUCCESS" });
		expect(world.changes).toEqual([drop?.("DS", 300), drop?.("NS", 300)]);
		world.put("ZAPEX", "DS", 300, [key]);
		expect(await remove()).toMatchObject({ status: "SUCCESS" });
		expect(world.ds()).toBeUndefined();
	});

	it("keeps its NS while its DS cannot go, or the DS of another's", async () => {
		sign(key);
		await create();
		Object.assign(world.faults, { pendingLooks: 10_000 });
		expect(await remove()).toMatchObject({ status: "FAILED", reason: expect.stringContaining("'in-sync'") });
		expect(world.delegation()).toBe(`300 ${servers.join(",")}`);
		world.put("ZAPEX", "DS", 300, [strange]);
		world.put("ZAPEX", "NS", 300, ["ns-9.awsdns-09.org"]);
		expect(await remove()).toMatchObject({ status: "SUCCESS" });
		expect(world.ds()).toBe(`300 ${strange}`);
	});
});
