import { setTimeout as pause } from "node:timers/promises";
import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { ulid } from "ulid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { limits } from "../../domain/limits.ts";
import { reconciliationRoutes } from "../../functions/api/contracts/reconciliation.ts";
import { aWorld, hostnameOf, stack, type World } from "./world.ts";

const slugs = Array.from({ length: 1_000 }, (_, at) => `mass-${at + 1}`);
const [unrecorded, misdirected, unrouted] = [slugs.slice(0, 100), slugs.slice(300, 400), slugs.slice(700, 800)];

/**
 * By an import. `npm run matrix` imports all of them; else nine tenths are brought in as rows and records like those that the others have
 * left, since a minute or two of onboarding is not what is tested.
 */
const onboarded = process.env["MATRIX"] ? slugs : slugs.filter((_, at) => at % 10 === 0);

/** The tests go on where the one before them ended. What takes how long is printed: it is what the quotas and one process allow. */
describe("a thousand tenants", () => {
	let world: World;
	const took: string[] = [];
	beforeAll(async () => {
		world = await aWorld({ insyncDelayMs: 100 });
		await timed(`${onboarded.length} imported`, async () => {
			const file = onboarded.map((slug) => JSON.stringify(world.client.newTenant(slug))).join("\n");
			const { status, text, json } = await world.post("/v1/imports", "mass", file);
			expect(status, text).toBe(202);
			const { importId } = z.object({ importId: z.string() }).parse(json);
			const progress = z.object({ status: z.string(), progress: z.object({ active: z.int() }) });
			const seen = async () => progress.parse((await world.call("GET", `/v1/imports/${importId}`)).json);
			while ((await seen()).status !== "done") await pause(1_000);
			expect((await seen()).progress.active).toBe(onboarded.length);
		});
		await timed(`${slugs.length - onboarded.length} copies`, () =>
			copyFirst(slugs.filter((slug) => !onboarded.includes(slug))),
		);
	}, 500_000);
	afterAll(async () => {
		console.info(took.join("; "));
		await world?.close();
	});

	async function timed<T>(what: string, act: () => Promise<T>): Promise<T> {
		const startedAt = Date.now();
		const before = world.cloud.services.route53.calls()["ChangeResourceRecordSets"] ?? 0;
		const result = await act();
		const writes = (world.cloud.services.route53.calls()["ChangeResourceRecordSets"] ?? 0) - before;
		took.push(`${what}: ${((Date.now() - startedAt) / 1_000).toFixed(1)} s, ${writes} zone writes`);
		return result;
	}
	/** Tenants that stand as the first one does: in registry, tenant map and zone. */
	async function copyFirst(copies: readonly string[]) {
		const [first = ""] = onboarded;
		const [tenant] = (await world.tenants()).filter(({ slug }) => slug === first);
		const [operation] = await world.client.operationsOf(tenant?.tenantId ?? "");
		const [tenantId = "", operationId = ""] = [tenant?.tenantId, operation?.operationId];
		const isOurs = (row: object) => JSON.stringify(row).includes(tenantId);
		const isPassing = ({ pk }: Record<string, unknown>) => /^(?:IDEMPOTENCY|EVENT)#/.test(String(pk));
		const rows = (await world.rows(stack.registryTable)).filter((row) => isOurs(row) && !isPassing(row));
		const entries = (await world.rows(stack.mapTable)).filter(isOurs);
		const { route53 } = world.cloud.services;
		const sets = route53.records(world.cloud.resolver.ref("PlatformZone"));
		const records = sets.filter(({ name }) => name === `${hostnameOf(first)}.`);
		const requests = { registry: [] as object[], map: [] as object[] };
		for (const slug of copies) {
			const [id, operationOfIts] = [`ten_${ulid()}`, `op_${ulid()}`];
			const renamed = (text: string) =>
				text.replaceAll(tenantId, id).replaceAll(operationId, operationOfIts).replaceAll(first, slug);
			const copied = (row: object) => ({ PutRequest: { Item: JSON.parse(renamed(JSON.stringify(row))) } });
			requests.registry.push(...rows.map(copied));
			requests.map.push(...entries.map(copied));
			for (const set of records) route53.setRecord({ ...set, name: hostnameOf(slug) });
		}
		await write(stack.registryTable, requests.registry);
		await write(stack.mapTable, requests.map);
	}
	/** Waits until no operation goes on; asks seldom, since everything shares a process. */
	async function settled(): Promise<void> {
		const isOpen = async (status: string) => {
			const { json } = await world.call("GET", `/v1/operations?status=${status}&limit=1`);
			return z.object({ operations: z.array(z.unknown()) }).safeParse(json).data?.operations.length !== 0;
		};
		const endsAt = Date.now() + 150_000;
		while ((await isOpen("queued")) || (await isOpen("running"))) {
			if (Date.now() > endsAt) throw new Error("Operations still go on.");
			await pause(250);
		}
	}
	async function reconcile(body: object = {}) {
		const { status, text, json } = await world.call("POST", "/v1/reconciliation", { body });
		expect(status, text).toBe(200);
		return reconciliationRoutes.runReconciliation.reply.schema.parse(json);
	}
	const dryRun = async () => (await reconcile({ dryRun: true })).plan;
	const entriesOf = async (lost: readonly string[]) => {
		const names = new Set(lost.map(hostnameOf));
		return (await world.rows(stack.mapTable)).filter(({ hostname }) => names.has(String(hostname)));
	};
	/** Writes behind everybody's back. */
	async function write(table: string, requests: object[]) {
		const size = limits.batchWriteItems.value;
		for (let at = 0; at < requests.length; at += size) {
			const RequestItems = { [table]: requests.slice(at, at + size) };
			await world.documents.send(new BatchWriteCommand({ RequestItems }));
		}
	}
	const loseEntries = (lost: readonly string[]) =>
		write(
			stack.mapTable,
			lost.map((slug) => ({ DeleteRequest: { Key: { hostname: hostnameOf(slug) } } })),
		);

	it("are all active, and nothing differs", async () => {
		const tenants = await world.tenants();
		expect(tenants.filter(({ status }) => status === "active")).toHaveLength(1_000);
		expect(await timed("a plan of what stands", dryRun)).toMatchObject({ lookedAt: 1_000, total: 0, unsafe: false });
	});

	it("are left alone when more than 30 per cent differ, unless somebody forces it", async () => {
		const lost = slugs.slice(0, 301);
		const entries = await entriesOf(lost);
		await loseEntries(lost);
		const { plan, operations, complete } = await reconcile();
		expect(plan).toMatchObject({ total: 301, byKind: { "route-missing": 301 }, unsafe: true });
		expect({ operations, complete }).toEqual({ operations: [], complete: false });
		expect(await entriesOf(lost)).toEqual([]);
		await write(
			stack.mapTable,
			entries.map((Item) => ({ PutRequest: { Item } })),
		);
		expect(await dryRun()).toMatchObject({ total: 0 });
	});

	it("are found where somebody changed them by hand: each for what it is", async () => {
		const { route53 } = world.cloud.services;
		for (const slug of unrecorded) route53.removeRecord(hostnameOf(slug));
		for (const slug of misdirected) {
			route53.setRecord({ name: hostnameOf(slug), type: "A", ttlSeconds: 60, values: ["192.0.2.7"] });
		}
		await loseEntries(unrouted);
		expect(await timed("a plan of 300 repairs", dryRun)).toMatchObject({
			...{ total: 300, unsafe: false },
			byKind: { "record-missing": 100, "record-differs": 100, "route-missing": 100 },
		});
	});

	it("are reconciled to what the registry wants, in runs of at most 200 repairs", { timeout: 150_000 }, async () => {
		const runs: number[] = [];
		await timed("300 repairs", async () => {
			for (let complete = false; !complete; ) {
				const run = await reconcile();
				expect(run.skipped).toEqual([]);
				runs.push(run.operations.length);
				await settled();
				({ complete } = run);
			}
		});
		// On a busy machine the time of a request ends a run before their number does.
		expect(runs.length).toBeGreaterThanOrEqual(2);
		expect(Math.max(...runs)).toBeLessThanOrEqual(limits.reconciliationRepairs.value);
		expect(runs.reduce((sum, began) => sum + began, 0)).toBe(300);
		const { json } = await world.call("GET", "/v1/operations?status=failed");
		expect(json).toMatchObject({ operations: [] });
	});

	it("serve again under every name that was broken, and a second run does nothing", { timeout: 150_000 }, async () => {
		const { plan, operations } = await timed("a second run", reconcile);
		expect({ total: plan.total, operations }).toEqual({ total: 0, operations: [] });
		const idOf = new Map((await world.tenants()).map(({ slug, tenantId }) => [slug, tenantId]));
		await eachOf([...unrecorded, ...misdirected, ...unrouted], 25, async (slug) => {
			expect(await world.viewer.resolve(hostnameOf(slug)), slug).toEqual(["127.0.0.1"]);
			const expected = { status: 200, tenantId: idOf.get(slug) };
			expect(await world.viewer.open(hostnameOf(slug)), slug).toMatchObject(expected);
		});
	});
});

/** Does it for each of them, so many at a time. */
async function eachOf<T>(all: readonly T[], atOnce: number, act: (one: T) => Promise<unknown>): Promise<void> {
	const left = [...all];
	const work = async () => {
		for (let next = left.shift(); next !== undefined; next = left.shift()) await act(next);
	};
	await Promise.all(Array.from({ length: atOnce }, work));
}
