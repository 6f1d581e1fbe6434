import { tagsOf } from "../../scripts/release-template.ts";
import { deleteZone } from "../../services/delegated-zone.ts";
import { publicZonesOf } from "../../services/parent-zone.ts";
import { tagsOfZone } from "../../services/zone-state.ts";
import { CommandFailed, exits } from "../failures.ts";
import type { Environment } from "./landscape.ts";
import { requireUndelegated } from "./withdraw-delegation.ts";

/**
 * Deletes the environment's zone with all that stands in it, once nobody delegates to it. `own`: the id that the stack has told; once
 * the stack is gone only the tags say whose a zone is, and one of the same name without them is nobody's to delete. Safe to repeat.
 */
export async function removeZone(environment: Environment, own: string | undefined): Promise<string> {
	const { account, parameters } = environment;
	const { PlatformDomain: name = "" } = parameters;
	const zones = await publicZonesOf(account.route53, name);
	const ours = own === undefined ? await taggedOf(environment, zones) : zones.filter((zoneId) => zoneId === own);
	const others = zones.filter((zoneId) => !ours.includes(zoneId));
	const left = others.length === 0 ? "" : `; ${others.join(", ")} of the same name stays: it is not this environment's`;
	if (ours.length === 0) {
		if (own === undefined && others.length > 0) throw untagged(environment, others);
		return `${name} has no zone any more${left}`;
	}
	await requireUndelegated(environment, "The zone stays until then.");
	let records = 0;
	for (const zoneId of ours) records += await deleteZone(account.route53, zoneId);
	return `${name}: deleted, with ${records} record sets${left}`;
}

async function taggedOf({ account, stage }: Environment, zones: readonly string[]): Promise<string[]> {
	const wanted = Object.entries(tagsOf(stage));
	const ours: string[] = [];
	for (const zoneId of zones) {
		const tags = await tagsOfZone(account.route53, zoneId);
		if (wanted.every(([key, value]) => tags[key] === value)) ours.push(zoneId);
	}
	return ours;
}

function untagged({ stage, parameters }: Environment, others: readonly string[]): CommandFailed {
	const tags = Object.entries(tagsOf(stage)).map(([key, value]) => `${key}=${value}`);
	return new CommandFailed(exits.refused, {
		title: `Nobody can say whose zone ${others.join(", ")} of ${parameters["PlatformDomain"]} is: the stack is gone, and the tags are not this environment's.`,
		fix: `If it is this environment's, tag it ${tags.join(" and ")}, and run this again; if not, nothing is left to be done. It stays until then.`,
	});
}
