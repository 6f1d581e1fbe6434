import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DescribeStackEventsCommand, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { accountOf } from "../../../cli/environments/account.ts";
import { eventually } from "../../../local/demo/client.ts";
import { accounts } from "../../../local/laptop.ts";
import { deleteStack, executeChangeSet } from "../../../services/stack-operations.ts";
import { followStack, type Progress } from "../../../services/stack-progress.ts";
import { planStack, readStack } from "../../../services/stacks.ts";
import { anAccount } from "../stack/an-account.ts";

interface Template {
	Resources: Record<string, unknown>;
	Parameters?: object;
	Conditions?: object;
	Outputs?: object;
}
interface Values {
	parameters?: Record<string, string>;
	tags?: Record<string, string>;
}

/** An embedded account, and the product's own modules that deploy the stack `shop` into it with the SDK's clients. */
export async function aDeployer() {
	const opened = await anAccount();
	const account = accountOf({ local: { endpoint: opened.endpoint, accountId: accounts.nonprod } });
	const { cloudformation } = account;
	const target = { client: cloudformation, stackName: "shop", pollMs: 10 };
	const gate = join(opened.directory, "gate");
	let plans = 0;

	const plan = (template: Template | { url: string }, { parameters = {}, tags = {} }: Values = {}) =>
		planStack(target, {
			...{ name: `plan-${++plans}`, parameters, tags },
			template: "url" in template ? template : { body: JSON.stringify(template) },
		});

	/** Plans, and begins to carry out; answers the token of it. */
	async function begin(...asked: Parameters<typeof plan>): Promise<string> {
		const planned = await plan(...asked);
		if (planned.outcome === "empty") throw new Error("There is nothing to do.");
		return executeChangeSet(target, planned);
	}

	/** Follows to the end, by what was begun or from a moment on; answers the stack, and what was told on the way. */
	async function follow(begun: string | Date) {
		const told: Progress[] = [];
		const tell = (progress: Progress) => void told.push(progress);
		const which = typeof begun === "string" ? { token: begun } : { since: begun };
		const stack = await followStack(target, { ...which, deadlineMs: Date.now() + 20_000, tell });
		const ends = told.filter(({ status }) => !status.endsWith("IN_PROGRESS"));
		return { stack, told, steps: ends.map(({ logicalId, status }) => `${logicalId} ${status}`) };
	}

	return {
		...{ opened, account, target, plan, begin, follow },
		deploy: async (...asked: Parameters<typeof plan>) => follow(await begin(...asked)),
		read: () => readStack(target),
		/** As CloudFormation shows it by its name or id, also while nothing was carried out. */
		async describe(StackName = "shop") {
			const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
			return { id: Stacks?.[0]?.StackId ?? "", status: Stacks?.[0]?.StackStatus };
		},
		async remove() {
			return follow(await deleteStack(target));
		},
		/** Writes a function that makes custom resources; where `waits` (an expression over `event`) is true, once the gate is open. */
		writeMaker(name: string, waits = "false") {
			rmSync(gate, { force: true });
			opened.writeFunction(
				name,
				`const { existsSync } = await import("node:fs");
				const { StackId, RequestId, LogicalResourceId } = event;
				while ((${waits}) && !existsSync(${JSON.stringify(gate)})) await new Promise((resolve) => setTimeout(resolve, 10));
				const body = { Status: "SUCCESS", PhysicalResourceId: "thing", StackId, RequestId, LogicalResourceId };
				await fetch(event.ResponseURL, { method: "PUT", body: JSON.stringify(body) });`,
			);
		},
		openGate: () => writeFileSync(gate, ""),
		/** Resolves when a resource has come so far. */
		until: (logicalId: string, status: string) =>
			eventually(`${logicalId} ${status}`, 10_000, async () => {
				const { StackEvents = [] } = await cloudformation.send(new DescribeStackEventsCommand({ StackName: "shop" }));
				const [latest] = StackEvents.filter(({ LogicalResourceId }) => LogicalResourceId === logicalId);
				return latest?.ResourceStatus === status ? true : undefined;
			}),
		close: () => opened.close(),
	};
}
export type Deployer = Awaited<ReturnType<typeof aDeployer>>;

/** What the embedded cloud makes no resource of, so that a deployment fails there. */
export const broken = (DependsOn: string[] = []) => ({ Type: "AWS::IAM::Policy", DependsOn, Properties: {} });
