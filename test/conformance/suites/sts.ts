import { strict as assert } from "node:assert";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type Check, refused, type Stage, type Suite, there } from "../check.ts";

const api = "https://docs.aws.amazon.com/STS/latest/APIReference";

/** A role that the account itself may assume; answers its ARN. */
async function aRole({ arrange, unique }: Stage): Promise<string> {
	const accountId = await arrange.accountId();
	const RoleName = unique("role");
	const AssumeRolePolicyDocument = {
		Version: "2012-10-17",
		Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: "sts:AssumeRole" }],
	};
	const Properties = { RoleName, AssumeRolePolicyDocument };
	await arrange.stack({ Role: { Type: "AWS::IAM::Role", Properties } });
	return `arn:aws:iam::${accountId}:role/${RoleName}`;
}

const checks: readonly Check[] = [
	{
		name: "GetCallerIdentity tells the account and the ARN of whoever calls",
		operations: ["sts:GetCallerIdentity"],
		source: `${api}/API_GetCallerIdentity.html`,
		async run({ clients }) {
			const { Account, Arn, UserId } = await clients.sts.send(new GetCallerIdentityCommand({}));
			assert.match(Account ?? "", /^\d{12}$/);
			assert.match(Arn ?? "", new RegExp(`^arn:aws:(iam|sts)::${Account}:`));
			assert(UserId);
		},
	},
	{
		name: "an assumed role has credentials for an hour, which say who they are",
		operations: ["sts:AssumeRole"],
		source: `${api}/API_AssumeRole.html`,
		async run(stage) {
			const { sts } = stage.clients;
			const RoleArn = await aRole(stage);
			const RoleSessionName = stage.unique("session");
			const { Credentials, AssumedRoleUser } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName }));
			const {
				Expiration,
				AccessKeyId = "",
				SecretAccessKey = "",
				SessionToken = "",
			} = there(Credentials, "the credentials");
			assert(Math.abs((Expiration?.getTime() ?? 0) - Date.now() - 3_600_000) < 120_000, `ends at ${Expiration}`);
			const arn = `${RoleArn.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")}/${RoleSessionName}`;
			assert.equal(AssumedRoleUser?.Arn, arn);
			const { endpoint, region } = sts.config;
			const assumed = new STSClient({
				...{ region, ...(endpoint && { endpoint }) },
				credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
			});
			const identity = await assumed.send(new GetCallerIdentityCommand({}));
			assumed.destroy();
			assert.equal(identity.Arn, arn);
		},
	},
	{
		name: "a session's name and duration have bounds",
		operations: ["sts:AssumeRole"],
		source: `${api}/API_AssumeRole.html`,
		async run(stage) {
			const { sts } = stage.clients;
			const RoleArn = await aRole(stage);
			const bad = [
				{ RoleSessionName: "not a name" },
				{ RoleSessionName: "x" },
				{ RoleSessionName: "name", DurationSeconds: 60 },
			];
			for (const one of bad) {
				await refused(sts.send(new AssumeRoleCommand({ RoleArn, ...one })), "ValidationError", "ValidationException");
			}
		},
	},
	{
		name: "a role that is not there cannot be assumed",
		operations: ["sts:AssumeRole"],
		source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_roles.html",
		async run(stage) {
			const RoleArn = `arn:aws:iam::${await stage.arrange.accountId()}:role/${stage.unique("none")}`;
			const asked = new AssumeRoleCommand({ RoleArn, RoleSessionName: "session" });
			await refused(stage.clients.sts.send(asked), "AccessDenied");
		},
	},
];

/** Identities of STS. */
export const sts: Suite = { service: "sts", checks };
