import { ulid } from "ulid";
import { expiryNotice } from "../../domain/certificate-expiry.ts";
import type { Claim } from "../../domain/claim.ts";
import { withCondition } from "../../domain/conditions.ts";
import type { CustomDomain } from "../../domain/custom-domain.ts";
import type { Verdict } from "../../domain/domain-diagnosis/catalogue.ts";
import { hasTraffic, whereaboutsBy } from "../../domain/domain-diagnosis/whereabouts.ts";
import { limits } from "../../domain/limits.ts";
import { detachSteps } from "../../domain/operation-kinds.ts";
import { planDetachment } from "../../domain/plan-domain.ts";
import { changeClaim } from "../../services/claims.ts";
import { isoNow } from "../../services/clock.ts";
import { outboxPut, sendOut } from "../../services/outbox.ts";
import { certificateOf } from "../certificate-of.ts";
import { changeDomain } from "../change-domain.ts";
import { customOf } from "../custom-of.ts";
import { diagnoseClaim, examineClaim } from "../diagnose-claim.ts";
import type { Seen } from "./look.ts";
import { eventOf, noteObstacle } from "./note-obstacle.ts";

const dayMs = 86_400_000;

/**
 * The daily look at an active domain, for ever: whether its certificate is renewed, and whether it still leads here. One that leads
 * elsewhere is degraded, and is taken down when it has for 14 days and nobody comes by it: whoever owns the name by then has not asked
 * for us. One that leads here and is not as it must be is degraded, and stays.
 */
export async function watchDomain(before: Claim): Promise<Seen> {
	const claim = await watchCertificate(before);
	const { diagnosis, observed } = await examineClaim(claim, "traffic");
	if (diagnosis.ok) return await leadsHere(claim);
	// Nobody's to mend yet, or nobody could be asked: that is not worth a word (R9).
	if (diagnosis.actor === "hostmaster") {
		return { outcome: "pending", lastSeen: `${diagnosis.reason}: ${diagnosis.message}` };
	}
	const whereabouts = whereaboutsBy(diagnosis);
	if (whereabouts !== "elsewhere") {
		const stays = whereabouts === "here" ? await withCustom(claim, { movedSince: undefined }) : claim;
		return await noteObstacle(stays, "RecordsInSync", diagnosis, "DomainDegraded");
	}
	if (hasTraffic(observed, claim.tenantId)) return await noteProxied(claim, diagnosis);
	const since = customOf(claim).movedSince ?? isoNow();
	if (Date.parse(since) + limits.movedGrace.value * dayMs <= Date.now()) return await takeDown(claim, since);
	const moved = await withCustom(claim, { movedSince: since });
	return await noteObstacle(moved, "RecordsInSync", diagnosis, "DomainDegraded");
}

/** Visitors come by way of somebody else's edge: nothing is taken from them, and the days elsewhere begin when that ends. */
async function noteProxied(claim: Claim, diagnosis: Verdict): Promise<Seen> {
	const stays = await withCustom(claim, { movedSince: undefined });
	const message = `${diagnosis.message} Visitors still reach this tenant by it, so that it stays.`;
	return await noteObstacle(stays, "RecordsInSync", { ...diagnosis, message }, "DomainDegraded");
}

async function leadsHere(claim: Claim): Promise<Seen> {
	const lastSeen = "It leads to the edge, which answers for this tenant.";
	const { movedSince, ...custom } = customOf(claim);
	if (movedSince === undefined && claim.conditions.RecordsInSync.status === "true")
		return { outcome: "pending", lastSeen };
	const back = { status: "true", reason: "LeadsToEdge", message: lastSeen, actor: "hostmaster" } as const;
	await changeClaim(claim, (held) => ({
		...held,
		custom: { ...custom, ...lastAsked(held) },
		conditions: withCondition(held.conditions, "RecordsInSync", back, isoNow()),
	}));
	return { outcome: "pending", lastSeen };
}

function lastAsked(claim: Claim): Pick<CustomDomain, "verifiedAskedAt"> {
	const { verifiedAskedAt } = customOf(claim);
	return verifiedAskedAt === undefined ? {} : { verifiedAskedAt };
}

/** Its customer may be leaving by itself, or the tenant's primary name may be in the way: then a person decides. */
async function takeDown(claim: Claim, since: string): Promise<Seen> {
	const { tenantId, hostname } = claim;
	const correlationId = `watch-${ulid()}`;
	await changeDomain({
		...{ kind: "detach-domain", steps: detachSteps, tenantId, hostname, requestedBy: "watch", correlationId },
		keyed: undefined,
		plan: (standing, moment) => ({ planned: planDetachment(standing, hostname, moment) }),
	});
	return { outcome: "pending", lastSeen: `It has led elsewhere since ${since}, and is taken down.` };
}

/** Notes a renewal, and warns in time when none comes. */
async function watchCertificate(claim: Claim): Promise<Claim> {
	const found = await certificateOf(claim);
	if (found?.notAfter === undefined) return claim;
	const { certificateEndsAt, expiryTold, validation } = customOf(claim);
	const { notBefore, notAfter, renewal } = found;
	const renewed = certificateEndsAt !== notAfter;
	const notice = expiryNotice({ notBefore, notAfter, renewal }, isoNow(), renewed ? undefined : expiryTold);
	if (!notice) {
		return renewed ? await withCustom(claim, { certificateEndsAt: notAfter, expiryTold: undefined }) : claim;
	}
	const diagnosis = await diagnoseClaim(claim, "certificate", async () => found);
	const asked = diagnosis.ok
		? {
				message: "Its renewal is not through yet.",
				fix: `Look at it in ${validation === "dns" ? "ACM" : "CloudFront"}.`,
			}
		: { message: diagnosis.message, fix: diagnosis.fix };
	const now = isoNow();
	const event = await eventOf(claim, "CertificateExpiring", { endsAt: notAfter, ...notice, ...asked }, now);
	const told = await changeClaim(
		claim,
		(held) => ({ ...held, custom: { ...customOf(held), certificateEndsAt: notAfter, expiryTold: notice.stage } }),
		[outboxPut(event)],
	);
	await sendOut([event]);
	return told;
}

async function withCustom(claim: Claim, change: { [Key in keyof CustomDomain]?: CustomDomain[Key] | undefined }) {
	const { custom } = claim;
	const entries = Object.entries(change) as [keyof CustomDomain, unknown][]; // Object.entries forgets the keys' type
	if (entries.every(([key, value]) => custom?.[key] === value)) return claim;
	return await changeClaim(claim, (held) => {
		const after: Record<string, unknown> = { ...customOf(held), ...change };
		for (const [key, value] of entries) if (value === undefined) delete after[key];
		// Members of its own type were put in, or taken out where they are optional.
		return { ...held, custom: after as CustomDomain };
	});
}
