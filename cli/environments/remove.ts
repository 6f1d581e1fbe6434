import { deleteZone } from "../../services/delegated-zone.ts";
import { anyLiveClaim } from "../../services/live-claims.ts";
import { publicZonesOf } from "../../services/parent-zone.ts";
import { delegatedViews } from "../../services/public-dns.ts";
import { deleteStack } from "../../services/stacks.ts";
import type { Context } from "../context.ts";
import { CommandFailed, exits } from "../failures.ts";
import { requireAccount } from "./account.ts";
import { awaitGone, awaitRest } from "./deploy-stack.ts";
import type { Environment } from "./landscape.ts";
import { stackOf } from "./onboard.ts";
import { askAs } from "./resolvers.ts";
import type { Step } from "./steps.ts";

/**
 * What taking an environment down takes: the delegation goes first (it is the stack's own custom resource, which goes before the zone
 * that it names), the zone last. Refused while a tenant has a name there. Tables with the truth stay; each step can be repeated.
 */
export function removalSteps(environment: Environment, context: Context): Step[] {
	const { stage, accountId, account, parameters } = environment;
	const target = stackOf(environment);
	const { PlatformDomain: name = "" } = parameters;
	return [
		{ name: "account", act: () => requireAccount(account, accountId, stage) },
		{ name: "claims", act: () => requireNoClaims(environment) },
		{
			name: "delegation and stack",
			act: async () => {
				if (!(await awaitRest(target, context))) return `${target.stackName} is gone already`;
				await deleteStack(target);
				await awaitGone(target, context);
				return `${target.stackName} is gone; its tables and logs stay`;
			},
		},
		{
			name: "zone",
			act: async () => {
				const zones = await publicZonesOf(account.route53, name);
				if (zones.length > 0) await requireUndelegated(environment, name);
				let records = 0;
				for (const zoneId of zones) records += await deleteZone(account.route53, zoneId);
				return zones.length === 0 ? `${name} has no zone any more` : `${name}: deleted, with ${records} record sets`;
			},
		},
	];
}

/** The stack takes back what it has written; what hands have written it leaves, and a stranger could get the zone's name servers. */
async function requireUndelegated(environment: Environment, name: string): Promise<void> {
	const { ApexDomain: above = "" } = environment.parameters;
	askAs(environment);
	const views = await delegatedViews(name, above);
	const still = views.find(({ outcome }) => outcome === "found");
	if (still) {
		throw new CommandFailed(exits.refused, {
			title: `${name} is still delegated, to ${still.servers.join(", ")}, says ${still.resolver}.`,
			fix: `Take its NS records out of the zone of ${above}, then run this again. The zone stays until then.`,
		});
	}
	if (views.some(({ outcome }) => outcome === "none")) return;
	throw new CommandFailed(exits.unasked, {
		title: `Nobody could say whether ${name} is still delegated.`,
		fix: `Run this again when the name servers of ${above} answer. The zone stays until then.`,
	});
}

async function requireNoClaims({ stage, account }: Environment): Promise<string> {
	const hostname = await anyLiveClaim(account.dynamodb, `hostmaster-${stage}-registry`);
	if (hostname === undefined) return "no tenant has a name here";
	throw new CommandFailed(exits.refused, {
		title: `Tenants still have names in ${stage}, such as ${hostname}.`,
		fix: "Offboard them first (hostmaster tenants remove), and wait until their names are released. Nothing was changed.",
	});
}
