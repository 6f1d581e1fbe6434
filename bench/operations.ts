import { setTimeout as pause } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { createClient } from "../local/demo/client.ts";
import { accounts, region } from "../local/laptop.ts";
import { packageStages } from "../scripts/package.ts";
import { startLocalStack } from "./local-stack.ts";

/** What one operation costs, alone on its stack: nothing is shared with others. */
export interface OperationCost {
	kind: string;
	/** State transitions, as Step Functions counts them for its price. */
	transitions: number;
	route53Writes: number;
	route53Reads: number;
	/** Calls of AWS services: those of the request, of every function behind it, and of the looks at what it waited for. */
	awsCalls: number;
	seconds: number;
}

/** Leads one tenant through its life and counts what each operation costs. */
export async function benchOperations(): Promise<OperationCost[]> {
	await packageStages(["nonprod"], () => {});
	const stack = await startLocalStack({ insyncMs: 2_000 });
	try {
		const client = createClient(stack.endpoints);
		const credentials = { accessKeyId: `LOCAL${accounts.nonprod}`, secretAccessKey: "local" };
		const registry = DynamoDBDocumentClient.from(
			new DynamoDBClient({ endpoint: stack.endpoints.aws, region, credentials }),
		);
		const costs: OperationCost[] = [];
		let tenantId = "";
		const measure = async (kind: string, ask: () => Promise<{ operation: { operationId: string } }>) => {
			const before = await stack.counts();
			const startedAt = performance.now();
			const { operation } = await ask();
			const looks = await ended(registry, operation.operationId, kind);
			const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
			const after = await stack.counts();
			const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, count) => all + count, 0);
			const writes = (counts: Record<string, number>) => counts["ChangeResourceRecordSets"] ?? 0;
			const route53Writes = writes(after.route53Calls) - writes(before.route53Calls);
			costs.push({
				kind,
				transitions: after.stateTransitions - before.stateTransitions,
				route53Writes,
				route53Reads: sum(after.route53Calls) - sum(before.route53Calls) - route53Writes,
				awsCalls: sum(after.calls) - sum(before.calls) - looks,
				seconds,
			});
		};
		await measure("onboard-tenant", async () => {
			const accepted = await client.createTenant(client.newTenant("acme"));
			({ tenantId } = accepted.tenant);
			return accepted;
		});
		await measure("update-tenant", async () => client.update(await client.showTenant(tenantId), { plan: "gold" }));
		await measure("suspend-tenant", () => client.change(tenantId, "suspend", { reason: "Bench" }, "suspend"));
		await measure("resume-tenant", () => client.change(tenantId, "resume", {}, "resume"));
		await measure("rename-tenant", () => client.change(tenantId, "rename", { slug: "acme-two" }, "rename"));
		await measure("offboard-tenant", () => client.remove(tenantId));
		return costs;
	} finally {
		await stack.end();
	}
}

/**
 * Waits for an operation's end at its row, and answers how many calls that took: asking the API would cost calls of its functions'.
 * Rejects when it ends badly.
 */
async function ended(registry: DynamoDBDocumentClient, operationId: string, kind: string): Promise<number> {
	const Key = { pk: `OPERATION#${operationId}`, sk: "OPERATION" };
	for (let looks = 1; looks <= 600; looks++) {
		const { Item } = await registry.send(new GetCommand({ TableName: "hostmaster-nonprod-registry", Key }));
		const status: unknown = Item?.["status"];
		if (status === "succeeded") return looks;
		if (status !== "queued" && status !== "running") throw new Error(`${kind} ended as ${status}.`);
		await pause(100);
	}
	throw new Error(`${kind} has not ended after a minute.`);
}
