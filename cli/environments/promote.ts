import { releaseParameter } from "../../scripts/release-template.ts";
import { readStack } from "../../services/stacks.ts";
import type { Context } from "../context.ts";
import { CommandFailed, exits } from "../failures.ts";
import { requireAccount } from "./account.ts";
import { artifactsOf, ensureArtifacts } from "./artifact-bucket.ts";
import { carryOut, planLines, planned, settleStack } from "./deploy-stack.ts";
import type { Environment } from "./landscape.ts";
import { stackOf, stackPlan } from "./onboard.ts";
import { copyRelease } from "./release-upload.ts";

/** What a promotion does, or would do. */
export interface Promotion {
	release: string;
	/** Undefined when nothing runs there yet. */
	before: string | undefined;
	/** What changes, one line a resource; empty when it is so already. */
	plan: string[];
	carriedOut: boolean;
}

/**
 * Brings the very release that runs in `from` to `to`: its zips and templates by digest, copied from account to account and never built
 * anew. Shows what CloudFormation would change first, and changes it only when `confirmed`.
 */
export async function promote(
	from: Environment,
	to: Environment,
	{ confirmed }: { confirmed: boolean },
	context: Context,
): Promise<Promotion> {
	await requireAccount(from.account, from.accountId, from.stage);
	await requireAccount(to.account, to.accountId, to.stage);
	const digest = await releaseOf(from);
	const before = (await readStack(stackOf(to)))?.outputs[releaseParameter];
	const source = await artifactsOf(from.account, context);
	const { store } = await ensureArtifacts(to.account, to.stage, context);
	const { release, uploaded } = await copyRelease(source, store, digest);
	context.tell(`Release ${digest.slice(0, 12)}: ${uploaded} of its parts were not in ${to.stage} yet.`);
	const target = stackOf(to);
	await settleStack(target, context);
	const change = await planned(target, stackPlan(to, release, store));
	const plan = change.outcome === "planned" ? planLines(change.resources) : [];
	for (const line of plan) context.tell(`  ${line}`);
	if (change.outcome === "empty" || !confirmed) return { release: digest, before, plan, carriedOut: false };
	await carryOut(target, change, context);
	return { release: digest, before, plan, carriedOut: true };
}

async function releaseOf(from: Environment): Promise<string> {
	const stack = await readStack(stackOf(from));
	const digest = stack?.outputs[releaseParameter];
	if (digest && /^(?:CREATE|UPDATE)_COMPLETE$/.test(stack.status)) return digest;
	throw new CommandFailed(exits.refused, {
		title: digest ? `${from.stage} is ${stack.status}.` : `Nothing runs in ${from.stage} that could be promoted.`,
		fix: `Bring ${from.stage} in order first: hostmaster environments onboard ${from.stage}.`,
	});
}
