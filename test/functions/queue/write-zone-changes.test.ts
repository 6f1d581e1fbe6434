import { ChangeResourceRecordSetsCommand, InvalidChangeBatch, Route53ServiceException } from "@aws-sdk/client-route-53";
import { SendTaskFailureCommand } from "@aws-sdk/client-sfn";
import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { recordsOf } from "../../../domain/zone-plan.ts";
import { handler } from "../../../functions/queue/write-zone-changes.ts";
import { documents } from "../../../services/dynamodb.ts";
import { keys } from "../../../services/registry.ts";
import { readCheck } from "../../../services/waits.ts";
import { pendingChanges, requestChange } from "../../../services/zone-changes.ts";
import { spend, takeLease } from "../../../services/zone-lease.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, aWait } from "../../builders/entities.ts";
import { sqsEvent } from "../../builders/lambda-events.ts";

let cloud: Cloud;
/** Hostnames of each batch that Route 53 was asked for. */
let batches: string[][];
let bad: Set<string>;
/** What Route 53 says of a batch with a bad name in it. */
let refusalOf: (name: string | undefined) => Error;
/** What happens while Route 53 answers. */
let meanwhile: () => unknown;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	batches = [];
	bad = new Set();
	refusalOf = (name) => new InvalidChangeBatch({ $metadata: {}, message: "no", messages: [`${name}?`] });
	meanwhile = () => undefined;
	cloud.route53.on(ChangeResourceRecordSetsCommand).callsFake(async (input) => {
		const names: string[] = input.ChangeBatch.Changes.map(
			(change: { ResourceRecordSet: { Name: string } }) => change.ResourceRecordSet.Name,
		);
		batches.push([...new Set(names)]);
		await meanwhile();
		const refused = names.filter((name) => bad.has(name));
		if (refused.length > 0) throw refusalOf(refused[0]);
		return { ChangeInfo: { Id: `/change/C${batches.length}` } };
	});
});
afterAll(() => cloud.close());

const down = Object.assign(new Error("down"), { $fault: "server" });
const ring = () => handler(sqsEvent({ version: 1, zoneId: "Z1" }));
const nameOf = (at: number) => `t${String(at).padStart(3, "0")}.app.example.com`;
const tokenOf = (at: number) => `token-${at}`;

const minutesAgo = (minutes: number) => Date.now() - minutes * 60_000;

async function ask(at: number, { generation = 7, since = minutesAgo(1) } = {}): Promise<void> {
	const hostname = nameOf(at);
	const requestedAt = new Date(since + at).toISOString();
	const wait = aWait({ taskToken: tokenOf(at), execution: `e-${at}`, hostname, generation });
	await requestChange("Z1", {
		hostname,
		generation,
		records: recordsOf(hostname, "d1.cloudfront.net"),
		wait,
		requestedAt,
	});
}

/** `count` hostnames, each with its claim and a change that waits. */
async function world(count: number): Promise<number[]> {
	const all = Array.from({ length: count }, (_, at) => at);
	for (const at of all) {
		await cloud.hold({ claim: aClaim({ hostname: nameOf(at) }) });
		await ask(at);
	}
	return all;
}

const parkedOn = async (changeId: string) =>
	(await readCheck({ kind: "route53-change", subject: changeId }))?.waits.map(({ taskToken }) => taskToken).sort();

