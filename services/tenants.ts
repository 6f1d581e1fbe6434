import { BatchGetCommand, GetCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import type { Tenant } from "../domain/tenant.ts";
import { calling } from "./aws-errors.ts";
import { documents, parseRow, type TransactItem } from "./dynamodb.ts";
import { keys, registryTable, tenantRow, tenantRowSchema } from "./registry.ts";

export async function readTenant(tenantId: string): Promise<Tenant | undefined> {
	const { Item } = await calling("DynamoDB", () =>
		documents.send(new GetCommand({ TableName: registryTable(), Key: keys.tenant(tenantId), ConsistentRead: true })),
	);
	return Item && parseRow(tenantRowSchema, Item);
}

/** The tenants of up to 100 ids, in the order of the ids; `consistent`: also those that were written a moment ago. */
export async function readTenants(tenantIds: readonly string[], { consistent = false } = {}): Promise<Tenant[]> {
	const table = registryTable();
	const found = new Map<string, Tenant>();
	let wanted: Record<string, unknown>[] = [...new Set(tenantIds)].map(keys.tenant);
	while (wanted.length > 0) {
		const { Responses, UnprocessedKeys } = await calling("DynamoDB", () =>
			documents.send(new BatchGetCommand({ RequestItems: { [table]: { Keys: wanted, ConsistentRead: consistent } } })),
		);
		for (const row of Responses?.[table] ?? []) {
			const tenant = parseRow(tenantRowSchema, row);
			found.set(tenant.tenantId, tenant);
		}
		wanted = UnprocessedKeys?.[table]?.Keys ?? [];
	}
	return tenantIds.flatMap((id) => found.get(id) ?? []);
}

/** The tenant that the billing system knows as `externalRef`. */
export async function tenantIdOf(externalRef: string): Promise<string | undefined> {
	const { Item } = await calling("DynamoDB", () =>
		documents.send(
			new GetCommand({ TableName: registryTable(), Key: keys.externalRef(externalRef), ConsistentRead: true }),
		),
	);
	return Item && parseRow(z.object({ tenantId: z.string() }), Item).tenantId;
}

/** The tenants that the billing system knows as up to 100 externalRefs; names that it knows nobody by are left out. */
export async function tenantIdsOf(externalRefs: readonly string[]): Promise<Map<string, string>> {
	const table = registryTable();
	const found = new Map<string, string>();
	let wanted: Record<string, unknown>[] = [...new Set(externalRefs)].map(keys.externalRef);
	while (wanted.length > 0) {
		const { Responses, UnprocessedKeys } = await calling("DynamoDB", () =>
			documents.send(new BatchGetCommand({ RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } } })),
		);
		for (const row of Responses?.[table] ?? []) {
			const { pk, tenantId } = parseRow(z.object({ pk: z.string(), tenantId: z.string() }), row);
			found.set(pk.replace("EXTERNAL-REF#", ""), tenantId);
		}
		wanted = UnprocessedKeys?.[table]?.Keys ?? [];
	}
	return found;
}

/** The write of `after` over exactly the row that was read as `before`; its revision is the next one. */
export function tenantPut(after: Tenant, before: Tenant): TransactItem {
	return {
		Put: {
			TableName: registryTable(),
			Item: tenantRow({ ...after, revision: before.revision + 1 }),
			// Rows of the first release have no revision, which reads as 1.
			ConditionExpression: "attribute_exists(pk) AND (attribute_not_exists(revision) OR revision = :seen)",
			ExpressionAttributeValues: { ":seen": before.revision },
		},
	};
}
