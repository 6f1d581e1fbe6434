import { delegationAbove } from "../../domain/delegation.ts";
import { delegatedViews } from "../../services/public-dns.ts";
import type { Stack } from "../../services/stacks.ts";
import type { Context } from "../context.ts";
import { CommandFailed, exits } from "../failures.ts";
import { carryOut, planned } from "./deploy-stack.ts";
import type { Environment } from "./landscape.ts";
import { stackOf } from "./onboard.ts";
import { dnsOf } from "./resolvers.ts";

/** States in which a stack takes an update that touches one resource and no other. */
const updatable = /^(?:CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/;

/**
 * Takes the delegation away while all of the environment still stands, and sees that nobody delegates to it any more. The stack does
 * it itself, by an update, as the owner of its NS (R14); its deletion alone would do it nearly last. A stack that takes no update never
 * stood, or has withdrawn it before: its deletion sees to it. Safe to repeat.
 */
export async function withdrawDelegation(environment: Environment, stack: Stack, context: Context): Promise<string> {
	const target = stackOf(environment);
	const { status, parameters, tags } = stack;
	if (!updatable.test(status)) return `goes with ${target.stackName}, which is ${status}`;
	const isOwn = parameters["DelegationRole"] !== "" && parameters["DelegationState"] !== undefined;
	if (isOwn) {
		const change = await planned(target, {
			...{ name: "withdraw-delegation", template: "standing", tags },
			parameters: { ...parameters, DelegationState: "withdrawn" },
		});
		if (change.outcome === "planned") await carryOut(target, change, context);
	}
	await requireUndelegated(environment, "Nothing was deleted yet.");
	return `${environment.parameters["PlatformDomain"]} is delegated to nobody`;
}

/**
 * Throws CommandFailed unless every name server of the zone above says that nobody is delegated to. The stack takes back what it has
 * written; what hands have written it leaves, and a stranger could get the zone's name servers. `stays`: said with the refusal.
 */
export async function requireUndelegated(environment: Environment, stays: string): Promise<void> {
	const { PlatformDomain: name = "", ApexDomain: above = "" } = environment.parameters;
	const found = delegationAbove(await delegatedViews(name, above, dnsOf(environment)));
	if (found.state === "delegated") {
		throw new CommandFailed(exits.refused, {
			title: `${name} is still delegated, to ${found.to.join(", ")}, says ${found.says}.`,
			fix: `Take its NS records out of the zone of ${above}, then run this again. ${stays}`,
		});
	}
	if (found.state === "undelegated") return;
	throw new CommandFailed(exits.unasked, {
		title: `Not all name servers of ${above} say that ${name} is no longer delegated.`,
		fix: `Run this again when each of them answers for ${name} itself, and refers to nobody else. ${stays}`,
	});
}