describe("the zone's writer", () => {
	it("writes all that waits in one batch, in order, and parks its tasks on the one change", async () => {
		const all = await world(5);
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(batches).toEqual([all.map(nameOf)]);
		expect(await parkedOn("C1")).toEqual(all.map(tokenOf));
		expect(await pendingChanges("Z1")).toEqual([]);
		expect(cloud.sent("checks")).toEqual([{ version: 1, kind: "route53-change", subject: "C1", delaySeconds: 2 }]);
	});

	it("does nothing where nothing waits, and asks Route 53 for nothing", async () => {
		await ring();
		await ring();
		expect(batches).toEqual([]);
		expect(cloud.sent("checks")).toEqual([]);
	});

	it("parks more tasks than a transaction holds on one change", async () => {
		const all = await world(120);
		const sizes: number[] = [];
		cloud.overtake((actions) => sizes.push(actions));
		await ring();
		expect(batches).toHaveLength(1);
		expect((await parkedOn("C1"))?.sort()).toEqual(all.map(tokenOf).sort());
		expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
	});

	it("isolates one bad change among twenty good ones: they go through, its task is told why", async () => {
		const all = await world(21);
		bad.add(nameOf(13));
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(cloud.failed()).toEqual([
			{ token: tokenOf(13), error: "ZoneChangeRefused", cause: `InvalidChangeBatch: ${nameOf(13)}?` },
		]);
		const parked = (await Promise.all(batches.map((_, at) => parkedOn(`C${at + 1}`)))).flat().filter(Boolean);
		expect(parked.sort()).toEqual(
			all
				.filter((at) => at !== 13)
				.map(tokenOf)
				.sort(),
		);
		expect(await pendingChanges("Z1")).toEqual([]);
		expect(batches.length).toBeLessThanOrEqual(1 + 2 * 5);
	});

	it.each(["InvalidInput", "AccessDenied"])("isolates a bad change also when Route 53 calls it %s", async (name) => {
		const all = await world(5);
		bad.add(nameOf(3));
		refusalOf = () => new Route53ServiceException({ name, $fault: "client", $metadata: {}, message: "no" });
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(cloud.failed()).toEqual([{ token: tokenOf(3), error: "ZoneChangeRefused", cause: `${name}: no` }]);
		const parked = (await Promise.all(batches.map((_, at) => parkedOn(`C${at + 1}`)))).flat().filter(Boolean);
		expect(parked.sort()).toEqual(all.filter((at) => at !== 3).map(tokenOf));
		expect(await pendingChanges("Z1")).toEqual([]);
	});

	it("fails all tasks at once, with the reason, when the refusal is of the whole zone", async () => {
		const all = await world(5);
		bad.add(nameOf(3));
		refusalOf = () =>
			new Route53ServiceException({ name: "NoSuchHostedZone", $fault: "client", $metadata: {}, message: "no zone" });
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(batches).toHaveLength(1);
		const failed = cloud.failed().toSorted((left, right) => (left.token ?? "").localeCompare(right.token ?? ""));
		const cause = "NoSuchHostedZone: no zone";
		expect(failed).toEqual(all.map((at) => ({ token: tokenOf(at), error: "ZoneChangeRefused", cause })));
		expect(await pendingChanges("Z1")).toEqual([]);
	});

	it("leaves the rows and rings again when somebody else has used up the account's limits", async () => {
		await world(2);
		cloud.route53.on(ChangeResourceRecordSetsCommand).rejects(Object.assign(new Error("slow"), { name: "Throttling" }));
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(cloud.route53.commandCalls(ChangeResourceRecordSetsCommand)).toHaveLength(1);
		expect(await pendingChanges("Z1")).toHaveLength(2);
		expect(cloud.failed()).toEqual([]);
		expect(cloud.sent("zone")).toEqual([{ version: 1, zoneId: "Z1", delaySeconds: 2 }]);
		expect(await takeLease("Z1", "next", Date.now())).toBeDefined();
	});

	it("fails the task of a change that Route 53 did not take for 90 minutes, and writes the others", async () => {
		await world(1);
		for (const [at, minutes] of [
			[1, 91],
			[2, 89],
		] as const) {
			await cloud.hold({ claim: aClaim({ hostname: nameOf(at) }) });
			await ask(at, { since: minutesAgo(minutes) });
		}
		await ring();
		expect(batches).toEqual([[nameOf(2), nameOf(0)]]);
		expect(cloud.failed()).toEqual([
			{ token: tokenOf(1), error: "WaitExpired", cause: expect.stringContaining("90 minutes") },
		]);
		expect(await pendingChanges("Z1")).toEqual([]);
	});

	it("tells tasks of a generation that is over, of a released name and of no name that they are superseded", async () => {
		await world(1);
		for (const at of [1, 2, 3]) await ask(at);
		await cloud.hold({ claim: aClaim({ hostname: nameOf(1), generation: 8 }) });
		await cloud.hold({ claim: aClaim({ hostname: nameOf(2), intent: "released" }) });
		await ring();
		expect(batches).toEqual([[nameOf(0)]]);
		expect(cloud.failed().map(({ token, error }) => `${token} ${error}`)).toEqual(
			[1, 2, 3].map((at) => `${tokenOf(at)} Superseded`),
		);
		expect(await pendingChanges("Z1")).toEqual([]);
	});

	it("leaves the zone to the writer that has the lease", async () => {
		await world(2);
		await takeLease("Z1", "other", Date.now());
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(batches).toEqual([]);
		expect(await pendingChanges("Z1")).toHaveLength(2);
	});

	it("stops when it has lost the lease between two batches, and leaves the rest to its successor", async () => {
		await world(4);
		bad.add(nameOf(0));
		const afterFirst = vi.fn(async () => {
			await takeLease("Z1", "successor", Date.now() + 31_000);
		});
		meanwhile = afterFirst;
		await ring();
		expect(afterFirst).toHaveBeenCalled();
		expect(batches).toHaveLength(1);
		expect(await pendingChanges("Z1")).toHaveLength(4);
		expect(cloud.sent("zone")).toHaveLength(1);
		expect(cloud.failed()).toEqual([]);
	});

	it("writes a change that was asked for while it was at work, though its doorbell found the lease taken", async () => {
		await world(1);
		await cloud.hold({ claim: aClaim({ hostname: nameOf(1) }) });
		meanwhile = async () => {
			if (batches.length > 1) return;
			await ask(1);
			await ring();
		};
		await ring();
		expect(batches).toEqual([[nameOf(0)], [nameOf(1)]]);
	});

	it("keeps the row of a task that asked anew while its records were written", async () => {
		await world(3);
		const again = aWait({ taskToken: "newer", execution: "e-1", hostname: nameOf(1) });
		meanwhile = async () => {
			if (batches.length > 1) return;
			const records = recordsOf(nameOf(1), "d1.cloudfront.net");
			const requestedAt = new Date().toISOString();
			await requestChange("Z1", { hostname: nameOf(1), generation: 7, records, wait: again, requestedAt });
		};
		await ring();
		expect(batches).toEqual([[0, 1, 2].map(nameOf), [nameOf(1)]]);
		expect(await parkedOn("C1")).toEqual([0, 2].map(tokenOf));
		expect(await parkedOn("C2")).toEqual(["newer"]);
	});

	it("parks nobody when every task asked anew while its records were written", async () => {
		await world(1);
		meanwhile = async () => {
			const { records, ...rest } = (await pendingChanges("Z1"))[0] ?? { records: [] };
			if (batches.length > 1 || !("hostname" in rest)) return;
			await requestChange("Z1", { ...rest, records, wait: { ...rest.wait, taskToken: "newer" } });
		};
		await ring();
		expect(await parkedOn("C1")).toBeUndefined();
		expect(await parkedOn("C2")).toEqual(["newer"]);
	});

	it("gives lease and message back when Route 53 does not answer, and loses nothing", async () => {
		await world(2);
		cloud.route53.on(ChangeResourceRecordSetsCommand).rejects(down);
		expect(await ring()).toEqual({ batchItemFailures: [{ itemIdentifier: "message-0" }] });
		expect(await pendingChanges("Z1")).toHaveLength(2);
		expect(await takeLease("Z1", "next", Date.now())).toBeDefined();
	});

	it("waits for the published limits rather than to run into them", async () => {
		await world(1);
		const soon = Date.now() + 200;
		for (let request = 0; request < 50; request++) await spend("Z1", 0, soon);
		await ring();
		expect(batches).toHaveLength(1);
		expect(Date.now()).toBeGreaterThanOrEqual(soon + 100);
	});

	it.each([
		["has nothing but its key", {}],
		["lacks a member", { hostname: nameOf(1), tenantId: "ten_1" }],
	])("leaves alone a change whose claim %s, until somebody mends it, and writes the others", async (_, row) => {
		await world(3);
		await cloud.put("registry", { ...keys.claim(nameOf(1)), ...row });
		const reads = vi.spyOn(documents, "send");
		expect(await ring()).toEqual({ batchItemFailures: [] });
		const claimsRead = reads.mock.calls.filter(([command]) => command instanceof BatchGetCommand);
		reads.mockRestore();
		expect(batches).toEqual([[nameOf(0), nameOf(2)]]);
		expect(cloud.failed()).toEqual([]);
		expect(await pendingChanges("Z1")).toMatchObject([{ hostname: nameOf(1) }]);
		expect(cloud.sent("zone")).toEqual([]);
		expect(claimsRead).toHaveLength(1);
		expect(await cloud.row("zone", { sk: "LEASE" })).toMatchObject({ fencingToken: 1 });

		await cloud.hold({ claim: aClaim({ hostname: nameOf(1) }) });
		await ring();
		expect(batches.at(-1)).toEqual([nameOf(1)]);
		expect(await pendingChanges("Z1")).toEqual([]);
	});

	it("leaves alone a change whose task cannot be told that it failed, deals with the others, and tells it later", async () => {
		await world(1);
		for (const at of [1, 2]) await ask(at);
		cloud.sfn.on(SendTaskFailureCommand, { taskToken: tokenOf(1) }).rejects(down);
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(batches).toEqual([[nameOf(0)]]);
		expect(await pendingChanges("Z1")).toMatchObject([{ hostname: nameOf(1) }]);
		expect(cloud.failed().map(({ token }) => token)).toEqual([1, 2].map(tokenOf));
		expect(cloud.sent("zone")).toEqual([]);

		cloud.sfn.on(SendTaskFailureCommand, { taskToken: tokenOf(1) }).resolves({});
		await ring();
		expect(cloud.failed().at(-1)).toMatchObject({ token: tokenOf(1), error: "Superseded" });
		expect(await pendingChanges("Z1")).toEqual([]);
	});

	it("rings again rather than to take the lease over and over, when the limits allow nothing in its time", async () => {
		await world(1);
		const startMs = Date.now();
		await cloud.put("zone", { pk: "ZONE#Z1", sk: "LEASE", revision: 1, requests: { tokens: -600, atMs: startMs } });
		let calls = 0;
		vi.spyOn(Date, "now").mockImplementation(() => startMs + 500 * calls++);
		await ring();
		vi.restoreAllMocks();
		expect(await cloud.row("zone", { sk: "LEASE" })).toMatchObject({ fencingToken: 1 });
		expect(cloud.sent("zone")).toHaveLength(1);
	});

	it("rings again, in a moment, for what it has no time for", async () => {
		await world(1);
		const startMs = Date.now();
		meanwhile = async () => {
			await cloud.hold({ claim: aClaim({ hostname: nameOf(1) }) });
			await ask(1);
			vi.useFakeTimers({ toFake: ["Date"], now: startMs + 60_000 });
		};
		await ring();
		vi.useRealTimers();
		expect(batches).toHaveLength(1);
		expect(cloud.sent("zone")).toEqual([{ version: 1, zoneId: "Z1", delaySeconds: 2 }]);
	});
});
