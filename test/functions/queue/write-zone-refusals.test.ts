import { ChangeResourceRecordSetsCommand, Route53ServiceException } from "@aws-sdk/client-route-53";
import { SendTaskFailureCommand } from "@aws-sdk/client-sfn";
import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { documents } from "../../../services/dynamodb.ts";
import { keys } from "../../../services/registry.ts";
import { pendingChanges } from "../../../services/zone-changes.ts";
import { takeLease } from "../../../services/zone-lease.ts";
import type { Cloud } from "../../builders/a-cloud.ts";
import { aClaim } from "../../builders/entities.ts";
import { aZone, down, minutesAgo, nameOf, ring, tokenOf, type Zone } from "./a-zone.ts";

let zone: Zone;
let cloud: Cloud;
beforeAll(async () => {
	zone = await aZone();
	({ cloud } = zone);
});
beforeEach(() => zone.reset());
afterAll(() => cloud.close());

describe("the zone's writer, of what cannot be written,", () => {
	it("isolates one bad change among twenty good ones: they go through, its task is told why", async () => {
		const all = await zone.holds(21);
		zone.bad.add(nameOf(13));
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(cloud.failed()).toEqual([
			{ token: tokenOf(13), error: "ZoneChangeRefused", cause: `InvalidChangeBatch: ${nameOf(13)}?` },
		]);
		const parked = (await Promise.all(zone.batches.map((_, at) => zone.parkedOn(`C${at + 1}`)))).flat().filter(Boolean);
		expect(parked.sort()).toEqual(
			all
				.filter((at) => at !== 13)
				.map(tokenOf)
				.sort(),
		);
		expect(await pendingChanges("Z1")).toEqual([]);
		expect(zone.batches.length).toBeLessThanOrEqual(1 + 2 * 5);
	});

	it.each(["InvalidInput", "AccessDenied"])("isolates a bad change also when Route 53 calls it %s", async (name) => {
		const all = await zone.holds(5);
		zone.bad.add(nameOf(3));
		zone.refusalOf = () => new Route53ServiceException({ name, $fault: "client", $metadata: {}, message: "no" });
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(cloud.failed()).toEqual([{ token: tokenOf(3), error: "ZoneChangeRefused", cause: `${name}: no` }]);
		const parked = (await Promise.all(zone.batches.map((_, at) => zone.parkedOn(`C${at + 1}`)))).flat().filter(Boolean);
		expect(parked.sort()).toEqual(all.filter((at) => at !== 3).map(tokenOf));
		expect(await pendingChanges("Z1")).toEqual([]);
	});

	it("fails all tasks at once, with the reason, when the refusal is of the whole zone", async () => {
		const all = await zone.holds(5);
		zone.bad.add(nameOf(3));
		zone.refusalOf = () =>
			new Route53ServiceException({ name: "NoSuchHostedZone", $fault: "client", $metadata: {}, message: "no zone" });
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(zone.batches).toHaveLength(1);
		const failed = cloud.failed().toSorted((left, right) => (left.token ?? "").localeCompare(right.token ?? ""));
		const cause = "NoSuchHostedZone: no zone";
		expect(failed).toEqual(all.map((at) => ({ token: tokenOf(at), error: "ZoneChangeRefused", cause })));
		expect(await pendingChanges("Z1")).toEqual([]);
	});

	it("leaves the rows and rings again when somebody else has used up the account's limits", async () => {
		await zone.holds(2);
		cloud.route53.on(ChangeResourceRecordSetsCommand).rejects(Object.assign(new Error("slow"), { name: "Throttling" }));
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(cloud.route53.commandCalls(ChangeResourceRecordSetsCommand)).toHaveLength(1);
		expect(await pendingChanges("Z1")).toHaveLength(2);
		expect(cloud.failed()).toEqual([]);
		expect(cloud.sent("zone")).toEqual([{ version: 1, zoneId: "Z1", delaySeconds: 2 }]);
		expect(await takeLease("Z1", "next", Date.now())).toBeDefined();
	});

	it("fails the task of a change that Route 53 did not take for 90 minutes, and writes the others", async () => {
		await zone.holds(1);
		for (const [at, minutes] of [
			[1, 91],
			[2, 89],
		] as const) {
			await cloud.hold({ claim: aClaim({ hostname: nameOf(at) }) });
			await zone.ask(at, { since: minutesAgo(minutes) });
		}
		await ring();
		expect(zone.batches).toEqual([[nameOf(2), nameOf(0)]]);
		expect(cloud.failed()).toEqual([
			{ token: tokenOf(1), error: "WaitExpired", cause: expect.stringContaining("90 minutes") },
		]);
		expect(await pendingChanges("Z1")).toEqual([]);
	});

	it("tells tasks of a generation that is over, of a released name and of no name that they are superseded", async () => {
		await zone.holds(1);
		for (const at of [1, 2, 3]) await zone.ask(at);
		await cloud.hold({ claim: aClaim({ hostname: nameOf(1), generation: 8 }) });
		await cloud.hold({ claim: aClaim({ hostname: nameOf(2), intent: "released" }) });
		await ring();
		expect(zone.batches).toEqual([[nameOf(0)]]);
		expect(cloud.failed().map(({ token, error }) => `${token} ${error}`)).toEqual(
			[1, 2, 3].map((at) => `${tokenOf(at)} Superseded`),
		);
		expect(await pendingChanges("Z1")).toEqual([]);
	});

	it("gives the lease back and rings again in seconds when Route 53 does not answer, and the alarm hears of it", async () => {
		await zone.holds(2);
		cloud.route53.on(ChangeResourceRecordSetsCommand).rejects(down);
		const lines = vi.spyOn(process.stdout, "write").mockReturnValue(true);
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(lines.mock.calls.map(String).join("")).toContain('"FailedMessages":1');
		lines.mockRestore();
		expect(cloud.sent("zone")).toEqual([{ version: 1, zoneId: "Z1", delaySeconds: 2 }]);
		expect(await pendingChanges("Z1")).toHaveLength(2);
		expect(await takeLease("Z1", "next", Date.now())).toBeDefined();
	});

	it.each([
		["has nothing but its key", {}],
		["lacks a member", { hostname: nameOf(1), tenantId: "ten_1" }],
	])("leaves alone a change whose claim %s, until somebody mends it, and writes the others", async (_, row) => {
		await zone.holds(3);
		await cloud.put("registry", { ...keys.claim(nameOf(1)), ...row });
		const reads = vi.spyOn(documents, "send");
		expect(await ring()).toEqual({ batchItemFailures: [] });
		const claimsRead = reads.mock.calls.filter(([command]) => command instanceof BatchGetCommand);
		reads.mockRestore();
		expect(zone.batches).toEqual([[nameOf(0), nameOf(2)]]);
		expect(cloud.failed()).toEqual([]);
		expect(await pendingChanges("Z1")).toMatchObject([{ hostname: nameOf(1) }]);
		expect(cloud.sent("zone")).toEqual([]);
		expect(claimsRead).toHaveLength(1);
		expect(await cloud.row("zone", { sk: "LEASE" })).toMatchObject({ fencingToken: 1 });

		await cloud.hold({ claim: aClaim({ hostname: nameOf(1) }) });
		await ring();
		expect(zone.batches.at(-1)).toEqual([nameOf(1)]);
		expect(await pendingChanges("Z1")).toEqual([]);
	});

	it("leaves alone a change whose task cannot be told that it failed, deals with the others, and tells it later", async () => {
		await zone.holds(1);
		for (const at of [1, 2]) await zone.ask(at);
		cloud.sfn.on(SendTaskFailureCommand, { taskToken: tokenOf(1) }).rejects(down);
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(zone.batches).toEqual([[nameOf(0)]]);
		expect(await pendingChanges("Z1")).toMatchObject([{ hostname: nameOf(1) }]);
		expect(cloud.failed().map(({ token }) => token)).toEqual([1, 2].map(tokenOf));
		expect(cloud.sent("zone")).toEqual([]);

		cloud.sfn.on(SendTaskFailureCommand, { taskToken: tokenOf(1) }).resolves({});
		await ring();
		expect(cloud.failed().at(-1)).toMatchObject({ token: tokenOf(1), error: "Superseded" });
		expect(await pendingChanges("Z1")).toEqual([]);
	});
});
