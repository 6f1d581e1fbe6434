import batchGetItem from "dynalite/actions/batchGetItem.js";
import batchWriteItem from "dynalite/actions/batchWriteItem.js";
import deleteItem from "dynalite/actions/deleteItem.js";
import describeTable from "dynalite/actions/describeTable.js";
import getItem from "dynalite/actions/getItem.js";
import putItem from "dynalite/actions/putItem.js";
import query from "dynalite/actions/query.js";
import scan from "dynalite/actions/scan.js";
import updateItem from "dynalite/actions/updateItem.js";
import batchGetItemRules from "dynalite/validations/batchGetItem.js";
import batchWriteItemRules from "dynalite/validations/batchWriteItem.js";
import createTableRules from "dynalite/validations/createTable.js";
import deleteItemRules from "dynalite/validations/deleteItem.js";
import describeTableRules from "dynalite/validations/describeTable.js";
import getItemRules from "dynalite/validations/getItem.js";
import validations from "dynalite/validations/index.js";
import putItemRules from "dynalite/validations/putItem.js";
import queryRules from "dynalite/validations/query.js";
import scanRules from "dynalite/validations/scan.js";
import updateItemRules from "dynalite/validations/updateItem.js";
import { z } from "zod";
import { AwsError } from "../aws/service.ts";

const actions = {
	BatchGetItem: batchGetItem,
	BatchWriteItem: batchWriteItem,
	DeleteItem: deleteItem,
	DescribeTable: describeTable,
	GetItem: getItem,
	PutItem: putItem,
	Query: query,
	Scan: scan,
	UpdateItem: updateItem,
};

const rules = {
	BatchGetItem: batchGetItemRules,
	BatchWriteItem: batchWriteItemRules,
	CreateTable: createTableRules,
	DeleteItem: deleteItemRules,
	DescribeTable: describeTableRules,
	GetItem: getItemRules,
	PutItem: putItemRules,
	Query: queryRules,
	Scan: scanRules,
	UpdateItem: updateItemRules,
};

/** What dynalite does by itself; transactions are ours. */
export type Action = keyof typeof actions;

/** Checks a request as DynamoDB does and parses its expressions; leaves `input` as it is. Throws AwsError. */
export function parseRequest(store: DynaliteStore, operation: keyof typeof rules, input: unknown): DynaliteDocument {
	const { types, custom } = rules[operation];
	try {
		const data = validations.checkTypes(z.record(z.string(), z.unknown()).parse(copyOf(input)), types);
		validations.checkValidations(data, types, custom, store);
		return data;
	} catch (error) {
		throw awsErrorOf(error);
	}
}

/** A copy of what came out of JSON; `structuredClone` takes several times as long. */
function copyOf(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(copyOf);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copyOf(member)]));
}

/** Runs a parsed request on `store`, which may be a draft. Rejects with AwsError. */
export function runAction(store: DynaliteStore, action: Action, data: DynaliteDocument): Promise<DynaliteDocument> {
	return new Promise((resolve, reject) => {
		actions[action](store, data, (error, result) => (error ? reject(awsErrorOf(error)) : resolve(result ?? {})));
	});
}

/** The table's description, as DescribeTable gives it. Rejects with ResourceNotFoundException. */
export function tableNamed(store: DynaliteStore, name: string): Promise<DynaliteTable> {
	return new Promise((resolve, reject) => {
		store.getTable(name, false, (error, table) => {
			if (table && !error) resolve(table);
			else reject(awsErrorOf(error));
		});
	});
}

const refusal = z.object({
	statusCode: z.number(),
	body: z.object({ __type: z.string(), message: z.string().optional(), Message: z.string().optional() }),
});

/** dynalite's refusals, e.g. `{statusCode: 400, body: {__type: 'com.amazon.coral.validate#ValidationException', message}}`. */
function awsErrorOf(error: unknown): unknown {
	if (error instanceof z.ZodError) return new AwsError("SerializationException", "The request is no JSON object.");
	const refused = refusal.safeParse(error);
	if (!refused.success) return error;
	const { __type, message, Message } = refused.data.body;
	return new AwsError(__type.slice(__type.indexOf("#") + 1), message ?? Message ?? "", refused.data.statusCode);
}
