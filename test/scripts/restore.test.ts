import { BatchWriteItemCommand, DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { restoreRegistry } from "../../scripts/restore.ts";
import { keys, tenantRow } from "../../services/registry.ts";
import { aTenant } from "../builders/entities.ts";

type Row = Record<string, unknown>;
const dynamodb = mockClient(DynamoDBClient);
const client = new DynamoDBClient({});
const tables = new Map<string, Map<string, Row>>();
const said: string[] = [];

const row = (pk: string, more: Row = {}): Row => ({ pk, sk: "ROW", ...more });
const tenant = (tenantId: string, more: Partial<ReturnType<typeof aTenant>> = {}) =>
	tenantRow(aTenant({ tenantId, ...more }));
const paused = { ...keys.pause(), pause: { reason: "Restore" } };
const hold = (table: string, rows: readonly Row[]) =>
	tables.set(table, new Map(rows.map((one) => [`${one["pk"]}`, one])));
const held = () => [...(tables.get("registry") ?? [])].map(([pk]) => pk).sort();
const restore = (apply: boolean) =>
	restoreRegistry(client, { from: "restored", to: "registry", apply }, (line) => said.push(line));
const written = () => dynamodb.commandCalls(BatchWriteItemCommand).length;

/** How many of the next batch's requests are left over, as under a throttle. */
let leftOver: number;
/** Called after each batch. */
let meanwhile: () => unknown;

beforeEach(() => {
	dynamodb.reset();
	[leftOver, meanwhile] = [0, () => {}];
	said.length = 0;
	dynamodb.on(ScanCommand).callsFake(({ TableName }) => ({
		Items: [...(tables.get(TableName)?.values() ?? [])].map((one) => marshall(one, { removeUndefinedValues: true })),
	}));
	dynamodb.on(BatchWriteItemCommand).callsFake(({ RequestItems }) => {
		const requests = RequestItems.registry;
		expect(requests.length).toBeLessThanOrEqual(25);
		const done = requests.slice(0, requests.length - leftOver);
		const UnprocessedItems = leftOver > 0 ? { registry: requests.slice(done.length) } : {};
		leftOver = 0;
		for (const { PutRequest, DeleteRequest } of done) {
			const item = unmarshall(PutRequest?.Item ?? DeleteRequest.Key);
			if (PutRequest) tables.get("registry")?.set(item["pk"], item);
			else tables.get("registry")?.delete(item["pk"]);
		}
		meanwhile();
		return { UnprocessedItems };
	});
	hold("restored", [tenant("ten_a"), row("same"), row("changed", { n: 1 }), row("lost")]);
	hold("registry", [paused, tenant("ten_a"), row("same"), row("changed", { n: 2 }), row("newer")]);
});

describe("a restore of the registry", () => {
	it("writes what differs and deletes what the backup does not have; once more it has nothing to do", async () => {
		const { puts, deletes } = await restore(true);
		expect([puts.length, deletes.length]).toEqual([2, 1]);
		expect(held()).toEqual(["PAUSE", "TENANT#ten_a", "changed", "lost", "same"]);
		expect(tables.get("registry")?.get("changed")).toEqual(row("changed", { n: 1 }));
		expect(await restore(true)).toEqual({ puts: [], deletes: [], lost: [] });
		expect(written()).toBe(1);
	});

	it("leaves what tells of now: the pause, the sweepers' cursors, the last reconciliation", async () => {
		const ofThen = [row("SWEEP#queued", { at: 1 }), { ...keys.pause(), pause: { reason: "Then" } }];
		hold("restored", [tenant("ten_a"), ...ofThen]);
		hold("registry", [paused, row("SWEEP#queued", { at: 2 }), row("RECONCILIATION#latest")]);
		await restore(true);
		expect(held()).toEqual(["PAUSE", "RECONCILIATION#latest", "SWEEP#queued", "TENANT#ten_a"]);
		expect(tables.get("registry")?.get("PAUSE")).toEqual(paused);
		expect(tables.get("registry")?.get("SWEEP#queued")).toMatchObject({ at: 2 });
	});

	it("says who is lost, as requests that can be sent again; not those who had left, nor rows that nobody can read", async () => {
		const lost = tenant("ten_b", { slug: "b", hostname: "b.app.example.com", externalRef: "cus_b", config: { n: 1 } });
		const left = tenant("ten_c", { releasedAt: "2026-01-01T00:00:00.000Z" });
		hold("registry", [paused, tenant("ten_a"), lost, left, { ...keys.tenant("ten_d"), config: "{" }]);
		expect((await restore(false)).lost).toMatchObject([{ slug: "b", externalRef: "cus_b", config: { n: 1 } }]);
		expect(said).toContain("lost: b.app.example.com ten_b cus_b");
		expect(said).toContain("lost: TENANT#ten_d, whose row cannot be read");
		expect(written()).toBe(0);
	});

	it("writes again what a throttled batch leaves over, in batches of at most 25", async () => {
		hold("restored", [tenant("ten_a"), ...Array.from({ length: 60 }, (_, at) => row(`row-${at}`))]);
		hold("registry", [paused]);
		leftOver = 7;
		await restore(true);
		expect(held()).toHaveLength(62);
		expect(written()).toBe(4);
	});

	it.each<[string, () => unknown]>([
		["new work is not paused", () => hold("registry", [tenant("ten_a")])],
		["the pause is over", () => hold("registry", [keys.pause(), tenant("ten_a")])],
		["the backup holds no tenant", () => hold("restored", [row("same")])],
	])("writes nothing when %s", async (_, arrange) => {
		arrange();
		await expect(restore(true)).rejects.toMatchObject({ name: "RestoreRefused" });
		expect(written()).toBe(0);
	});

	it("is not done when somebody wrote meanwhile", async () => {
		meanwhile = () => tables.get("registry")?.set("late", row("late"));
		await expect(restore(true)).rejects.toThrow("1 rows differ again");
	});
});
