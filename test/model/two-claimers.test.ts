import { AsyncLocalStorage } from "node:async_hooks";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { BatchGetCommand, GetCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { claimSchema } from "../../domain/claim.ts";
import { acceptChange } from "../../functions/accept-change.ts";
import { acceptOnboarding } from "../../functions/accept-onboarding.ts";
import { readClaim } from "../../services/claims.ts";
import { documents } from "../../services/dynamodb.ts";
import { claimRow, operationRow, tenantRow } from "../../services/registry.ts";
import { aClaim, aNewTenant, anOperation, aTenant, platformDomain, withTrue } from "../builders/entities.ts";
import { explore, type Run, type World } from "./interleavings.ts";
import { createMemoryTable } from "./memory-table.ts";

const hostname = `acme.${platformDomain}`;
const asking = (caller: string) => ({
	...{ caller, idempotencyKey: "key", rememberedHours: 24, requestedBy: caller, correlationId: caller },
});
const answerSchema = z.object({ body: z.string().transform((text) => JSON.parse(text)) });
const tenantIdIn = (answer: unknown) =>
	z.object({ tenant: z.object({ tenantId: z.string() }) }).parse(answerSchema.parse(answer).body).tenant.tenantId;

/** Which process a call belongs to: every process runs in a context of its own. */
const running = new AsyncLocalStorage<string>();
const dynamodb = mockClient(documents);
const sqs = mockClient(SQSClient);

beforeEach(() => {
	vi.stubEnv("REGISTRY_TABLE", "registry");
	vi.stubEnv("PLATFORM_DOMAIN", platformDomain);
	vi.stubEnv("ALLOWED_ORIGINS", "*.origins.example.net");
	vi.stubEnv("GENERATION_EPOCH", "1");
	vi.stubEnv("OPERATIONS_QUEUE_URL", "https://sqs.example/operations");
});
afterEach(() => vi.unstubAllEnvs());

/** Lets the processes' calls wait for their turns, on a table of this run. */
function onTable(world: World, table: ReturnType<typeof createMemoryTable>): void {
	dynamodb.reset();
	sqs.reset();
	const turn = (call: string, commit: () => unknown) => world.call(running.getStore() ?? "nobody", call, commit);
	dynamodb.on(GetCommand).callsFake((input) => turn(`get ${input.Key.pk}`, () => table.get(input)));
	dynamodb.on(BatchGetCommand).callsFake((input) => turn("get several", () => table.batchGet(input)));
	dynamodb.on(TransactWriteCommand).callsFake((input) => turn("write", () => table.transact(input)));
	sqs.on(SendMessageCommand).callsFake(() => turn("tell", () => ({})));
}

const as = (name: string, body: () => Promise<unknown>) => () => running.run(name, body);

/** The rows without ids and times: which caller's they are is what matters. */
function snapshotOf(table: ReturnType<typeof createMemoryTable>): string {
	return table
		.rows()
		.map(
			({ pk, requestedBy, generation, status }) =>
				`${String(pk).replace(/_[0-9A-Z]{26}/, "")} ${requestedBy} ${generation} ${status}`,
		)
		.sort()
		.join("|");
}

const ofKind = (table: ReturnType<typeof createMemoryTable>, prefix: string) =>
	table.rows().filter(({ pk }) => String(pk).startsWith(prefix));

function oneWinner(ends: Record<string, PromiseSettledResult<unknown>>, loserMustSay: string): string {
	const all = Object.values(ends);
	const winners = all.flatMap((end) => (end.status === "fulfilled" ? [tenantIdIn(end.value)] : []));
	const losers = all.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
	expect(winners).toHaveLength(1);
	expect(losers).toMatchObject([{ name: loserMustSay }]);
	return winners[0] ?? "";
}

describe("two who claim one name at the same moment, with a crash anywhere in between", () => {
	it("have one winner whose claim, tenant and operation stand, and one who is told that it is taken", async () => {
		const begin = (world: World): Run => {
			const table = createMemoryTable();
			onTable(world, table);
			return {
				processes: Object.fromEntries(
					["one", "two"].map((name) => [name, as(name, () => acceptOnboarding(aNewTenant({ name }), asking(name)))]),
				),
				snapshot: () => snapshotOf(table),
				check: (ends) => {
					const winner = oneWinner(ends, "SlugTaken");
					expect(ofKind(table, "HOSTNAME#")).toMatchObject([{ hostname, tenantId: winner, intent: "serve" }]);
					expect(ofKind(table, "TENANT#")).toMatchObject([{ tenantId: winner }]);
					expect(ofKind(table, "OPERATION#")).toMatchObject([{ tenantId: winner, status: "queued" }]);
				},
			};
		};
		const { states, moves, ends } = await explore(begin, 1);
		console.log(`Two claimers of a free name: ${states} states, ${moves} moves, ${ends} ends.`);
		expect(states).toBeGreaterThan(80);
	}, 120_000);

	it("have one winner of a name whose quarantine is over, with a generation above the former owner's", async () => {
		const former = aClaim({ intent: "released", quarantinedUntil: "2026-02-01T00:00:00.000Z", generation: 41 });
		const begin = (world: World): Run => {
			const table = createMemoryTable([claimRow(former)]);
			onTable(world, table);
			return {
				processes: Object.fromEntries(
					["one", "two"].map((name) => [name, as(name, () => acceptOnboarding(aNewTenant({ name }), asking(name)))]),
				),
				snapshot: () => snapshotOf(table),
				check: (ends) => {
					const winner = oneWinner(ends, "SlugTaken");
					const [claim] = ofKind(table, "HOSTNAME#").map((row) => claimSchema.parse(row));
					expect(claim).toMatchObject({ tenantId: winner, intent: "serve" });
					expect(claim?.generation).toBeGreaterThan(former.generation);
				},
			};
		};
		const { states, moves, ends } = await explore(begin, 1);
		console.log(`Two claimers of a released name: ${states} states, ${moves} moves, ${ends} ends.`);
		expect(states).toBeGreaterThan(80);
	}, 120_000);

	it("have one winner when one signs up and the other renames", async () => {
		const beta = `beta.${platformDomain}`;
		const tenant = aTenant({ slug: "beta", hostname: beta, heard: {} });
		const claim = withTrue(
			aClaim({ hostname: beta }),
			"CertificateIssued",
			"EdgeAttached",
			"RecordsInSync",
			"RoutePublished",
			"Serving",
		);
		const done = anOperation({ status: "succeeded", hostname: beta });
		const begin = (world: World): Run => {
			const table = createMemoryTable([tenantRow(tenant), claimRow(claim), operationRow(done)]);
			onTable(world, table);
			const rename = () =>
				acceptChange({
					tenantId: tenant.tenantId,
					changeOf: async () => ({
						kind: "rename-tenant",
						slug: "acme",
						hostname,
						standing: await readClaim(hostname),
					}),
					...{ requestedBy: "two", correlationId: "two" },
					keyed: { asking: asking("two"), request: { rename: "acme" } },
				});
			return {
				processes: { one: as("one", () => acceptOnboarding(aNewTenant(), asking("one"))), two: as("two", rename) },
				snapshot: () => snapshotOf(table),
				check: (ends) => {
					const winner = oneWinner(ends, "SlugTaken");
					const owner = ofKind(table, `HOSTNAME#${hostname}`);
					expect(owner).toMatchObject([{ tenantId: winner, intent: "serve" }]);
					const renamed = ofKind(table, `TENANT#${tenant.tenantId}`)[0];
					expect(renamed).toMatchObject({ hostname: winner === tenant.tenantId ? hostname : beta });
				},
			};
		};
		const { states, moves, ends } = await explore(begin, 1);
		console.log(`A signup and a rename to one name: ${states} states, ${moves} moves, ${ends} ends.`);
		expect(states).toBeGreaterThan(80);
	}, 180_000);
});
