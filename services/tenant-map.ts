import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { HostmasterError } from "../domain/errors.ts";
import type { TenantMapEntry } from "../domain/tenant-map.ts";
import { calling } from "./aws-errors.ts";
import { documents, isConditionFailure } from "./dynamodb.ts";
import { setting } from "./settings.ts";

/** Publishes an entry. An equal generation is written again, a newer one in the map throws Superseded (R3). Safe to repeat. */
export async function putMapEntry(entry: TenantMapEntry): Promise<void> {
	try {
		await calling("DynamoDB", () =>
			documents.send(
				new PutCommand({
					TableName: setting("TENANT_MAP_TABLE"),
					Item: entry,
					ConditionExpression: "attribute_not_exists(hostname) OR generation <= :generation",
					ExpressionAttributeValues: { ":generation": entry.generation },
				}),
			),
		);
	} catch (error) {
		if (isConditionFailure(error)) {
			const detail = `The tenant map holds a newer generation of '${entry.hostname}' than ${entry.generation}.`;
			throw new HostmasterError("Superseded", detail, { cause: error });
		}
		throw error;
	}
}
