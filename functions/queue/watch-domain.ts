import { ulid } from "ulid";
import { expiryNotice } from "../../domain/certificate-expiry.ts";
import type { Claim } from "../../domain/claim.ts";
import { withCondition } from "../../domain/conditions.ts";
import type { CustomDomain } from "../../domain/custom-domain.ts";
import type { Verdict } from "../../domain/domain-diagnosis/catalogue.ts";
import { hasTraffic, showsAnother, whereaboutsBy } from "../../domain/domain-diagnosis/whereabouts.ts";
import { HostmasterError } from "../../domain/errors.ts";
import { limits } from "../../domain/limits.ts";
import { isOpen } from "../../domain/operation.ts";
import { detachSteps } from "../../domain/operation-kinds.ts";
import { planDetachment } from "../../domain/plan-domain.ts";
import { changeClaim } from "../../services/claims.ts";
import { isoNow } from "../../services/clock.ts";
import { readOperation } from "../../services/operations.ts";
import { outboxPut, sendOut } from "../../services/outbox.ts";
import { certificateOf } from "../certificate-of.ts";
import { changeDomain } from "../change-domain.ts";
import { customOf } from "../custom-of.ts";
import { diagnoseClaim, examineClaim } from "../diagnose-claim.ts";
import { dropFormerCertificates } from "../drop-former-certificates.ts";
import type { Seen } from "./look.ts";
import { eventOf, noteObstacle } from "./note-obstacle.ts";

const dayMs = 86_400_000;

/**
 * The daily look at a domain that was proven, for ever: whether its certificate is renewed, and whether it still leads here. One that leads
 * elsewhere is degraded, and is taken down when it has for 14 days and nobody comes by it: whoever owns the name by then has not asked
 * for us. One that leads here and is not as it must be is degraded, and stays. One whose attachment has failed never was more than its
 * failure says: it is taken down just so, or its name would be kept for ever.
 */
export async function watchDomain(before: Claim): Promise<Seen> {
	if (await isUnderWay(before)) return { outcome: "pending", lastSeen: "An operation of its own is under way." };
	const claim = await watchCertificate(await dropFormerCertificates(before));
	const { diagnosis, observed } = await examineClaim(claim, "traffic");
	if (diagnosis.ok) return await leadsHere(claim);
	// Nobody's to mend yet, or nobody could be asked: that is not worth a word (R9).
	if (diagnosis.actor === "hostmaster") {
		return { outcome: "pending", lastSeen: `${diagnosis.reason}: ${diagnosis.message}` };
	}
	const whereabouts = whereaboutsBy(diagnosis);
	if (whereabouts !== "elsewhere") {
		const stays = whereabouts === "here" ? await withCustom(claim, { movedSince: undefined }) : claim;
		return await noteDegraded(stays, diagnosis);
	}
	if (hasTraffic(observed, claim.tenantId) && !showsAnother(diagnosis)) return await noteInUse(claim, diagnosis);
	return await countDown(claim, diagnosis);
}

/**
 * Visitors reach the tenant by it all the same: somebody else's edge stands before ours, or the proof of its ownership is gone. Nothing is
 * taken from them, and the days elsewhere begin when that ends.
 */
async function noteInUse(claim: Claim, diagnosis: Verdict): Promise<Seen> {
	const stays = await withCustom(claim, { movedSince: undefined });
	const message = `${diagnosis.message} Visitors still reach this tenant by it, so that it stays.`;
	return await noteObstacle(stays, "RecordsInSync", { ...diagnosis, message }, { detailType: "DomainDegraded" });
}

/** The days of grace, after which it is taken down; where that is refused a person has to act first, who is told. */
async function countDown(claim: Claim, diagnosis: Verdict): Promise<Seen> {
	const { movedSince } = customOf(claim);
	if (movedSince === undefined) {
		const moved = await withCustom(claim, { movedSince: isoNow() });
		return await noteDegraded(moved, diagnosis, true);
	}
	const isOver = Date.parse(movedSince) + limits.movedGrace.value * dayMs <= Date.now();
	if (!isOver) return await noteDegraded(claim, diagnosis);
	const refusal = await takeDown(claim, movedSince);
	if (refusal === undefined) {
		return { outcome: "pending", lastSeen: `It has led elsewhere since ${movedSince}, and is taken down.` };
	}
	const message = `${diagnosis.message} It has led elsewhere since ${movedSince}, and is not taken down.`;
	const verdict = { ...diagnosis, message, actor: "operator", fix: refusal } as const;
	const tellsAgain = claim.conditions.RecordsInSync.actor !== verdict.actor;
	return await noteObstacle(claim, "RecordsInSync", verdict, { detailType: "DomainDegraded", tellsAgain });
}

async function isUnderWay({ lastOperationId }: Claim): Promise<boolean> {
	const operation = lastOperationId === undefined ? undefined : await readOperation(lastOperationId);
	return operation !== undefined && isOpen(operation);
}

/** One that was never active cannot be degraded: its failure tells already what is missing. */
async function noteDegraded(claim: Claim, diagnosis: Verdict, tellsAgain = false): Promise<Seen> {
	if (claim.conditions.Serving.status === "true") {
		return await noteObstacle(claim, "RecordsInSync", diagnosis, { detailType: "DomainDegraded", tellsAgain });
	}
	return { outcome: "pending", lastSeen: `${diagnosis.reason}: ${diagnosis.message}` };
}

async function leadsHere(claim: Claim): Promise<Seen> {
	const lastSeen = "It leads to the edge, which answers for this tenant.";
	const isWell = claim.conditions.RecordsInSync.status === "true";
	if (customOf(claim).movedSince === undefined && isWell) return { outcome: "pending", lastSeen };
	const back = { status: "true", reason: "LeadsToEdge", message: lastSeen, actor: "hostmaster" } as const;
	await changeClaim(claim, (held) => {
		const { movedSince: _, ...custom } = customOf(held);
		return { ...held, custom, conditions: withCondition(held.conditions, "RecordsInSync", back, isoNow()) };
	});
	return { outcome: "pending", lastSeen };
}

/** What has to be done before it can be; undefined when it is being taken down. */
async function takeDown({ tenantId, hostname, generation }: Claim, movedSince: string): Promise<string | undefined> {
	const correlationId = `watch-${ulid()}`;
	try {
		await changeDomain({
			...{ kind: "detach-domain", steps: detachSteps, tenantId, hostname, requestedBy: "watch", correlationId },
			keyed: undefined,
			plan: (standing, moment) => {
				const { claim } = standing;
				// A look that was faster has found that it leads here again, or its tenant has begun something new.
				if (claim?.generation !== generation || claim.custom?.movedSince !== movedSince) {
					throw new HostmasterError("Superseded", `'${hostname}' has changed since it was looked at.`);
				}
				return { planned: planDetachment(standing, hostname, moment) };
			},
		});
		return undefined;
	} catch (error) {
		if (!(error instanceof HostmasterError) || error.name !== "DomainInUse") throw error;
		return error.detail;
	}
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
