import { z } from "zod";
import type { Caller } from "../aws/service.ts";
import { arnOf, jsonOf, type ServiceCall } from "./call.ts";
import type { Need } from "./evaluate.ts";

/** The condition key that names the partition keys of what is asked for, in lower case. */
export const leadingKeys = "dynamodb:leadingkeys";

const table = z.object({ TableName: z.string() });
const keyed = table.extend({ Key: z.object({ pk: z.object({ S: z.string() }) }) });
const indexed = table.extend({ IndexName: z.string().optional() });
const queried = z.object({
	KeyConditionExpression: z.string(),
	ExpressionAttributeValues: z.record(z.string(), z.looseObject({ S: z.string().optional() })),
});
const batch = z.object({ RequestItems: z.record(z.string(), z.unknown()) });
const part = table.optional();
const writes = z.object({
	TransactItems: z.array(z.object({ Put: part, Update: part, Delete: part, ConditionCheck: part })).min(1),
});
const reads = z.object({ TransactItems: z.array(z.object({ Get: table })).min(1) });

/**
 * The rights that a DynamoDB call needs, or undefined when it cannot be read: one for each table or index that it names.
 * A transaction has no action of its own and needs those of its items
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html); a query of an index needs the
 * index and not its table (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html).
 */
export function dynamodbNeeds(call: ServiceCall): Need[] | undefined {
	const input = jsonOf(call);
	const { operation, caller } = call;
	const need = (action: string, name: string, index?: string): Need => ({
		action: `dynamodb:${action}`,
		resource: tableArn(name, caller) + (index === undefined ? "" : `/index/${index}`),
	});
	switch (operation) {
		case "Query":
		case "Scan": {
			const read = indexed.safeParse(input).data;
			const context = read?.IndexName === undefined ? { context: leading(queriedKey(input)) } : {};
			return read && [{ ...need(operation, read.TableName, read.IndexName), ...context }];
		}
		case "BatchGetItem":
		case "BatchWriteItem": {
			const read = batch.safeParse(input).data;
			return read && Object.keys(read.RequestItems).map((name) => need(operation, name));
		}
		case "TransactWriteItems":
			return writes
				.safeParse(input)
				.data?.TransactItems.flatMap((item) =>
					Object.entries(item).map(([kind, of]) => need(`${kind}Item`, of?.TableName ?? "")),
				);
		case "TransactGetItems":
			return reads.safeParse(input).data?.TransactItems.map(({ Get }) => need("GetItem", Get.TableName));
		default: {
			const read = table.safeParse(input).data;
			const key = keyed.safeParse(input).data?.Key.pk.S;
			return read && [{ ...need(operation, read.TableName), context: leading(key) }];
		}
	}
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html: those of an index's query are not told here. */
function leading(key: string | undefined): Record<string, string[]> {
	return { [leadingKeys]: key === undefined ? [] : [key] };
}

/** The partition key that a query names; every table here calls it `pk`. */
function queriedKey(input: unknown): string | undefined {
	const read = queried.safeParse(input).data;
	const placeholder = read && /(?:^|\s)pk\s*=\s*(:\w+)/.exec(read.KeyConditionExpression)?.[1];
	return placeholder === undefined ? undefined : read?.ExpressionAttributeValues[placeholder]?.S;
}

function tableArn(nameOrArn: string, caller: Caller): string {
	return arnOf("dynamodb", "table/", nameOrArn, caller);
}
