import { artifactParameter, releaseParameter } from "../../scripts/release-template.ts";
import { readStack } from "../../services/stacks.ts";
import type { Context } from "../context.ts";
import { CommandFailed, exits, misused } from "../failures.ts";
import { requireAccount } from "./account.ts";
import { artifactsOf, ensureArtifacts } from "./artifact-bucket.ts";
import { carryOut, planLines, planned, settleStack } from "./deploy-stack.ts";
import type { Environment } from "./landscape.ts";
import { nonceParameter, stackOf, stackPlan } from "./onboard.ts";
import { copyRelease, storedTemplate } from "./release-upload.ts";
import { requireFreeNames } from "./taken-names.ts";

/** A parameter of the stack whose value becomes another: values come from the checkout, and not with the release. */
export interface ParameterChange {
	name: string;
	/** Undefined: the standing stack has none of that name. */
	before: string | undefined;
	after: string;
}

/** What a promotion does, or would do. */
export interface Promotion {
	release: string;
	/** Undefined when nothing runs there yet. */
	before: string | undefined;
	/** What changes, one line a resource; empty when it is so already. */
	plan: string[];
	parameters: ParameterChange[];
	/** The target is so already. */
	isSame: boolean;
	carriedOut: boolean;
}

/** So much of a digest tells a release from any other: 48 bits. */
const shortestPrefix = 12;

/**
 * Brings the very release that runs in `from` to `to`: its zips and templates by digest, copied from account to account and never built
 * anew. Shows what CloudFormation would change first, and changes it only when the release is `confirmed` by its digest or the beginning of
 * it: by then another one may run. Until then the target gets its bucket, the release's parts and a change set, which nothing there reads.
 */
export async function promote(
	from: Environment,
	to: Environment,
	{ confirmed }: { confirmed: string | undefined },
	context: Context,
): Promise<Promotion> {
	if (confirmed !== undefined && !/^[0-9a-f]{12,64}$/.test(confirmed)) {
		const title = `--yes takes a release's digest, or its first ${shortestPrefix} digits or more, and not '${confirmed}'.`;
		throw misused(title, "Promote without --yes: it shows the plan, and the digest.");
	}
	await requireAccount(from.account, from.accountId, from.stage);
	await requireAccount(to.account, to.accountId, to.stage);
	const digest = await releaseOf(from);
	if (confirmed !== undefined && !digest.startsWith(confirmed)) throw another(from, digest, confirmed);
	const source = await artifactsOf(from.account, context);
	const { store } = await ensureArtifacts(to.account, to.stage, context);
	const { release, uploaded } = await copyRelease(source, store, digest);
	context.tell(`Release ${digest}: ${uploaded} of its parts were not in ${to.stage} yet.`);
	const target = stackOf(to);
	const standing = await settleStack(target, context);
	if (!standing) await requireFreeNames(to, target, await storedTemplate(store, release, to.stage));
	const wanted = stackPlan(to, release, store, standing?.parameters[nonceParameter]);
	const change = await planned(target, wanted);
	const isSame = change.outcome === "empty";
	const plan = isSame ? [] : planLines(change.resources);
	const parameters = standing ? parameterChanges(standing.parameters, wanted.parameters) : [];
	for (const { name, before, after } of parameters)
		context.tell(`  Value   ${name}  ${shown(before)} -> ${shown(after)}`);
	for (const line of plan) context.tell(`  ${line}`);
	const found = { release: digest, before: standing?.outputs[releaseParameter], plan, parameters, isSame };
	if (isSame || confirmed === undefined) return { ...found, carriedOut: false };
	await carryOut(target, change, context);
	return { ...found, carriedOut: true };
}

function shown(value: string | undefined): string {
	return value === undefined ? "none" : JSON.stringify(value);
}

/** What the release itself brings along, by default or as its own digest, is no value of the checkout. */
function parameterChanges(
	before: Readonly<Record<string, string>>,
	wanted: Readonly<Record<string, string>>,
): ParameterChange[] {
	const own: readonly string[] = [releaseParameter, artifactParameter];
	return Object.entries(wanted).flatMap(([name, after]) =>
		own.includes(name) || before[name] === after ? [] : [{ name, before: before[name], after }],
	);
}

function another({ stage }: Environment, digest: string, confirmed: string): CommandFailed {
	return new CommandFailed(exits.refused, {
		title: `${stage} runs release ${digest.slice(0, shortestPrefix)} by now, and not ${confirmed.slice(0, shortestPrefix)}.`,
		fix: "Promote without --yes, and look at its plan. Nothing was changed.",
	});
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
