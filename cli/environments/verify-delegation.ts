import { authorityTrouble, type DelegationTrouble, publicTrouble } from "../../domain/delegation.ts";
import { type DnsPlace, delegatedViews, publicViews, serverViews } from "../../services/public-dns.ts";
import type { Stack } from "../../services/stacks.ts";
import { nameServersOf } from "../../services/zone-state.ts";
import type { Context } from "../context.ts";
import { CommandFailed, exits } from "../failures.ts";
import type { Environment } from "./landscape.ts";
import { dnsOf } from "./resolvers.ts";
import { seen, untilSeen } from "./seen.ts";

/** A stack as it stands, and how to have it stand its delegation up again. */
export interface Standing {
	stack: () => Stack;
	/** Deploys the stack so that it writes and checks its delegation, though nothing else has changed. */
	delegateAgain: () => Promise<void>;
}

/**
 * Sees that the zone above and two resolvers name exactly the zone's servers, and that each of these answers with authority. What hands
 * have broken above is stood up again by the stack, as the owner of the NS (R14), where it is that; then it is looked at again.
 */
export async function verifyDelegation(
	environment: Environment,
	context: Context,
	standing: Standing,
): Promise<string> {
	const { stage, account, parameters } = environment;
	const { PlatformDomain: name = "", ApexDomain: above = "" } = parameters;
	const { PlatformZoneId: zoneId } = standing.stack().outputs;
	if (!zoneId) {
		const fix = `hostmaster environments onboard ${stage}, from a checkout that tells it.`;
		throw new CommandFailed(exits.failed, { title: `The stack of ${stage} does not tell its zone.`, fix });
	}
	const servers = await nameServersOf(account.route53, zoneId);
	const dns = dnsOf(environment);
	const isOwn = standing.stack().parameters["DelegationRole"] !== "";
	const broken = await troubleAbove({ name, above, servers, dns });
	if (broken && isOwn) {
		context.tell(`      ${broken.message} The stack delegates again.`);
		await standing.delegateAgain();
	}
	return await untilSeen(context, async () => {
		const { trouble, isAsked } = await lookAt({ name, above, servers, dns });
		if (!trouble) return seen(`${name} leads to ${servers.length} servers, which all answer for it`);
		const report = { title: trouble.message, fix: `${trouble.fix} Then run this again.` };
		return { exit: isAsked ? exits.failed : exits.unasked, report };
	});
}

interface Wanted {
	name: string;
	/** The zone that delegates. */
	above: string;
	servers: readonly string[];
	dns: DnsPlace;
}

/** What is wrong, in the order in which one thing rests on another. Where nobody answers, nothing is said of the delegation (R9). */
async function lookAt(wanted: Wanted): Promise<{ trouble: DelegationTrouble | undefined; isAsked: boolean }> {
	const broken = await troubleAbove(wanted);
	if (broken) return { trouble: broken, isAsked: true };
	const { name, servers, dns } = wanted;
	const views = await publicViews(name, dns);
	const trouble = publicTrouble(name, servers, views) ?? authorityTrouble(name, await serverViews(name, servers, dns));
	return { trouble, isAsked: views.some(({ outcome }) => outcome !== "no-answer") };
}

/** Asked first, and alone: a resolver that is asked while nobody delegates remembers that for up to 15 minutes. */
async function troubleAbove({ name, above, servers, dns }: Wanted): Promise<DelegationTrouble | undefined> {
	const views = await delegatedViews(name, above, dns);
	const said = views.filter(({ outcome }) => outcome !== "no-answer");
	return said.length === 0 ? undefined : publicTrouble(name, servers, said);
}
