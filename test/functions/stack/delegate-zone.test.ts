import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { handler } from "../../../functions/stack/delegate-zone.ts";
import { aRegistrar, type Faults, name, type Registrar, role, servers } from "./a-registrar.ts";

vi.mock(import("../../../services/sleep.ts"), () => ({
	sleep: (ms: number) => Promise.resolve(void vi.setSystemTime(Date.now() + ms)),
}));

let world: Registrar;
beforeEach(async () => {
	world = await aRegistrar();
});
afterEach(() => world.close());

const own = `300 ${servers.join(",")}`;
const unproven = `60 ${servers.join(",")}`;
const id = `${name}/ZOWN`;
const create = () => world.ask(handler, "Create");
const remove = (PhysicalResourceId: string) => world.ask(handler, "Delete", { PhysicalResourceId });

describe("a delegation", () => {
	it("is written, seen by everybody, and proven; then nothing is asked of a certificate but patience", async () => {
		expect(await create()).toEqual({ status: "SUCCESS", reason: "", id });
		expect(world.delegation()).toBe(own);
		expect(world.changes).toEqual([
			`UPSERT ZAPEX ${name} NS 60`,
			`UPSERT ZOWN ${name} SOA 900`,
			`UPSERT ZAPEX ${name} NS 300`,
		]);
		expect(world.soa()).toBe("ns-1.x. a.x. 1 7200 900 1209600 60");
		// A resolver that is asked too early remembers that there was nothing.
		expect(world.asked.slice(0, 3)).toEqual([`assume ${role}`, "in sync?", "in sync?"]);
	});

	it("changes nothing the second time", async () => {
		await create();
		const before = world.changes.length;
		expect(await create()).toMatchObject({ status: "SUCCESS", id });
		expect(world.changes).toHaveLength(before);
	});

	it("is written again where it leads elsewhere, and adopted where somebody has written it by hand", async () => {
		world.put("ZAPEX", "NS", 172_800, ["old.example.net"]);
		expect(await create()).toMatchObject({ status: "SUCCESS" });
		expect(world.delegation()).toBe(own);
		world.put("ZAPEX", "NS", 172_800, servers);
		expect(await create()).toMatchObject({ status: "SUCCESS", id });
		expect(world.delegation()).toBe(`172800 ${servers.join(",")}`);
	});

	it("takes name servers as one text, too", async () => {
		const ResourceProperties = { NameServers: servers.join(",") };
		expect(await world.ask(handler, "Create", { ResourceProperties })).toMatchObject({ status: "SUCCESS" });
	});

	it("waits for what passes: a role that is new, a throttle, a resolver that remembers", async () => {
		const seen = { "127.0.0.1": [], "127.0.0.2": ["old.example.net"] };
		Object.assign(world.faults, { refusedEntries: 3, throttledCalls: 5, seen, staleAnswers: 8 });
		expect(await create()).toMatchObject({ status: "SUCCESS" });
		expect(world.faults).toMatchObject({ staleAnswers: 0 });
		expect(world.delegation()).toBe(own);
	});
});

