import type { ErrorName } from "../../domain/errors.ts";
import type { Check, Wait } from "../../domain/wait.ts";
import { resolveAddresses } from "../../services/dns-resolver.ts";
import type { TransactItem } from "../../services/dynamodb.ts";
import { probeEdge } from "../../services/edge-probe.ts";
import type { OutgoingEvent } from "../../services/outbox.ts";
import { isInSync } from "../../services/route53.ts";
import { setting } from "../../services/settings.ts";
import { spend } from "../../services/zone-lease.ts";
import type { Findings } from "../workflow/step.ts";
import { lookAtDetached } from "./look-at-detached.ts";
import { lookAtDomain } from "./look-at-domain.ts";
import { lookAtPrimary } from "./look-at-primary.ts";

/**
 * What one look found. `pending` covers 'could not ask' too: that is never a failure (R9), `lastSeen` says which it was.
 * `over`: it will never come, and why.
 */
export type Seen =
	/** `also` is written with what was found, or nothing is; so are `events`, which are sent then. */
	| { outcome: "done"; findings: Findings; also?: readonly TransactItem[]; events?: readonly OutgoingEvent[] }
	| { outcome: "pending"; lastSeen: string }
	| { outcome: "over"; error: ErrorName; detail: string };

export function look(check: Check, waits: readonly Wait[]): Promise<Seen> {
	switch (check.kind) {
		case "route53-change":
			return lookAtChange(check.subject);
		case "edge-probe":
			return lookThroughEdge(waits);
		case "domain-ownership":
		case "domain-certificate":
		case "domain-edge":
		case "domain-traffic":
		case "domain-watch":
			return lookAtDomain(check);
		case "domain-primary":
			return lookAtPrimary(check.subject);
		case "domain-detached":
			return lookAtDetached(waits);
	}
}

async function lookAtChange(changeId: string): Promise<Seen> {
	// Looks spend the same ten requests a second as the zone writer, so they ask the same bucket.
	const spending = await spend(setting("ZONE_ID"), 0, Date.now());
	if (spending.outcome !== "spent") return { outcome: "pending", lastSeen: "Route 53's request limit was used up." };
	if (!(await isInSync(changeId))) return { outcome: "pending", lastSeen: `Route 53 change ${changeId} is PENDING.` };
	const message = `Route 53 change ${changeId} is on all name servers.`;
	return { outcome: "done", findings: { RecordsInSync: { reason: "InSync", message, actor: "hostmaster" } } };
}

/** DNS answer, certificate, tenant: each has to be right at every address of the name. A probe has one wait. */
async function lookThroughEdge([wait]: readonly Wait[]): Promise<Seen> {
	if (!wait) return { outcome: "done", findings: {} };
	const { hostname, tenantId, generation } = wait;
	const found = await resolveAddresses(hostname);
	if (found.outcome === "not-found")
		return { outcome: "pending", lastSeen: `DNS has no address for '${hostname}' yet.` };
	if (found.outcome === "no-answer") {
		return { outcome: "pending", lastSeen: `The resolver gave no answer for '${hostname}' (${found.code}).` };
	}
	const answers = await Promise.all(found.addresses.map((address) => probeEdge(hostname, address)));
	for (const [at, answer] of answers.entries()) {
		const edge = `The edge at ${found.addresses[at]}`;
		if (answer.outcome === "no-answer") {
			return { outcome: "pending", lastSeen: `${edge} could not be asked: ${answer.because}.` };
		}
		const { status, tenant } = answer;
		if (tenant?.tenantId !== tenantId || tenant.generation < generation) {
			const who = tenant ? `tenant ${tenant.tenantId}, generation ${tenant.generation}` : "no tenant";
			return { outcome: "pending", lastSeen: `${edge} answered ${status} for ${who}.` };
		}
	}
	// Serving becomes true in the next step, which calls the hostname active.
	return { outcome: "done", findings: {} };
}
