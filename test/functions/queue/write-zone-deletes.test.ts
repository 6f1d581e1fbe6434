import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { documents } from "../../../services/dynamodb.ts";
import { pendingChanges } from "../../../services/zone-changes.ts";
import type { Cloud } from "../../builders/a-cloud.ts";
import { anOperation, operationId } from "../../builders/entities.ts";
import { aZone, nameOf, ring, tokenOf, type Zone } from "./a-zone.ts";
import { anAlias, withRecords } from "./a-zone-with-records.ts";

let zone: Zone;
let cloud: Cloud;
let records: ReturnType<typeof withRecords>;
beforeAll(async () => {
	zone = await aZone();
	({ cloud } = zone);
});
beforeEach(async () => {
	await zone.reset();
	records = withRecords(zone);
	await cloud.hold({ operation: anOperation() });
});
afterEach(() => {
	vi.useRealTimers();
	vi.restoreAllMocks();
	records.close();
});
afterAll(() => cloud.close());

const inSync = async (at: number) => (await cloud.claim(nameOf(at)))?.["conditions"].RecordsInSync;
const parked = async () => (await cloud.rows("waits")).flatMap(({ taskToken }) => taskToken ?? []).sort();

describe("the zone's writer, of names that leave,", () => {
	it("deletes their records in the batch that writes the others', and parks all tasks on the one change", async () => {
		await records.leaving(2);
		await records.stands(2, "serve");
		await zone.ask(2);
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(records.batches).toEqual([
			["DELETE A t000", "DELETE AAAA t000", "DELETE A t001", "DELETE AAAA t001", "UPSERT A t002", "UPSERT AAAA t002"],
		]);
		expect(records.left()).toEqual(["A t002", "AAAA t002"]);
		expect(await parked()).toEqual([0, 1, 2].map(tokenOf));
		expect(await pendingChanges("Z1")).toEqual([]);
		expect(cloud.freed()).toEqual([]);
	});

	it("deletes the records of all of a tenant's names in one change with one task", async () => {
		for (const at of [0, 1, 2]) await records.stands(at);
		await zone.ask(0, { action: "delete", names: [0, 1, 2].map(nameOf) });
		await ring();
		expect(records.batches).toHaveLength(1);
		expect(records.left()).toEqual([]);
		expect(await parked()).toEqual([tokenOf(0)]);
	});

	it("frees the task of a delete that is done already, and lets its neighbours through", async () => {
		await records.leaving(3);
		records.route53.removeRecord(nameOf(1));
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(records.left()).toEqual([]);
		expect(cloud.freed()).toEqual([tokenOf(1)]);
		expect(await inSync(1)).toMatchObject({ status: "true", reason: "Removed" });
		expect(await cloud.operation(operationId)).toMatchObject({ stepsDone: { SyncRecords: expect.any(String) } });
		expect(await parked()).toEqual([0, 2].map(tokenOf));
		expect(await pendingChanges("Z1")).toEqual([]);
		expect(cloud.failed()).toEqual([]);
	});

	it("finds a delete done whose answer was lost, and fails nothing", async () => {
		await records.leaving(2);
		records.lost.answers = 1;
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(records.left()).toEqual([]);
		expect(await pendingChanges("Z1")).toHaveLength(2);
		expect(await ring()).toEqual({ batchItemFailures: [] });
		expect(cloud.freed().sort()).toEqual([0, 1].map(tokenOf));
		expect(await pendingChanges("Z1")).toEqual([]);
		expect(cloud.failed()).toEqual([]);
	});

	it("deletes exactly what is left when some of the records are gone", async () => {
		for (const at of [0, 1, 2]) await records.stands(at);
		await zone.ask(0, { action: "delete", names: [0, 1, 2].map(nameOf) });
		records.route53.removeRecord(nameOf(0));
		records.route53.removeRecord(nameOf(2), "A");
		await ring();
		expect(records.batches.slice(1)).toEqual([["DELETE A t001", "DELETE AAAA t001", "DELETE AAAA t002"]]);
		expect(records.left()).toEqual([]);
		expect(await parked()).toEqual([tokenOf(0)]);
		expect(cloud.freed()).toEqual([]);
	});

	it("looks once more when a record goes away between its look and its delete", async () => {
		await records.leaving(1);
		records.route53.removeRecord(nameOf(0), "A");
		// Just before the second write its claims are read a second time.
		let reads = 0;
		const send = documents.send.bind(documents);
		vi.spyOn(documents, "send").mockImplementation((command: Parameters<typeof send>[0]) => {
			if (command instanceof BatchGetCommand && ++reads === 2) records.route53.removeRecord(nameOf(0));
			return send(command);
		});
		await ring();
		expect(records.batches).toHaveLength(2);
		expect(cloud.freed()).toEqual([tokenOf(0)]);
		expect(await pendingChanges("Z1")).toEqual([]);
	});

	it.each([
		["alias", "A alias of 't000.app.example.com' to d2.cloudfront.net", anAlias(nameOf(0), "A", "d2.cloudfront.net")],
		[
			"address",
			"AAAA record of 't000.app.example.com' to 2001:db8::1",
			{ name: nameOf(0), type: "AAAA" as const, ttlSeconds: 60, values: ["2001:db8::1"] },
		],
	])("leaves an %s alone that somebody else has put there, and names it to the task", async (_, what, set) => {
		await records.leaving(2);
		records.route53.setRecord(set);
		await ring();
		expect(records.left()).toEqual(["A t000", "AAAA t000"]);
		expect(cloud.failed()).toEqual([
			{
				token: tokenOf(0),
				error: "ZoneChangeRefused",
				cause: expect.stringContaining(`left alone: ${what}. Route 53`),
			},
		]);
		expect(await parked()).toEqual([tokenOf(1)]);
		expect(await pendingChanges("Z1")).toEqual([]);
	});

	it("fails with Route 53's words when all stands as it should, and is refused all the same", async () => {
		await records.leaving(1);
		records.route53.refuse(nameOf(0), "by order");
		await ring();
		expect(records.batches).toHaveLength(1);
		expect(cloud.failed()).toEqual([
			{ token: tokenOf(0), error: "ZoneChangeRefused", cause: "InvalidChangeBatch: [by order, by order]" },
		]);
		expect(records.left()).toEqual(["A t000", "AAAA t000"]);
	});

	it.each([
		["a name that stays", "serve"],
		["a name that was given back", "released"],
	] as const)("never deletes the records of %s, and never writes those of one that leaves", async (_, intent) => {
		await records.stands(0, intent);
		await zone.ask(0, { action: "delete" });
		await records.stands(1);
		await zone.ask(1, { action: "delete", names: [0, 1].map(nameOf) });
		await records.stands(2);
		await zone.ask(2);
		await ring();
		expect(records.batches).toEqual([]);
		expect(cloud.failed().map(({ token, error }) => `${token} ${error}`)).toEqual(
			[0, 1, 2].map((at) => `${tokenOf(at)} Superseded`),
		);
		expect(await pendingChanges("Z1")).toEqual([]);
	});

	it("looks at the claims of more names than one read takes", async () => {
		await records.leaving(60);
		for (let at = 60; at < 120; at++) await records.stands(at);
		for (let at = 0; at < 60; at++) await zone.ask(at, { action: "delete", names: [nameOf(at), nameOf(at + 60)] });
		await ring();
		expect(records.batches).toHaveLength(1);
		expect(records.left()).toEqual([]);
	});
});
