import { isoNow } from "../../services/clock.ts";
import { anyLiveClaim } from "../../services/live-claims.ts";
import { pauseRegistry, resumeRegistry } from "../../services/removal-pause.ts";
import { CommandFailed, exits } from "../failures.ts";
import type { Environment } from "./landscape.ts";

/** By which the pause of a removal is known from one that somebody has asked for. */
const remover = "hostmaster environments remove";

const registryOf = ({ stage }: Environment): string => `hostmaster-${stage}-registry`;

/** How far a removal has come when it looks for claims. */
export type Progress = "untouched" | "paused" | "undelegated" | "stackless";

/**
 * Stops all new work of an environment that is to go: what is accepted from here on is begun by nobody, and can be seen by whoever looks
 * for claims. Nothing closes the API at once; it goes with the stack. Safe to repeat.
 */
export async function stopNewWork(environment: Environment): Promise<string> {
	const pause = { reason: "This environment is being removed.", by: remover, since: isoNow() };
	const outcome = await pauseRegistry(environment.account.dynamodb, registryOf(environment), pause);
	await requireNoClaims(environment, "paused");
	if (outcome === undefined) return "there is no registry";
	return outcome === "paused" ? "paused, and still no tenant has a name here" : "somebody has paused it already";
}

/** Lets new work of an environment begin that a removal has stopped, and has not ended; somebody's own pause stays. Safe to repeat. */
export async function letWorkBegin(environment: Environment): Promise<string> {
	const resumed = await resumeRegistry(environment.account.dynamodb, registryOf(environment), remover);
	return resumed ? "begins again, after a removal that was not ended" : "no removal has stopped it";
}

/**
 * Throws CommandFailed while a tenant has a name, with what to do as far as the removal has come; new work begins again then, as long as
 * there is who could do it.
 */
export async function requireNoClaims(environment: Environment, progress: Progress): Promise<string> {
	const { stage, account } = environment;
	const hostname = await anyLiveClaim(account.dynamodb, registryOf(environment));
	if (hostname === undefined) return "no tenant has a name here";
	if (progress === "paused" || progress === "undelegated") await letWorkBegin(environment);
	throw new CommandFailed(exits.refused, {
		title:
			progress === "untouched"
				? `Tenants still have names in ${stage}, such as ${hostname}.`
				: `${hostname} was claimed in ${stage} while it was being removed.`,
		fix: fixOf(environment, progress),
	});
}

function fixOf(environment: Environment, progress: Progress): string {
	const offboard = "Offboard them first (hostmaster tenants remove), and wait until their names are released.";
	const { stage } = environment;
	switch (progress) {
		case "untouched":
			return `${offboard} Nothing was changed.`;
		case "paused":
			return `${offboard} New work begins again meanwhile. Then run this again.`;
		case "undelegated":
			return `${offboard} For that its delegation has to stand again: hostmaster environments onboard ${stage}. Then run this again.`;
		case "stackless":
			return `Nothing was made for it, since new work was paused, and the API is gone. Tell whoever asked for it; delete the table ${registryOf(environment)}, or this claim in it (docs/deploy.md, Teardown); then run this again. The zone stays until then.`;
	}
}
