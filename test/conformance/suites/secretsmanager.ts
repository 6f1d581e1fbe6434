import { strict as assert } from "node:assert";
import { DescribeSecretCommand, GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { type Check, refused, type Suite } from "../check.ts";

const api = "https://docs.aws.amazon.com/secretsmanager/latest/apireference";

const checks: readonly Check[] = [
	{
		name: "a secret's current value is found by its name and by its ARN",
		operations: ["secretsmanager:GetSecretValue"],
		source: `${api}/API_GetSecretValue.html`,
		async run({ arrange, clients }) {
			const Name = await arrange.secret('{"key": "value"}');
			const byName = await clients.secretsmanager.send(new GetSecretValueCommand({ SecretId: Name }));
			assert.deepEqual([byName.Name, byName.SecretString], [Name, '{"key": "value"}']);
			assert.deepEqual(byName.VersionStages, ["AWSCURRENT"]);
			assert.match(
				byName.ARN ?? "",
				new RegExp(`^arn:aws:secretsmanager:us-east-1:\\d{12}:secret:${Name}-[A-Za-z0-9]{6}$`),
			);
			const byArn = await clients.secretsmanager.send(new GetSecretValueCommand({ SecretId: byName.ARN }));
			assert.deepEqual([byArn.VersionId, byArn.SecretString], [byName.VersionId, '{"key": "value"}']);
		},
	},
	{
		name: "DescribeSecret tells of a secret, but not its value",
		operations: ["secretsmanager:DescribeSecret"],
		source: `${api}/API_DescribeSecret.html`,
		async run({ arrange, clients }) {
			const Name = await arrange.secret("hidden");
			const told = await clients.secretsmanager.send(new DescribeSecretCommand({ SecretId: Name }));
			assert.equal(told.Name, Name);
			assert(!JSON.stringify(told).includes("hidden"));
		},
	},
	{
		name: "a secret that is not there is refused with ResourceNotFoundException",
		operations: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
		source: `${api}/API_GetSecretValue.html`,
		async run({ clients, unique }) {
			const SecretId = unique("none");
			await refused(clients.secretsmanager.send(new GetSecretValueCommand({ SecretId })), "ResourceNotFoundException");
			await refused(clients.secretsmanager.send(new DescribeSecretCommand({ SecretId })), "ResourceNotFoundException");
		},
	},
];

/** Secrets Manager. */
export const secretsmanager: Suite = { service: "secretsmanager", checks };
