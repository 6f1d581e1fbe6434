import { ACMClient, ListCertificatesCommand } from "@aws-sdk/client-acm";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { ListResourceRecordSetsCommand, Route53Client } from "@aws-sdk/client-route-53";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import {
	BatchGetCommand,
	DeleteCommand,
	GetCommand,
	PutCommand,
	QueryCommand,
	ScanCommand,
	TransactWriteCommand,
} from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { conditionTypes } from "../../domain/conditions.ts";
import { documents } from "../../services/dynamodb.ts";
import { claimRow, operationRow, tenantRow } from "../../services/registry.ts";
import { setEnvironment } from "../builders/a-cloud.ts";
import { aDomainClaim, anAttachment, shop } from "../builders/a-custom-domain.ts";
import { aClaim, aFailedOperation, anOperation, aTenant, longAgo, withTrue } from "../builders/entities.ts";
import { failedOperationId, importId, webhookId } from "./sound-requests.ts";

const claim = withTrue(aClaim(), "CertificateIssued", "EdgeAttached", "RecordsInSync", "RoutePublished", "Serving");
const domain = withTrue(aDomainClaim(), ...conditionTypes);
const rows = [
	tenantRow(aTenant({ revision: 3, externalRef: "cus_1", customHostnames: [shop] })),
	claimRow(claim),
	claimRow(domain),
	operationRow(anAttachment({ status: "succeeded" })),
	operationRow(anOperation({ status: "succeeded" })),
	operationRow(aFailedOperation({ operationId: failedOperationId })),
	{
		...{ pk: "WEBHOOKS", sk: webhookId, webhookId, url: "https://billing.example.com/", secretVersion: 1 },
		...{ status: "enabled", createdAt: longAgo, updatedAt: longAgo },
	},
	{
		...{ pk: "IMPORTS", sk: importId, importId, requestedBy: "billing", createdAt: longAgo, chunks: 0 },
		...{ planned: { new: 0, same: 0, conflict: 0, invalid: 0, adopted: 0 }, requestDigest: "0" },
	},
];
const settings = {
	IMPORTS_TABLE: "imports",
	IMPORTS_QUEUE_URL: "https://sqs/imports",
	WEBHOOKS_TABLE: "webhooks",
	WEBHOOK_SECRET_ARN: "arn:aws:secretsmanager:us-east-1:222222222222:secret:webhooks",
	WEBHOOKS_QUEUE_URL: "https://sqs/webhooks",
};
const rowOf = (key: Record<string, unknown> | undefined) =>
	rows.find(({ pk, sk }) => pk === key?.["pk"] && sk === key?.["sk"]);
const reading = [GetCommand, BatchGetCommand, QueryCommand, ScanCommand, ListResourceRecordSetsCommand];
const isQuota = (command: object) => command instanceof PutCommand && command.input.TableName === "zone";
const acted = new Error("What is malformed has acted.");

/** A registry that holds an active tenant and can be read only: every act anywhere throws, and is found afterwards. */
export function aReadOnlyAccount() {
	setEnvironment(settings);
	mockClient(SecretsManagerClient).on(GetSecretValueCommand).resolves({ SecretString: "secret" });
	mockClient(ACMClient).on(ListCertificatesCommand).resolves({});
	const table = mockClient(documents).rejects(acted);
	const bus = mockClient(EventBridgeClient).rejects(acted);
	const [queues, machines, zones] = [mockClient(SQSClient), mockClient(SFNClient), mockClient(Route53Client)];
	queues.rejects(acted);
	machines.rejects(acted);
	zones.rejects(acted);
	table.on(GetCommand).callsFake(({ Key }) => ({ Item: rowOf(Key) }));
	table.on(QueryCommand).resolves({ Items: [] });
	table.on(ScanCommand).resolves({ Items: [] });
	table.on(BatchGetCommand).callsFake(({ RequestItems = {} }) => ({
		Responses: Object.fromEntries(
			Object.entries<{ Keys?: Record<string, unknown>[] }>(RequestItems).map(([name, { Keys = [] }]) => [
				name,
				Keys.flatMap((key) => rowOf(key) ?? []),
			]),
		),
	}));
	/** The commands since the last time, but for reads. */
	const commands = (): object[] => {
		const all = [table.calls(), bus.calls(), queues.calls(), machines.calls(), zones.calls()].flatMap((calls) =>
			calls.map(({ args: [command] }): object => command),
		);
		for (const mock of [table, bus, queues, machines, zones]) mock.resetHistory();
		return all.filter((command) => !reading.some((read) => command instanceof read) && !isQuota(command));
	};
	return {
		/** Everything that was asked of AWS since the last time, but for reading: by the commands' names. */
		acts: () => commands().map((command) => command.constructor.name),
		/** Lets an empty zone be read, which spends of its quota. */
		withZone() {
			table.on(PutCommand, { TableName: "zone" }).resolves({});
			zones.on(ListResourceRecordSetsCommand).resolves({ ResourceRecordSets: [], IsTruncated: false });
		},
		/** Lets events out of the door, by way of the outbox. Answers what was told since the last time; throws for any other act. */
		withOutbox() {
			table.on(TransactWriteCommand).callsFake(({ TransactItems = [] }) => {
				for (const { Put } of TransactItems) if (!String(Put?.Item?.["pk"]).startsWith("EVENT#")) throw acted;
				return {};
			});
			table.on(DeleteCommand).callsFake(({ Key }) => {
				if (!String(Key?.["pk"]).startsWith("EVENT#")) throw acted;
				return {};
			});
			bus.on(PutEventsCommand).resolves({});
			return () =>
				commands().flatMap((command) => {
					if (command instanceof PutEventsCommand) return command.input.Entries ?? [];
					if (command instanceof TransactWriteCommand || command instanceof DeleteCommand) return [];
					throw acted;
				});
		},
	};
}
export type Account = ReturnType<typeof aReadOnlyAccount>;
