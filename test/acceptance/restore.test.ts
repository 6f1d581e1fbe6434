import { rmSync } from "node:fs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DescribeExecutionCommand, RedriveExecutionCommand, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Finding } from "../../domain/finding.ts";
import { reconciliationRoutes } from "../../functions/api/contracts/reconciliation.ts";
import { type Cloud, startCloud } from "../../local/cloud.ts";
import { eventually } from "../../local/demo/client.ts";
import { platformDomain } from "../../local/laptop.ts";
import { restoreRegistry } from "../../scripts/restore.ts";
import { accountAt, aWorld, hostnameOf, machineArn, stack, type World } from "./world.ts";

const restoredTable = `${stack.registryTable}-restored`;
const insyncDelayMs = 100;

/** The drill of docs/restore.md, step by step: each test goes on where the one before it ended. */
describe("a registry that is restored to a moment before much was changed", () => {
	let world: World;
	let cloud: Cloud;
	/** The registry's rows at the moment that is restored. */
	let backup: Record<string, unknown>[];
	const ids = new Map<string, string>();
	/** Executions of before the restore that anybody may redrive for 14 days. */
	const stale: string[] = [];
	/** The highest generation that was handed out before the restore. */
	let handedOut: number;
	let lost: unknown[];

	beforeAll(async () => {
		world = await aWorld({ insyncDelayMs });
		({ cloud } = world);
		await Promise.all(["anna", "bert", "carl"].map((slug) => onboard(slug)));
		// Erna's start waits, so that it stands as queued at the moment that is restored.
		await pauseWork();
		const { tenant, operation } = await world.client.createTenant(world.client.newTenant("erna"));
		ids.set("erna", tenant.tenantId);
		backup = await world.rows(stack.registryTable);
		await resumeWork();
		await ended(operation);
		await Promise.all([
			change("anna", "rename", { slug: "anna-two" }).then(async () => {
				const seen = await world.client.showTenant(idOf("anna"));
				await ended((await world.client.update(seen, { config: { theme: "dark" } })).operation);
			}),
			world.client.remove(idOf("carl")).then(({ operation }) => ended(operation)),
			onboard("dora"),
		]);
		stale.push(await stoppedBeforeProbe("anna-three", "anna", "rename", { slug: "anna-three" }));
		stale.push(await stoppedBeforeProbe("bert", "bert", "suspend", { reason: "Invoice 7" }));
		handedOut = Math.max(...(await generations()).map(({ generation }) => generation));
	}, 180_000);
	afterAll(async () => {
		world?.leave();
		await cloud?.close();
		if (world) rmSync(world.directory, { recursive: true, force: true });
	});

	async function pauseWork() {
		expect((await world.call("POST", "/v1/operations:pause", { body: { reason: "Restore" } })).status).toBe(200);
	}
	async function resumeWork() {
		expect((await world.call("POST", "/v1/operations:resume")).status).toBe(200);
	}
	let keys = 0;
	const idOf = (slug: string) => ids.get(slug) ?? "";
	async function onboard(slug: string, request: { slug: string } = world.client.newTenant(slug)) {
		const { tenant, operation } = await world.client.createTenant(request);
		ids.set(slug, tenant.tenantId);
		await ended(operation);
	}
	async function ended({ operationId }: { operationId: string }) {
		const { status, failure } = await world.client.follow(operationId, 40_000, () => {});
		expect({ status, failure }).toEqual({ status: "succeeded", failure: undefined });
	}
	async function change(slug: string, what: "rename" | "suspend", body: object) {
		await ended((await world.client.change(idOf(slug), what, body, `${slug}-${what}-${keys++}`)).operation);
	}
	/** A change whose execution an operator stops in the console, when the map knows of it already. Answers its ARN. */
	async function stoppedBeforeProbe(unseen: string, slug: string, what: "rename" | "suspend", body: object) {
		cloud.services.dns.setServfail(hostnameOf(unseen), true);
		const { operation } = await world.client.change(idOf(slug), what, body, `${slug}-${what}-${keys++}`);
		const executionArn = `${machineArn("update-tenant").replace(":stateMachine:", ":execution:")}:${operation.operationId}-1`;
		await eventually("The probe", 20_000, async () => {
			const [now] = (await world.operations()).filter(({ operationId }) => operationId === operation.operationId);
			return now?.steps.find(({ name, state }) => name === "ProbeRoute" && state === "current");
		});
		await world.sfn.send(new StopExecutionCommand({ executionArn, error: "Stopped", cause: "By hand" }));
		expect((await world.client.follow(operation.operationId, 20_000, () => {})).status).toBe("failed");
		return executionArn;
	}
	const rowSchema = z.object({ hostname: z.string(), generation: z.number() });
	/** Generations of all claims and map entries. */
	async function generations() {
		const claims = (await world.rows(stack.registryTable)).filter(({ sk }) => sk === "CLAIM");
		return [...claims, ...(await world.rows(stack.mapTable))].map((row) => rowSchema.parse(row));
	}
	async function reconcile(body: object) {
		const { status, text, json } = await world.call("POST", "/v1/reconciliation", { body });
		expect(status, text).toBe(200);
		return reconciliationRoutes.runReconciliation.reply.schema.parse(json);
	}
	const told = (findings: readonly Finding[]) =>
		findings.map(({ hostname, kind }) => `${hostname.replace(`.${platformDomain}`, "")} ${kind}`).sort();
	const dryRun = async () => told((await reconcile({ dryRun: true })).plan.findings);
	const seen = async (slug: string) => {
		const { status, tenantId } = await world.viewer.open(hostnameOf(slug));
		return { status, tenantId };
	};
	const orphan = (...slugs: string[]) => slugs.flatMap((slug) => [`${slug} record-orphan`, `${slug} route-orphan`]);
	const restoring = (apply: boolean) => {
		const client = new DynamoDBClient(accountAt(world.endpoints.aws));
		return restoreRegistry(client, { from: restoredTable, to: stack.registryTable, apply }, () => {});
	};

	it("has moved on since then, as its viewers see", async () => {
		await expect.poll(() => seen("anna"), { timeout: 12_000 }).toMatchObject({ status: 308 });
		await expect.poll(() => seen("bert"), { timeout: 12_000 }).toMatchObject({ status: 403 });
		expect(await world.viewer.resolve(hostnameOf("carl"))).toEqual([]);
		expect(await seen("dora")).toEqual({ status: 200, tenantId: idOf("dora") });
	});

	it("is not written while work goes on, nor by a dry run, which says who will be lost", async () => {
		const properties = cloud.resolver.properties("RegistryTable", z.looseObject({}));
		await cloud.services.dynamodb.createTable(properties, restoredTable);
		for (const Item of backup) await world.documents.send(new PutCommand({ TableName: restoredTable, Item }));
		const before = await world.rows(stack.registryTable);
		({ lost } = await restoring(false));
		expect(lost).toEqual([expect.objectContaining({ slug: "dora", externalRef: "cus_dora" })]);
		await expect(restoring(true)).rejects.toThrow("not paused");
		expect(await world.rows(stack.registryTable)).toEqual(before);
	});

	it("takes the backup's rows while new work is paused, and stays paused", async () => {
		await pauseWork();
		await restoring(true);
		const tenants = (await world.tenants()).map(({ slug, status }) => `${slug} ${status}`);
		expect(tenants.sort()).toEqual(["anna active", "bert active", "carl active", "erna pending"]);
		expect((await world.call("GET", "/v1/health")).json).toMatchObject({ status: "paused" });
		expect(await restoring(true)).toMatchObject({ puts: [], deletes: [] });
	});

	it("plans no repair as long as the epoch is the old one", async () => {
		const { findings } = (await reconcile({ dryRun: true })).plan;
		const newer = ["anna route-newer", "bert route-newer", "carl route-newer"];
		expect(told(findings)).toEqual([...newer, ...orphan("anna-three", "anna-two", "dora")].sort());
		for (const { actor, fix } of findings)
			expect({ actor, fix }).toEqual({ actor: "operator", fix: expect.any(String) });
	});

	it("with a raised epoch, plans the repair of what is claimed and shows the rest as orphans", async () => {
		await cloud.close();
		const parameters = { GenerationEpoch: "2" };
		cloud = await startCloud({ directory: world.directory, ports: cloud.ports, insyncDelayMs, parameters });
		const expected = [
			...["anna route-newer", "bert route-newer", "carl record-missing", "carl route-newer"],
			...orphan("anna-three", "anna-two", "dora"),
		].sort();
		expect(await dryRun()).toEqual(expected);
		expect((await world.call("POST", "/v1/reconciliation", { body: { force: true } })).json).toMatchObject({
			type: "/errors/operations-paused",
		});
		await resumeWork();
		expect(await dryRun()).toEqual(expected);
	});

	it("is repaired: each tenant serves as the backup says, above every generation of before", {
		timeout: 90_000,
	}, async () => {
		const { operations, skipped, complete } = await reconcile({ force: true });
		expect({ began: operations.length, skipped, complete }).toEqual({ began: 3, skipped: [], complete: true });
		await Promise.all(operations.map(ended));
		for (const slug of ["anna", "bert", "carl"]) {
			expect(await seen(slug), slug).toEqual({ status: 200, tenantId: idOf(slug) });
			expect(await world.client.showTenant(idOf(slug))).toMatchObject({ slug, status: "active" });
		}
		const names = new Set(["anna", "bert", "carl"].map(hostnameOf));
		const repaired = (await generations()).filter(({ hostname }) => names.has(hostname));
		expect(repaired).toHaveLength(6);
		for (const { generation } of repaired) expect(generation).toBeGreaterThan(handedOut);
		expect(await dryRun()).toEqual(orphan("anna-three", "anna-two", "dora"));
	});

	it("finishes what was under way at that moment: its execution's end is told again, and a change takes all steps", async () => {
		const [operation] = await world.client.operationsOf(idOf("erna"));
		await ended({ operationId: operation?.operationId ?? "" });
		const forgotten = await world.client.showTenant(idOf("erna"));
		expect(forgotten.status).toBe("pending");
		await ended((await world.client.update(forgotten, { name: "erna Ltd" })).operation);
		expect((await world.client.showTenant(idOf("erna"))).status).toBe("active");
		expect(await seen("erna")).toEqual({ status: 200, tenantId: idOf("erna") });
	});

	it("is not changed by executions of before the restore that somebody redrives", async () => {
		const standing = async () => [
			await world.rows(stack.mapTable),
			(await world.rows(stack.registryTable)).filter(({ sk }) => sk !== "SWEEP"),
		];
		const before = await standing();
		for (const executionArn of stale) {
			await world.sfn.send(new RedriveExecutionCommand({ executionArn }));
			const end = await eventually("The end of a stale execution", 20_000, async () => {
				const found = await world.sfn.send(new DescribeExecutionCommand({ executionArn }));
				return found.status === "RUNNING" ? undefined : found;
			});
			expect(end).toMatchObject({ status: "FAILED", error: "Superseded" });
		}
		await eventually("Told events", 10_000, async () => (cloud.services.events.pending() === 0 ? true : undefined));
		expect(await standing()).toEqual(before);
	});

	it("takes a lost tenant back by its request, and a lost rename, with generations above the orphans'", {
		timeout: 90_000,
	}, async () => {
		const before = new Map((await world.rows(stack.mapTable)).map((row) => [row["hostname"], row["generation"]]));
		const former = idOf("dora");
		const [request] = z.array(z.looseObject({ slug: z.string() })).parse(lost);
		await onboard("dora", request);
		await change("anna", "rename", { slug: "anna-two" });
		expect(idOf("dora")).not.toBe(former);
		expect(await seen("dora")).toEqual({ status: 200, tenantId: idOf("dora") });
		expect(await seen("anna-two")).toEqual({ status: 200, tenantId: idOf("anna") });
		for (const { hostname, generation } of await generations()) {
			if (hostname === hostnameOf("anna-three")) continue;
			expect(generation, hostname).toBeGreaterThan(handedOut);
			expect(generation, hostname).toBeGreaterThanOrEqual(Number(before.get(hostname)));
		}
		expect(await dryRun()).toEqual(orphan("anna-three"));
	});
});
