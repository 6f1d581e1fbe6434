import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { z } from "zod";

type Row = Record<string, unknown>;

const keySchema = z.looseObject({ pk: z.string(), sk: z.string() });
const writeSchema = z.object({
	Item: keySchema.optional(),
	Key: keySchema.optional(),
	ConditionExpression: z.string().optional(),
	ExpressionAttributeValues: z.record(z.string(), z.unknown()).default({}),
});
const transactionSchema = z.object({
	TransactItems: z.array(
		z.object({ Put: writeSchema.optional(), Update: writeSchema.optional(), Delete: writeSchema.optional() }),
	),
});

type Predicate = (row: Row | undefined, values: Row) => boolean;

/** The conditions that the acceptances write under; another is a defect of this model, and throws. */
const conditions: Record<string, Predicate> = {
	"attribute_not_exists(pk)": (row) => row === undefined,
	"attribute_not_exists(pk) OR expiresAt <= :now": (row, values) =>
		row === undefined || Number(row["expiresAt"]) <= Number(values[":now"]),
	"intent = :released AND revision = :revision": (row, values) =>
		row?.["intent"] === "released" && row["revision"] === values[":revision"],
	"revision = :revision AND generation = :generation": (row, values) =>
		row?.["revision"] === values[":revision"] && row?.["generation"] === values[":generation"],
	"attribute_exists(pk) AND (attribute_not_exists(revision) OR revision = :seen)": (row, values) =>
		row !== undefined && (row["revision"] === undefined || row["revision"] === values[":seen"]),
};

/** The registry as DynamoDB keeps it, as far as the acceptances use it: every call happens at once, whole or not at all. */
export function createMemoryTable(rows: readonly Row[] = []) {
	const table = new Map<string, Row>();
	const keyOf = (key: unknown) => {
		const { pk, sk } = keySchema.parse(key);
		return `${pk} ${sk}`;
	};
	for (const row of rows) table.set(keyOf(row), row);

	function transact(input: unknown): object {
		const writes = transactionSchema.parse(input).TransactItems.map(({ Put, Update, Delete }) => {
			const write = Put ?? Update ?? Delete;
			if (!write || Update) throw new Error("This model has no such write.");
			const key = keyOf(write.Item ?? write.Key);
			const held = table.get(key);
			const condition = write.ConditionExpression;
			const predicate = condition === undefined ? () => true : conditions[condition];
			if (!predicate) throw new Error(`This model does not know the condition '${condition}'.`);
			return { key, held, item: write.Item, allowed: predicate(held, write.ExpressionAttributeValues) };
		});
		if (writes.every(({ allowed }) => allowed)) {
			for (const { key, item } of writes) {
				if (item) table.set(key, item);
				else table.delete(key);
			}
			return {};
		}
		throw new TransactionCanceledException({
			$metadata: {},
			message: "cancelled",
			CancellationReasons: writes.map(({ allowed, held }) =>
				allowed
					? { Code: "None" }
					: { Code: "ConditionalCheckFailed", ...(held && { Item: marshall(held, { removeUndefinedValues: true }) }) },
			),
		});
	}

	return {
		get: (input: { Key?: unknown }) => ({ Item: table.get(keyOf(input.Key)) }),
		batchGet: (input: { RequestItems?: Record<string, { Keys?: unknown[] | undefined }> | undefined }) => ({
			Responses: Object.fromEntries(
				Object.entries(input.RequestItems ?? {}).map(([name, { Keys = [] }]) => [
					name,
					Keys.flatMap((key) => table.get(keyOf(key)) ?? []),
				]),
			),
		}),
		transact,
		rows: (): Row[] => [...table.values()],
	};
}
