import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Account, openAccount } from "../../../local/account.ts";
import { realClock } from "../../../local/clock.ts";
import { deployInto } from "../../../local/cloud.ts";
import { accounts, awsEndpoint, region } from "../../../local/laptop.ts";
import { freePorts } from "../../../local/ports.ts";

type Resources = Record<string, object>;

/** An account in a folder of its own, with functions that a test writes, and a note of all that happened to its stacks. */
export async function anAccount() {
	const directory = mkdtempSync(join(tmpdir(), "hostmaster-stack-"));
	const handlers = join(directory, "handlers");
	mkdirSync(handlers);
	const ports = await freePorts(undefined);
	const steps: string[] = [];
	const reasons: string[] = [];
	let account: Account;

	async function open(): Promise<void> {
		account = await openAccount({
			...{ directory: join(directory, "account"), ports, clock: realClock, insyncDelayMs: 0 },
			...{ handlers, edgeBundle: "none", caller: { accountId: accounts.nonprod, region } },
		});
		account.stacks.listen(({ logicalId, status, reason }) => {
			steps.push(`${logicalId} ${status}`);
			if (reason !== undefined) reasons.push(reason);
		});
		await account.stacks.restore();
		account.start();
	}
	await open();

	return {
		get account() {
			return account;
		},
		endpoint: awsEndpoint(ports),
		directory,
		/** What happened since it was last asked, in-progress steps left out. */
		steps: () => steps.splice(0).filter((step) => !step.endsWith("IN_PROGRESS")),
		reasons,
		/** Writes a function; `code` is the body of its handler, with `event` in it. */
		writeFunction(name: string, code: string) {
			writeFileSync(join(handlers, `${name}.mjs`), `export async function handler(event) { ${code} }`);
		},
		deploy: (
			resources: Resources,
			more: { Conditions?: object; Parameters?: object; values?: Record<string, string> } = {},
		) => {
			const { values = {}, ...rest } = more;
			const template = JSON.stringify({ ...rest, Resources: resources });
			return deployInto(account, { stackName: "stack", template, parameters: values });
		},
		remove: () => account.stacks.remove("stack"),
		status: () => account.stacks.get("stack")?.status,
		queues: () => account.sqs.depth().map(({ queueName }) => queueName),
		/** Another process over the same data; what the one before was at is lost to it. */
		async reopen() {
			await account.close();
			await open();
		},
		async close() {
			await account.close();
			rmSync(directory, { recursive: true, force: true });
		},
	};
}
export type Opened = Awaited<ReturnType<typeof anAccount>>;

/** A queue; its name is the logical id in lower case unless told. */
export const aQueue = (QueueName: string, more: object = {}) => ({
	Type: "AWS::SQS::Queue",
	Properties: { QueueName },
	...more,
});

/** A function that a test has written, with a role of no rights. */
export const aFunction = (name: string): Resources => ({
	Role: {
		Type: "AWS::IAM::Role",
		Properties: {
			RoleName: "role",
			AssumeRolePolicyDocument: {
				Version: "2012-10-17",
				Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
			},
		},
	},
	Function: {
		Type: "AWS::Lambda::Function",
		Properties: {
			FunctionName: name,
			Handler: `${name}.handler`,
			Timeout: 20,
			Role: { "Fn::GetAtt": ["Role", "Arn"] },
		},
	},
	Retries: {
		Type: "AWS::Lambda::EventInvokeConfig",
		Properties: { FunctionName: { Ref: "Function" }, MaximumRetryAttempts: 0 },
	},
});

/** A resource that the function makes. */
export const aCustom = (properties: object = {}, more: object = {}) => ({
	Type: "Custom::Thing",
	DependsOn: "Retries",
	Properties: { ServiceToken: { "Fn::GetAtt": ["Function", "Arn"] }, ...properties },
	...more,
});
