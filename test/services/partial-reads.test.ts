import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { BatchGetCommand, QueryCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { accept } from "../../services/acceptance.ts";
import { readClaims } from "../../services/claims.ts";
import { documents } from "../../services/dynamodb.ts";
import { lists, readPage } from "../../services/lists.ts";
import { claimRow, keys, tenantRow, tenantRowSchema } from "../../services/registry.ts";
import { readTenants } from "../../services/tenants.ts";
import { park } from "../../services/waits.ts";
import { setEnvironment } from "../builders/a-cloud.ts";
import { aClaim, anOperation, aTenant, aWait, longAgo } from "../builders/entities.ts";

const client = mockClient(documents);
beforeEach(() => {
	setEnvironment();
	client.reset();
});

describe("a batch of which DynamoDB reads only a part", () => {
	it("is asked for until all claims are there", async () => {
		const [first, second] = ["a", "b"].map((slug) => aClaim({ hostname: `${slug}.app.example.com` }));
		if (!first || !second) throw new Error("There are two.");
		client
			.on(BatchGetCommand)
			.resolvesOnce({
				Responses: { registry: [claimRow(first)] },
				UnprocessedKeys: { registry: { Keys: [keys.claim(second.hostname)] } },
			})
			.resolves({ Responses: { registry: [claimRow(second)] } });
		expect([...(await readClaims([first.hostname, second.hostname])).claims.values()]).toEqual([first, second]);
		const [, again] = client.commandCalls(BatchGetCommand);
		expect(again?.args[0].input.RequestItems?.["registry"]?.Keys).toEqual([keys.claim(second.hostname)]);
	});

	it("is asked for until all tenants are there, also when nothing came the first time", async () => {
		const tenant = aTenant();
		client
			.on(BatchGetCommand)
			.resolvesOnce({ UnprocessedKeys: { registry: { Keys: [keys.tenant(tenant.tenantId)] } } })
			.resolves({ Responses: { registry: [tenantRow(tenant)] } });
		expect(await readTenants([tenant.tenantId])).toEqual([tenant]);
	});
});

describe("a page without rows", () => {
	it("may have a next one", async () => {
		client.on(QueryCommand).resolves({ LastEvaluatedKey: { pk: "x" } });
		const page = await readPage(lists.tenants, tenantRowSchema, { after: undefined, limit: 1 });
		expect(page).toEqual({ items: [], next: { pk: "x" } });
	});
});

describe("a cancellation for a reason that cannot be", () => {
	const cancelled = (...codes: string[]) =>
		new TransactionCanceledException({
			$metadata: {},
			message: "cancelled",
			CancellationReasons: codes.map((Code) => ({ Code })),
		});

	it("is a defect, not an acceptance and not a refusal", async () => {
		client.on(TransactWriteCommand).rejects(cancelled("None", "None", "ItemCollectionSizeLimitExceeded", "None"));
		const request = {
			tenant: aTenant(),
			claim: aClaim(),
			predecessor: undefined,
			operation: anOperation(),
			idempotency: { caller: "billing", key: "1", requestDigest: "d", expiresAt: 1 },
			answer: { location: "", body: "" },
		};
		await expect(accept(request, longAgo)).rejects.toThrow("ItemCollectionSizeLimitExceeded");
	});

	it("says of a name only that it is not available when DynamoDB does not show the row", async () => {
		client.on(TransactWriteCommand).rejects(cancelled("None", "ConditionalCheckFailed", "None", "None"));
		const request = {
			tenant: aTenant(),
			claim: aClaim(),
			predecessor: undefined,
			operation: anOperation(),
			idempotency: { caller: "billing", key: "1", requestDigest: "d", expiresAt: 1 },
			answer: { location: "", body: "" },
		};
		expect(await accept(request, longAgo)).toEqual({ outcome: "name-unavailable", claim: undefined });
	});

	it("is a defect when a task parks", async () => {
		client.on(TransactWriteCommand).rejects(cancelled("ValidationError", "None"));
		await expect(park({ kind: "edge-probe", subject: "x" }, aWait(), longAgo)).rejects.toThrow("ValidationError");
	});
});
