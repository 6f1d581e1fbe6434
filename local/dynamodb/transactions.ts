import { createHash } from "node:crypto";
import database from "dynalite/db/index.js";
import { z } from "zod";
import { AwsError } from "../aws/service.ts";
import { parseRequest, runAction, tableNamed } from "./actions.ts";
import type { Draft, Engine } from "./engine.ts";

/** Actions in one transaction (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html). */
const maxActions = 100;
/** How long a ClientRequestToken is remembered (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html). */
const tokenLifeMs = 600_000;
/** Where the tokens of committed transactions are kept. */
export const tokenPrefix = "transaction~";

const onFailure = { ReturnValuesOnConditionCheckFailure: z.enum(["ALL_OLD", "NONE"]).optional() };
const keyed = z.looseObject({ TableName: z.string(), Key: z.record(z.string(), z.unknown()), ...onFailure });
const put = z.looseObject({ TableName: z.string(), Item: z.record(z.string(), z.unknown()), ...onFailure });
const writeAction = z.union([
	z.strictObject({ Put: put }),
	z.strictObject({ Update: keyed }),
	z.strictObject({ Delete: keyed }),
	z.strictObject({ ConditionCheck: keyed }),
]);
const writeRequest = z.object({
	TransactItems: z.array(writeAction).min(1).max(maxActions),
	ClientRequestToken: z.string().min(1).max(36).optional(),
});
const getRequest = z.object({
	TransactItems: z
		.array(z.strictObject({ Get: keyed }))
		.min(1)
		.max(maxActions),
});
const tokenRecord = z.object({ fingerprint: z.string(), atMs: z.number() });

/** One entry of CancellationReasons; `None` for the actions that had nothing against it. */
interface Reason {
	Code: string;
	Message?: string;
	Item?: unknown;
}

interface Step {
	operation: "PutItem" | "UpdateItem" | "DeleteItem";
	checkOnly: boolean;
	table: DynaliteTable;
	/** The item's key in the table's keyspace. */
	itemKey: string;
	data: DynaliteDocument;
	wantsItem: boolean;
}

/**
 * All of the writes, or none: conditions are judged on what was there before, and a refusal names each action's reason in order.
 * A repeated ClientRequestToken within ten minutes succeeds without writing again. Rejects with TransactionCanceledException,
 * ValidationException, IdempotentParameterMismatchException.
 */
export function transactWriteItems(engine: Engine, nowMs: number, input: unknown): Promise<DynaliteDocument> {
	const request = parsed(writeRequest, input);
	return engine.write(async (draft) => {
		const token = request.ClientRequestToken;
		const fingerprint = createHash("sha256").update(JSON.stringify(request.TransactItems)).digest("hex");
		if (token !== undefined) {
			const seen = tokenRecord.safeParse(engine.store.db.getSync(tokenPrefix + token));
			if (seen.success && isRemembered(seen.data, nowMs)) {
				if (seen.data.fingerprint === fingerprint) return {};
				throw new AwsError("IdempotentParameterMismatchException", "The token was used with other parameters.");
			}
			draft.put(tokenPrefix + token, { fingerprint, atMs: nowMs });
		}
		const steps = await Promise.all(request.TransactItems.map((item) => stepOf(engine.store, item)));
		refuseRepeatedItems(steps);
		const reasons: Reason[] = [];
		for (const step of steps) reasons.push(await perform(draft, step));
		if (reasons.some((reason) => reason.Code !== "None")) throw cancelled(reasons);
		return {};
	});
}

/** All of the items as of one moment: no write is committed in between. */
export function transactGetItems(engine: Engine, input: unknown): Promise<DynaliteDocument> {
	const request = parsed(getRequest, input);
	return engine.write(async ({ store }) => ({
		Responses: await Promise.all(
			request.TransactItems.map(async ({ Get }) => {
				const { Item } = await runAction(store, "GetItem", parseRequest(store, "GetItem", Get));
				return Item === undefined ? {} : { Item };
			}),
		),
	}));
}

/** Whether a token of a committed transaction, as it is stored, still makes its repetition harmless. */
export function isRemembered(record: unknown, nowMs: number): boolean {
	const token = tokenRecord.safeParse(record);
	return token.success && nowMs - token.data.atMs < tokenLifeMs;
}

async function stepOf(store: DynaliteStore, action: z.infer<typeof writeAction>): Promise<Step> {
	if ("Put" in action) return prepare(store, "PutItem", action.Put, action.Put.Item);
	if ("Update" in action) return prepare(store, "UpdateItem", action.Update, action.Update.Key);
	if ("Delete" in action) return prepare(store, "DeleteItem", action.Delete, action.Delete.Key);
	const step = await prepare(store, "DeleteItem", action.ConditionCheck, action.ConditionCheck.Key);
	return { ...step, checkOnly: true };
}

async function prepare(
	store: DynaliteStore,
	operation: Step["operation"],
	input: z.infer<typeof keyed> | z.infer<typeof put>,
	item: Record<string, unknown>,
): Promise<Step> {
	const data = parseRequest(store, operation, input);
	const table = await tableNamed(store, input.TableName);
	const key = Object.fromEntries(table.KeySchema.map(({ AttributeName: name }) => [name, item[name]]));
	const refused = database.validateKey(operation === "PutItem" ? key : item, table);
	if (refused) throw new AwsError("ValidationException", refused.message);
	const wantsItem = input.ReturnValuesOnConditionCheckFailure === "ALL_OLD";
	return { operation, checkOnly: false, table, itemKey: database.createKey(key, table), data, wantsItem };
}

function refuseRepeatedItems(steps: Step[]): void {
	const items = new Set(steps.map(({ table, itemKey }) => `${table.TableName} ${itemKey}`));
	if (items.size === steps.length) return;
	throw new AwsError("ValidationException", "Transaction request cannot include multiple operations on one item");
}

async function perform(draft: Draft, step: Step): Promise<Reason> {
	try {
		if (step.checkOnly) {
			const item = await itemOf(draft.store, step);
			if (database.checkConditional(step.data, item))
				throw new AwsError("ConditionalCheckFailedException", conditionFailed);
		} else await runAction(draft.store, step.operation, step.data);
		return { Code: "None" };
	} catch (error) {
		if (!(error instanceof AwsError)) throw error;
		if (error.name === "ValidationException") return { Code: "ValidationError", Message: error.message };
		if (error.name !== "ConditionalCheckFailedException") throw error;
		const item = step.wantsItem ? await itemOf(draft.store, step) : undefined;
		return { Code: "ConditionalCheckFailed", Message: conditionFailed, ...(item && { Item: item }) };
	}
}

const conditionFailed = "The conditional request failed";

function itemOf(store: DynaliteStore, { table, itemKey }: Step): Promise<DynaliteDocument | undefined> {
	return new Promise((resolve, reject) => {
		store.getItemDb(table.TableName).get(itemKey, (error, item) => {
			if (error) reject(error);
			else resolve(z.record(z.string(), z.unknown()).optional().parse(item));
		});
	});
}

function cancelled(reasons: Reason[]): AwsError {
	const codes = reasons.map((reason) => reason.Code).join(", ");
	const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
	return new AwsError("TransactionCanceledException", message, 400, { CancellationReasons: reasons });
}

function parsed<T>(schema: z.ZodType<T>, input: unknown): T {
	const result = schema.safeParse(input);
	if (result.success) return result.data;
	throw new AwsError("ValidationException", z.prettifyError(result.error));
}
