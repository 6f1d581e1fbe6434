import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hourOf } from "../../../domain/usage.ts";
import { handler as countUsage } from "../../../functions/schedule/count-usage.ts";
import { claimRow } from "../../../services/registry.ts";
import { keepHour, keepProgress, readProgress, readUsage } from "../../../services/usage.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, tenantId } from "../../builders/entities.ts";
import { aLogBucket, type LogBucket } from "../a-log-bucket.ts";

let cloud: Cloud;
let logs: LogBucket;
beforeAll(async () => {
	[cloud, logs] = [await aCloud(), await aLogBucket()];
});
beforeEach(async () => {
	await cloud.reset();
	logs.reset();
	await cloud.hold({ claim: aClaim() });
});
afterAll(() => Promise.all([cloud.close(), logs.close()]));

const { hostname: acme } = aClaim();
const other = { hostname: "globex.app.example.com", tenantId: "ten_globex" };
const hoursAgo = (hours: number) => hourOf(Date.now() - hours * 3_600_000);
const recent = hoursAgo(2);
const counted = async (tenant = tenantId, hour = recent) =>
	(await readUsage(tenant, hour.slice(0, 7))).map(({ hostname, traffic }) => `${hostname} ${traffic.requests}`);

describe("counting the edge's log", () => {
	it("adds up what each tenant's names were asked for, with the bytes of both ways", async () => {
		await cloud.hold({ claim: aClaim(other) });
		logs.deliver(recent, acme, acme, other.hostname);
		logs.deliver(recent, "ACME.app.example.com:443", `${acme}.`);
		await countUsage();
		expect(await readUsage(tenantId, recent.slice(0, 7))).toEqual([
			{ hostname: acme, traffic: { requests: 4, bytesOut: 400, bytesIn: 40 } },
		]);
		expect(await counted(other.tenantId)).toEqual([`${other.hostname} 1`]);
	});

	it("counts nothing twice, also when it runs again or a further file of the hour comes late", async () => {
		logs.deliver(recent, acme, acme);
		await countUsage();
		await countUsage();
		expect(await counted()).toEqual([`${acme} 2`]);
		logs.deliver(recent, acme);
		await countUsage();
		expect(await counted()).toEqual([`${acme} 3`]);
	});

	const distributions = 2;
	it("reads an hour's files again only when there are others", async () => {
		logs.deliver(recent, acme);
		await countUsage();
		await countUsage();
		expect(logs.asked.filter((operation) => operation === "GetObject")).toHaveLength(1);
		expect(logs.asked.filter((operation) => operation === "ListObjectsV2")).toHaveLength(2 * distributions);
	});

	it("leaves out what is nobody's: names without a claim, names of hours before it, and lines that are none", async () => {
		await cloud.hold({ claim: aClaim({ ...other, createdAt: new Date().toISOString() }) });
		logs.deliver(recent, "nobody.app.example.com", "..", other.hostname, acme);
		logs.put(recent, "torn", "no entry\n");
		await countUsage();
		expect(await counted(other.tenantId)).toEqual([]);
		expect(await counted()).toEqual([`${acme} 1`]);
	});

	it("counts former and released names to the tenant that had them", async () => {
		const before = aClaim({ hostname: "before.app.example.com", intent: "redirect" });
		const gone = aClaim({ hostname: "gone.app.example.com", intent: "released", updatedAt: new Date().toISOString() });
		for (const claim of [before, gone]) await cloud.hold({ claim });
		logs.deliver(recent, before.hostname, gone.hostname, acme);
		await countUsage();
		expect(await counted()).toEqual([`${acme} 1`, `${before.hostname} 1`, `${gone.hostname} 1`]);
	});

	it("goes back as far as there are files when it has never run, and then looks a day back", async () => {
		const [old, late] = [hoursAgo(100), hoursAgo(30)];
		logs.deliver(old, acme);
		await countUsage();
		expect(await counted(tenantId, old)).toContain(`${acme} 1`);
		expect((await readProgress()).through).toBe(hoursAgo(24));
		// It came later than CloudFront says that any may.
		logs.deliver(late, acme);
		logs.deliver(hoursAgo(24), acme);
		await countUsage();
		const all = await Promise.all(
			[...new Set([old, late].map((hour) => hour.slice(0, 7)))].map((month) => readUsage(tenantId, month)),
		);
		expect(all.flat().reduce((sum, { traffic }) => sum + traffic.requests, 0)).toBe(2);
	});

	it("is through to a day ago also when nobody asked for anything", async () => {
		await countUsage();
		expect((await readProgress()).through).toBe(hoursAgo(24));
	});
});

describe("an hour that cannot be counted", () => {
	it("keeps no other from being counted, is waited for, and is told of", async () => {
		const broken = hoursAgo(30);
		const key = logs.deliver(broken, acme);
		logs.spoil(key);
		logs.deliver(recent, acme);
		await expect(countUsage()).rejects.toMatchObject({
			name: "AggregateError",
			message: expect.stringContaining(broken),
		});
		expect(await counted()).toContain(`${acme} 1`);
		expect((await readProgress()).through).toBe(broken);
		logs.mend(key, JSON.stringify({ "x-host-header": acme, "sc-bytes": 1, "cs-bytes": 1 }));
		await countUsage();
		expect((await readProgress()).through).toBe(hoursAgo(24));
	});

	it("may be so because a claim cannot be read; the others of the hour are kept", async () => {
		await cloud.put("registry", { ...claimRow(aClaim(other)), revision: "torn" });
		logs.deliver(recent, acme, other.hostname);
		await expect(countUsage()).rejects.toThrow(recent);
		expect(await counted()).toEqual([`${acme} 1`]);
	});

	it("stays uncounted while S3 is away: could not ask is not nothing", async () => {
		logs.deliver(recent, acme);
		logs.failing("ListObjectsV2");
		await expect(countUsage()).rejects.toMatchObject({ name: "ServiceUnavailable" });
		expect(await readProgress()).toEqual({ counted: {} });
	});
});

describe("what cannot be kept", () => {
	it("is not taken for counted", async () => {
		logs.deliver(recent, acme);
		cloud.failing("UpdateItem");
		await expect(countUsage()).rejects.toThrow(recent);
		expect((await readProgress()).counted).toEqual({});
	});

	it("is told of when it is the progress", async () => {
		cloud.failing("PutItem");
		await expect(countUsage()).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});
});

describe("two runs at once", () => {
	it("end with the sum of all files: one that saw fewer never overwrites it", async () => {
		const traffic = { requests: 3, bytesOut: 300, bytesIn: 30 };
		await keepHour(tenantId, acme, recent, traffic);
		await keepHour(tenantId, acme, recent, { requests: 2, bytesOut: 200, bytesIn: 20 });
		expect(await readUsage(tenantId, recent.slice(0, 7))).toEqual([{ hostname: acme, traffic }]);
	});

	it("end with the progress of the one that came further", async () => {
		const further = { through: recent, counted: { [recent]: 2 } };
		await keepProgress(further);
		await keepProgress({ through: hoursAgo(9), counted: {} });
		expect(await readProgress()).toEqual(further);
	});
});
