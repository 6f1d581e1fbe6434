import { DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { DescribeSecretCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { accountOf } from "../../../cli/environments/account.ts";
import { stackOf } from "../../../cli/environments/onboard.ts";
import { keptNames, requireFreeNames } from "../../../cli/environments/taken-names.ts";
import { stageNames } from "../../../scripts/stages.ts";
import { packagedTemplates, type Template } from "../../infra/packaged.ts";
import { aLandscape, aStack, noStack } from "./a-landscape.ts";

const landscape = aLandscape();
const { cloudformation, dynamodb, secrets } = landscape;
let templates: Record<(typeof stageNames)[number], Template>;
beforeAll(async () => {
	templates = await packagedTemplates();
}, 120_000);
beforeEach(() => landscape.reset());
afterAll(() => landscape.close());

const environment = { stage: "nonprod", accountId: "222222222222", account: accountOf({}), parameters: {} } as const;
const look = () => requireFreeNames(environment, stackOf(environment), JSON.stringify(templates.nonprod));

describe.each(stageNames)("what the template of %s retains", (stage) => {
	it("is known by its name, wherever that is fixed", () => {
		const kept = keptNames(templates[stage]);
		const fixed = Object.entries(templates[stage].Resources).flatMap(([id, { DeletionPolicy, Properties }]) =>
			DeletionPolicy?.startsWith("Retain") &&
			Object.entries(Properties).some(([key, value]) => /Name$/.test(key) && typeof value === "string")
				? [id]
				: [],
		);
		expect(kept.map(({ logicalId }) => logicalId)).toEqual(fixed);
		expect(kept.map(({ name }) => name.replace(`hostmaster-${stage}`, "")).toSorted()).toEqual([
			...["-imports", "-registry", "-tenant-map", "-usage", "-waits", "-webhooks", "-zone-changes"],
			...["/context-signing", "/webhook-signing"],
		]);
	});
});

describe("a first onboarding", () => {
	it("finds the names of what is retained free", async () => {
		expect(await look()).toBe("9 are free");
	});

	it("is refused with all that an earlier stack has left, before anything is made", async () => {
		dynamodb.on(DescribeTableCommand, { TableName: "hostmaster-nonprod-usage" }).resolves({});
		dynamodb.on(DescribeTableCommand, { TableName: "hostmaster-nonprod-tenant-map" }).resolves({});
		// Scheduled for deletion; the name is taken until then.
		secrets
			.on(DescribeSecretCommand, { SecretId: "hostmaster-nonprod/webhook-signing" })
			.resolves({ DeletedDate: new Date() });
		await expect(look()).rejects.toMatchObject({
			exit: 2,
			report: {
				title: expect.stringContaining("has left 3 of 9 resources"),
				detail: [
					"hostmaster-nonprod-usage  AWS::DynamoDB::Table",
					"hostmaster-nonprod/webhook-signing  AWS::SecretsManager::Secret",
					"hostmaster-nonprod-tenant-map  AWS::DynamoDB::GlobalTable",
				].join("\n"),
				fix: expect.stringContaining("Nothing was made."),
			},
		});
	});

	it.each(["CREATE_FAILED", "UPDATE_COMPLETE"] as const)(
		"that goes on with a stack that is %s has them itself",
		async (status) => {
			cloudformation.on(DescribeStacksCommand).resolves(aStack(status));
			dynamodb.on(DescribeTableCommand).resolves({});
			expect(await look()).toBe("hostmaster-nonprod has its own");
			expect(dynamodb.calls()).toEqual([]);
		},
	);

	it("takes nobody's silence for a free name", async () => {
		cloudformation.on(DescribeStacksCommand).rejects(noStack);
		secrets.on(DescribeSecretCommand).rejects(Object.assign(new Error("down"), { $fault: "server" }));
		await expect(look()).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});
});
