import { delegationRoleArn } from "../../domain/registrar.ts";
import { packageStages, reportParity, zipDigests } from "../../scripts/package.ts";
import { describeRelease, type Release, readReleasedTemplate } from "../../scripts/release.ts";
import { artifactParameter, releaseParameter, tagsOf } from "../../scripts/release-template.ts";
import { stageNames } from "../../scripts/stages.ts";
import type { ArtifactStore } from "../../services/artifacts.ts";
import type { Stack, StackPlan, StackTarget } from "../../services/stacks.ts";
import type { Context } from "../context.ts";
import { CommandFailed, exits } from "../failures.ts";
import { requireAccount } from "./account.ts";
import { ensureArtifacts } from "./artifact-bucket.ts";
import { carryOut, planned, settleStack } from "./deploy-stack.ts";
import type { Environment, Landscape } from "./landscape.ts";
import { templateUrl, uploadRelease } from "./release-upload.ts";
import type { Step } from "./steps.ts";
import { letWorkBegin } from "./stop-new-work.ts";
import { requireFreeNames } from "./taken-names.ts";
import { verifySteps } from "./verify.ts";

export function stackOf({ stage, account: { cloudformation, pollMs } }: Environment): StackTarget {
	return { client: cloudformation, stackName: `hostmaster-${stage}`, pollMs };
}

/**
 * What setting an environment up takes, in this order, each step looking first: so it can be interrupted anywhere and run again, and
 * run again it changes what differs only.
 */
export function onboardingSteps(environment: Environment, landscape: Landscape, context: Context): Step[] {
	const { stage, accountId, account } = environment;
	const target = stackOf(environment);
	let release: Release | undefined;
	let store: ArtifactStore | undefined;
	let stack: Stack | undefined;
	const deploy = async (before: Stack | undefined, nonce: string | undefined) => {
		const change = await planned(target, stackPlan(environment, got(release), got(store), nonce));
		stack = change.outcome === "empty" ? before : await carryOut(target, change, context);
		return change;
	};
	return [
		{ name: "account", act: () => requireAccount(account, accountId, stage) },
		{ name: "delegation role", act: async () => delegationPlan(environment, landscape) },
		{
			name: "release",
			act: async () => {
				release = await packageRelease(context);
				return release.digest.slice(0, 12);
			},
		},
		{ name: "names", act: () => requireFreeNames(environment, target, templateOf(stage, got(release))) },
		{
			name: "artifacts",
			act: async () => {
				const found = await ensureArtifacts(account, stage, context);
				store = found.store;
				const { uploaded, parts } = await uploadRelease(store, got(release));
				return `${store.bucket}: ${uploaded} of ${parts} parts were new`;
			},
		},
		{
			name: "stack",
			act: async () => {
				const before = await settleStack(target, context);
				const change = await deploy(before, before?.parameters[nonceParameter]);
				if (change.outcome === "empty") return `${target.stackName} is so already`;
				return `${target.stackName}: ${change.resources.length} resources ${change.creates ? "made" : "changed"}`;
			},
		},
		...verifySteps(environment, context, {
			stack: () => got(stack),
			delegateAgain: async () => void (await deploy(stack, String(context.world.now()))),
		}),
		{ name: "new work", act: () => letWorkBegin(environment) },
	];
}

/** Another value than the stack has makes it write and check its delegation once more. */
export const nonceParameter = "DelegationNonce";

/** What CloudFormation is asked for: the release's template with this environment's values. `nonce`: as the stack has it, or another. */
export function stackPlan(
	{ stage, parameters }: Environment,
	release: Release,
	store: ArtifactStore,
	nonce: string | undefined,
): StackPlan {
	return {
		name: `release-${release.digest.slice(0, 32)}`,
		template: { url: templateUrl(store, release, stage) },
		parameters: {
			...{ ...parameters, [artifactParameter]: store.bucket, [releaseParameter]: release.digest },
			...(nonce !== undefined && { [nonceParameter]: nonce }),
		},
		tags: tagsOf(stage),
	};
}

/** Packages this checkout: no network, no credentials. Throws CommandFailed when the environments would differ in more than named values (R11). */
export async function packageRelease({ tell }: Context): Promise<Release> {
	await packageStages(stageNames, (line) => tell(`      ${line}`));
	if (!reportParity((line) => tell(`      ${line}`))) {
		throw new CommandFailed(exits.refused, {
			title: "The packaged environments differ in more than their named values (R11).",
			fix: "See above where; move what must differ to infra/parameters.yml and infra/stages.yml.",
		});
	}
	return describeRelease(zipDigests());
}

function templateOf(stage: Environment["stage"], release: Release): string {
	return Buffer.from(readReleasedTemplate(stage, release)).toString("utf8");
}

/** How the zone will be delegated; refused before anything is made when the registrar does not know of it. */
function delegationPlan({ stage, accountId, parameters }: Environment, { registrar }: Landscape): string {
	const { PlatformDomain: name = "", DelegationRole: role = "" } = parameters;
	if (role === "") return `somebody must delegate ${name} by hand while the stack waits (docs/deploy.md)`;
	const wanted = delegationRoleArn(registrar.accountId, name);
	const delegation = registrar.values.delegations.find((each) => each.name === name);
	if (role === wanted && delegation?.account === accountId) return `${name} is this account's`;
	const detail =
		role === wanted
			? `${name} is delegated to ${delegation ? `account ${delegation.account}` : "nobody"}.`
			: `${stage}.DelegationRole is ${role}, and the registrar's role for ${name} is ${wanted}.`;
	throw new CommandFailed(exits.refused, {
		title: `The registrar does not delegate ${name} to account ${accountId}.`,
		detail,
		fix: "Correct infra/stages.yml (registrar.delegations), run `hostmaster registrar deploy`, then this again.",
	});
}

/** Steps run in their order, so what an earlier one found is there. */
function got<T>(value: T | undefined): T {
	if (value === undefined) throw new Error("A step was left out.");
	return value;
}
