import { ulid } from "ulid";
import type { Claim } from "../../domain/claim.ts";
import { type Condition, type ConditionType, withCondition } from "../../domain/conditions.ts";
import { undetermined, type Verdict } from "../../domain/domain-diagnosis/catalogue.ts";
import { changeClaim } from "../../services/claims.ts";
import { isoNow } from "../../services/clock.ts";
import { type OutgoingEvent, outboxPut, sendOut } from "../../services/outbox.ts";
import { readTenant } from "../../services/tenants.ts";
import type { Seen } from "./look.ts";

interface Telling {
	detailType?: "DomainActionRequired" | "DomainDegraded";
	/** Something else follows from the reason now than when it was told. */
	tellsAgain?: boolean;
}

/** A look that was faster has found that nothing stands in the way, or has told what does. */
class Overtaken extends Error {}

/**
 * Shows on the claim's condition what stands in the way, when that has changed, and tells the platform once for each reason. `claim`: as it stood
 * when the look began; what has become true since is newer than what the look saw. What is nobody's to mend yet is 'unknown': pending is no
 * failure (R9). Where nobody could be asked, what is known stands: it is neither lost nor told again when it is seen again.
 */
export async function noteObstacle(
	claim: Claim,
	type: ConditionType,
	verdict: Verdict,
	{ detailType = "DomainActionRequired", tellsAgain = false }: Telling = {},
): Promise<Seen> {
	const { reason, message, actor, fix } = verdict;
	const lastSeen = `${reason}: ${message}`;
	const change = conditionOf(verdict);
	const held = claim.conditions[type];
	const isShown = held.reason === change.reason && held.message === change.message && held.fix === change.fix;
	if (isShown || (undetermined.has(reason) && held.status !== "unknown")) return { outcome: "pending", lastSeen };
	const now = isoNow();
	const telling = `${type} ${reason}`;
	// A look that saw something of ours in between makes it no news; to have been well in between does.
	const isUntold = tellsAgain || held.status === "true" || claim.custom?.told !== telling;
	const isNews = isUntold && actor !== "hostmaster";
	const event = isNews ? await eventOf(claim, detailType, { reason, message, actor, fix }, now) : undefined;
	try {
		await changeClaim(
			claim,
			(before) => {
				if (held.status !== "true" && before.conditions[type].status === "true") throw new Overtaken();
				// Another look has shown and told the very same while this one was on its way.
				const isTold = before.custom?.told === telling && claim.custom?.told !== telling;
				if (event && isTold) throw new Overtaken();
				const conditions = withCondition(before.conditions, type, change, now);
				const after = { ...before, conditions, updatedAt: now };
				return event && before.custom ? { ...after, custom: { ...before.custom, told: telling } } : after;
			},
			event ? [outboxPut(event)] : [],
		);
	} catch (error) {
		if (error instanceof Overtaken) return { outcome: "pending", lastSeen };
		throw error;
	}
	// Crash here? The event is in the outbox, and the sweeper sends it.
	if (event) await sendOut([event]);
	return { outcome: "pending", lastSeen };
}

function conditionOf({ reason, message, actor, fix }: Verdict): Omit<Condition, "since"> {
	const status = actor === "hostmaster" ? "unknown" : "false";
	return { status, reason: pascalCase(reason), message, actor, fix };
}

/** `cname-wrong` → `CnameWrong`, as conditions spell their reasons. */
function pascalCase(code: string): string {
	return code.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** An event about a custom domain, of no operation. */
export async function eventOf(
	claim: Claim,
	detailType: string,
	more: Record<string, unknown>,
	now: string,
): Promise<OutgoingEvent> {
	const tenant = await readTenant(claim.tenantId);
	const eventId = `evt_${ulid(Date.parse(now))}`;
	const { tenantId, hostname } = claim;
	const about = { tenantId, hostname, slug: tenant?.slug, externalRef: tenant?.externalRef };
	return { eventId, detailType, createdAt: now, detail: { version: 1, eventId, occurredAt: now, ...about, ...more } };
}
