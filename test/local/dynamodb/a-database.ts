import { AwsError, type Caller } from "../../../local/aws/service.ts";
import { virtualClock } from "../../../local/clock.ts";
import { createDynamodb } from "../../../local/dynamodb/dynamodb.ts";

export const home: Caller = { accountId: "222222222222", region: "us-east-1" };

/** A table of the registry's shape. */
export const registryTable = {
	BillingMode: "PAY_PER_REQUEST",
	AttributeDefinitions: ["pk", "sk", "kindPk", "kindSk"].map((name) => ({ AttributeName: name, AttributeType: "S" })),
	KeySchema: [
		{ AttributeName: "pk", KeyType: "HASH" },
		{ AttributeName: "sk", KeyType: "RANGE" },
	],
	GlobalSecondaryIndexes: [
		{
			IndexName: "byKind",
			KeySchema: [
				{ AttributeName: "kindPk", KeyType: "HASH" },
				{ AttributeName: "kindSk", KeyType: "RANGE" },
			],
			Projection: { ProjectionType: "ALL" },
		},
	],
	TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
	PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
};

/** A global table of the tenant map's shape. */
export const mapTable = {
	BillingMode: "PAY_PER_REQUEST",
	AttributeDefinitions: [{ AttributeName: "hostname", AttributeType: "S" }],
	KeySchema: [{ AttributeName: "hostname", KeyType: "HASH" }],
	Replicas: [{ Region: "us-east-1" }, { Region: "eu-west-1" }],
};

export async function aDatabase(path?: string) {
	const clock = virtualClock(Date.UTC(2027, 0, 1));
	const dynamodb = await createDynamodb({ path, clock, caller: home });
	const call = async (operation: string, input: unknown, caller = home): Promise<Record<string, unknown>> =>
		Object(await dynamodb.service.operations[operation]?.(input, caller));
	const keys = (pk: string, sk = "-") => ({ pk: { S: pk }, sk: { S: sk } });
	return {
		clock,
		dynamodb,
		call,
		keys,
		/** How the call was refused; a test fails when it was not. */
		refusal: (operation: string, input: unknown, caller = home): Promise<AwsError> =>
			call(operation, input, caller).then(
				() => Promise.reject(new Error(`${operation} was not refused`)),
				(error: unknown) => (error instanceof AwsError ? error : Promise.reject(error)),
			),
		item: async (pk: string, sk = "-") => (await call("GetItem", { TableName: "registry", Key: keys(pk, sk) }))["Item"],
	};
}
