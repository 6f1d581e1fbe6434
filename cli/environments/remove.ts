import { deleteStack } from "../../services/stack-operations.ts";
import { readStack, type Stack } from "../../services/stacks.ts";
import type { Context } from "../context.ts";
import { CommandFailed, exits } from "../failures.ts";
import { requireAccount } from "./account.ts";
import { awaitGone, awaitRest } from "./deploy-stack.ts";
import type { Environment } from "./landscape.ts";
import { stackOf } from "./onboard.ts";
import { removeZone } from "./remove-zone.ts";
import type { Step } from "./steps.ts";
import { requireNoClaims, stopNewWork } from "./stop-new-work.ts";
import { withdrawDelegation } from "./withdraw-delegation.ts";

/**
 * What taking an environment down takes: no new work, then no delegation, then no stack, the zone last. Refused while a tenant has a name
 * there, however far it has come: nothing closes the API before the stack does, so that each step looks again. Tables with the truth
 * stay. Each step can be repeated.
 */
export function removalSteps(environment: Environment, context: Context): Step[] {
	const { stage, accountId, account } = environment;
	const target = stackOf(environment);
	let stack: Stack | undefined;
	let zoneId: string | undefined;
	const goneAlready = `${target.stackName} is gone already`;
	return [
		{ name: "account", act: () => requireAccount(account, accountId, stage) },
		{
			name: "claims",
			act: async () => {
				const found = await readStack(target);
				if (found) requireItsDomain(environment, found);
				// One that is being deleted still tells, and later nobody does.
				zoneId = found?.outputs["PlatformZoneId"];
				stack = await awaitRest(target, context);
				// What a deletion left of a stack has no API.
				const isWhole = stack !== undefined && stack.status !== "DELETE_FAILED";
				return await requireNoClaims(environment, isWhole ? "untouched" : "stackless");
			},
		},
		{ name: "new work", act: async () => (stack ? await stopNewWork(environment) : goneAlready) },
		{
			name: "delegation",
			act: async () => (stack ? await withdrawDelegation(environment, stack, context) : goneAlready),
		},
		{
			name: "stack",
			act: async () => {
				if (!stack) return goneAlready;
				await requireNoClaims(environment, "undelegated");
				const token = await deleteStack(target);
				await awaitGone(target, token, context);
				return `${target.stackName} is gone; its tables stay`;
			},
		},
		{
			name: "zone",
			act: async () => {
				await requireNoClaims(environment, "stackless");
				return await removeZone(environment, zoneId);
			},
		},
	];
}

/** Once the stack is gone, only the values of the checkout say which zone was its. */
function requireItsDomain({ stage, parameters: { PlatformDomain: name } }: Environment, stack: Stack): void {
	const { PlatformDomain: standing = name } = stack.parameters;
	if (standing === name) return;
	throw new CommandFailed(exits.refused, {
		title: `The stack of ${stage} stands for ${standing}, and these values say ${name}.`,
		fix: `Set ${stage}.PlatformDomain in infra/stages.yml to ${standing}, then run this again. Nothing was changed.`,
	});
}
