import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { HostmasterError } from "../domain/errors.ts";
import type { TenantMapEntry } from "../domain/tenant-map.ts";
import { calling } from "./aws-errors.ts";
import { documents, isConditionFailure } from "./dynamodb.ts";
import { setting } from "./settings.ts";

/**
 * Publishes an entry. Of an equal generation the tenant's later revision stays, as a custom domain's entry follows its tenant without a
 * generation of its own; a newer generation in the map throws Superseded (R3). Safe to repeat.
 */
export async function putMapEntry(entry: TenantMapEntry): Promise<void> {
	try {
		await calling("DynamoDB", () =>
			documents.send(
				new PutCommand({
					TableName: setting("TENANT_MAP_TABLE"),
					Item: entry,
					ConditionExpression:
						"attribute_not_exists(hostname) OR generation < :generation OR (generation = :generation AND " +
						"(attribute_not_exists(tenantRevision) OR tenantRevision <= :revision))",
					ExpressionAttributeValues: { ":generation": entry.generation, ":revision": entry.tenantRevision ?? 0 },
					ReturnValuesOnConditionCheckFailure: "ALL_OLD",
				}),
			),
		);
	} catch (error) {
		if (isConditionFailure(error)) {
			if (error.Item?.["generation"]?.N === String(entry.generation)) return;
			const detail = `The tenant map holds a newer generation of '${entry.hostname}' than ${entry.generation}.`;
			throw new HostmasterError("Superseded", detail, { cause: error });
		}
		throw error;
	}
}
