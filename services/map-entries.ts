import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { tenantSchema } from "../domain/tenant.ts";
import type { TenantMapEntry } from "../domain/tenant-map.ts";
import { calling } from "./aws-errors.ts";
import { requireTime } from "./deadline.ts";
import { documents, parseRows } from "./dynamodb.ts";
import { setting } from "./settings.ts";

const entrySchema = z.object({
	hostname: z.string(),
	v: z.literal(1),
	generation: z.int().positive(),
	tenantRevision: z.int().positive().exactOptional(),
	tenantId: z.string(),
	slug: z.string(),
	status: z.enum(["active", "suspended", "removing", "moved"]),
	origin: tenantSchema.shape.origin,
	routes: tenantSchema.shape.routes,
	redirectTo: z.string().exactOptional(),
	expiresAt: z.int().exactOptional(),
	updatedAt: z.string(),
}) satisfies z.ZodType<TenantMapEntry>;

/**
 * Every entry of the tenant map (strongly consistent, in our own region). Rows that do not parse are left out, as the edge would do
 * without them. Throws ServiceUnavailable after `endsMs`.
 */
export async function readAllEntries(endsMs: number): Promise<TenantMapEntry[]> {
	const found: TenantMapEntry[] = [];
	let after: Record<string, unknown> | undefined;
	do {
		requireTime(endsMs, "Reading the tenant map");
		const { Items, LastEvaluatedKey } = await calling("DynamoDB", () =>
			documents.send(
				new ScanCommand({ TableName: setting("TENANT_MAP_TABLE"), ConsistentRead: true, ExclusiveStartKey: after }),
			),
		);
		found.push(...parseRows(entrySchema, Items));
		after = LastEvaluatedKey;
	} while (after);
	return found;
}
