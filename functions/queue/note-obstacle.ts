import { ulid } from "ulid";
import type { Claim } from "../../domain/claim.ts";
import { type Condition, type ConditionType, withCondition } from "../../domain/conditions.ts";
import type { Verdict } from "../../domain/domain-diagnosis/catalogue.ts";
import { changeClaim } from "../../services/claims.ts";
import { isoNow } from "../../services/clock.ts";
import { type OutgoingEvent, outboxPut, sendOut } from "../../services/outbox.ts";
import { readTenant } from "../../services/tenants.ts";
import type { Seen } from "./look.ts";

/**
 * Shows on the claim's condition what stands in the way, when that has changed, and tells the platform once for each reason.
 * What is nobody's to mend yet is 'unknown': pending is no failure (R9).
 */
export async function noteObstacle(
	claim: Claim,
	type: ConditionType,
	verdict: Verdict,
	detailType: "DomainActionRequired" | "DomainDegraded" = "DomainActionRequired",
): Promise<Seen> {
	const { reason, message, actor, fix } = verdict;
	const lastSeen = `${reason}: ${message}`;
	const change = conditionOf(verdict);
	const held = claim.conditions[type];
	if (held.reason === change.reason && held.message === change.message) return { outcome: "pending", lastSeen };
	const now = isoNow();
	const isNews = held.reason !== change.reason && actor !== "hostmaster";
	const event = isNews ? await eventOf(claim, detailType, { reason, message, actor, fix }, now) : undefined;
	await changeClaim(
		claim,
		(before) => ({ ...before, conditions: withCondition(before.conditions, type, change, now), updatedAt: now }),
		event ? [outboxPut(event)] : [],
	);
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