describe("a delegation that cannot stand", () => {
	const nothing = "nothing-written";
	it.each<[string, Partial<Faults>, RegExp, string, string | undefined, number]>([
		[
			"the role may not be assumed",
			{ refusedEntries: 1_000 },
			/'assume-role'.*AccessDenied: not authorized.*registrar/,
			nothing,
			undefined,
			60,
		],
		[
			"there is no zone of the apex",
			{ apexZones: [] },
			/'write'.*no public zone of example\.com/,
			nothing,
			undefined,
			1,
		],
		[
			"there are two",
			{ apexZones: ["ZAPEX", "Z2"] },
			/'write'.*2 public zones of example\.com: ZAPEX, Z2/,
			nothing,
			undefined,
			1,
		],
		[
			"the role may not write",
			{ readOnly: "ZAPEX" },
			/'write'.*InvalidChangeBatch: not allowed/,
			nothing,
			undefined,
			1,
		],
		[
			"Route 53 never spreads it",
			{ pendingLooks: 10_000 },
			/'in-sync'.*still spreads/,
			`${id}/unproven`,
			unproven,
			800,
		],
		[
			"resolvers find others",
			{ seen: { "127.0.0.1": ["a.example.net"] } },
			/'public'.*127\.0\.0\.1 lacks ns-1.*127\.0\.0\.2 agrees/,
			`${id}/unproven`,
			unproven,
			800,
		],
		[
			"a server is lame",
			{ lame: "ns-2.awsdns-00.net" },
			/'authoritative'.*ns-2\.awsdns-00\.net answers REFUSED/,
			`${id}/unproven`,
			unproven,
			800,
		],
		[
			"its own zone may not be written",
			{ readOnly: "ZOWN" },
			/'negative-ttl'.*not allowed/,
			`${id}/unproven`,
			unproven,
			5,
		],
		[
			"CAA forbids",
			{ caa: { "example.com": "letsencrypt.org" } },
			/'caa'.*records of example\.com forbid.*'letsencrypt\.org'.*Add 0 issue "amazon\.com"/,
			`${id}/unproven`,
			unproven,
			5,
		],
		[
			"it may not see how its zone is signed",
			{ signing: undefined },
			/'dnssec'.*does not tell how app\.example\.com is signed: InvalidInput: not allowed/,
			nothing,
			undefined,
			60,
		],
		[
			"the signing of its zone is broken",
			{ signing: { status: "ACTION_NEEDED", keys: ["1 13 2 AB"] } },
			/'dnssec'.*its signing is ACTION_NEEDED\. .*Mend the DNSSEC signing of zone ZOWN/,
			nothing,
			undefined,
			1,
		],
		[
			"CAA cannot be asked for",
			{ caa: { [name]: undefined } },
			/'caa'.*No resolver could say/,
			`${id}/unproven`,
			unproven,
			800,
		],
	])("says so when %s", async (_, faults, reason, physicalId, standing, withinSeconds) => {
		Object.assign(world.faults, faults);
		const answer = await create();
		expect(answer).toMatchObject({ status: "FAILED", id: physicalId });
		expect(answer.reason).toMatch(reason);
		expect(answer.reason).toMatch(/Who acts: operator\./);
		expect(world.delegation()).toBe(standing);
		expect(world.elapsedSeconds()).toBeLessThanOrEqual(withinSeconds);
	});

	it.each([
		["the apex", { Name: "example.com" }],
		["a name outside it", { Name: "app.example.org" }],
	])("is refused by ourselves for %s: nobody is asked anything", async (_, ResourceProperties) => {
		const answer = await world.ask(handler, "Create", { ResourceProperties });
		expect(answer).toMatchObject({ status: "FAILED", id: nothing });
		expect(answer.reason).toMatch(/'guard'/);
		expect(world.asked).toEqual([]);
		// What failed is deleted.
		expect(await world.ask(handler, "Delete", { ResourceProperties, PhysicalResourceId: answer.id })).toMatchObject({
			status: "SUCCESS",
		});
		expect(await world.ask(handler, "Delete", { ResourceProperties, PhysicalResourceId: "made-up" })).toMatchObject({
			status: "SUCCESS",
		});
		expect(world.asked).toEqual([]);
	});

	it("goes on from there when it is run again, and what failed does not take it away then", async () => {
		world.faults.caa = { "example.com": "letsencrypt.org" };
		const failed = await create();
		world.faults.caa = {};
		expect(await create()).toMatchObject({ status: "SUCCESS", id });
		expect(world.changes.filter((change) => change.includes(" NS "))).toHaveLength(2);
		expect(await remove(failed.id)).toMatchObject({ status: "SUCCESS" });
		expect(world.delegation()).toBe(own);
	});

	it("leaves what stood before, by hand or proven, when something else is wrong", async () => {
		world.put("ZAPEX", "NS", 172_800, servers);
		world.faults.caa = { "example.com": "letsencrypt.org" };
		const failed = await create();
		expect(failed).toMatchObject({ status: "FAILED", id: nothing });
		await remove(failed.id);
		expect(world.delegation()).toBe(`172800 ${servers.join(",")}`);
	});
});
