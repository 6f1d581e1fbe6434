import { type Claim, wasProven } from "../../domain/claim.ts";
import { type DomainRelation, proofsFor, relationOf } from "../../domain/domain-relations.ts";
import { registrableDomain } from "../../domain/registrable.ts";
import type { Check } from "../../domain/wait.ts";
import { changeClaim, isCurrent, readClaim } from "../../services/claims.ts";
import { isoNow } from "../../services/clock.ts";
import { findTenant } from "../../services/distribution-tenant-views.ts";
import { describeDomainCertificate } from "../../services/domain-certificates.ts";
import { transact } from "../../services/dynamodb.ts";
import { neighbourhoodPut, readNeighbourhood } from "../../services/neighbours.ts";
import { checkPut } from "../../services/waits.ts";
import { customOf } from "../custom-of.ts";
import { diagnoseClaim } from "../diagnose-claim.ts";
import type { Seen } from "./look.ts";
import { lookAtCertificate } from "./look-at-certificate.ts";
import { eventOf, noteObstacle } from "./note-obstacle.ts";
import { watchDomain } from "./watch-domain.ts";

/** What stands in the way of a custom domain, by the same diagnosis that callers get. */
export async function lookAtDomain({ kind, subject }: Check): Promise<Seen> {
	const [hostname = "", generation] = subject.split("#");
	const claim = await readClaim(hostname);
	if (!claim?.custom || !isCurrent(claim, Number(generation))) {
		if (kind === "domain-watch" && claim) await watchOn(claim);
		// Whoever waits for it is told that it is over; a watch ends.
		return { outcome: "done", findings: {} };
	}
	switch (kind) {
		case "domain-ownership":
			return await lookAtOwnership(claim);
		case "domain-certificate":
			return await lookAtCertificate(claim);
		case "domain-edge":
			return await lookAtEdge(claim);
		case "domain-watch":
			return await watchDomain(claim);
		default:
			return await lookAtTraffic(claim);
	}
}

/** What a repair or another attempt has given a new generation is watched on. Crash here? The check of the one before is due still. */
async function watchOn(claim: Claim): Promise<void> {
	const { hostname, generation, intent, custom } = claim;
	if (!custom || intent !== "serve" || !wasProven(claim)) return;
	await transact([checkPut({ kind: "domain-watch", subject: `${hostname}#${generation}` }, isoNow())]);
}

async function lookAtOwnership(before: Claim): Promise<Seen> {
	const neighbourhood = await readNeighbourhood(before.hostname);
	const relation = relationOf(before.hostname, neighbourhood.others, before.tenantId);
	if (relation.state === "refused") {
		const detail = `Another tenant has attached a domain that overlaps with '${before.hostname}' meanwhile.`;
		return { outcome: "over", error: "DomainTaken", detail };
	}
	const claim = await withRecord(await withProofs(before, relation));
	const diagnosis = await diagnoseClaim(claim, "ownership");
	if (!diagnosis.ok) return await noteObstacle(before, "OwnershipVerified", diagnosis);
	// Of two tenants that try for names that overlap, the first that proves one wins: who decides at the same moment looks again.
	const message = "DNS shows what only this tenant's attempt could have put there.";
	const findings = { OwnershipVerified: { reason: "Proven", message, actor: "hostmaster" } } as const;
	const events = [await eventOf(claim, "DomainVerified", {}, isoNow())];
	// It is watched from here on, whatever becomes of its attachment.
	const watch = checkPut({ kind: "domain-watch", subject: `${claim.hostname}#${claim.generation}` }, isoNow());
	return { outcome: "done", findings, also: [neighbourhoodPut(neighbourhood, claim.hostname), watch], events };
}

/** What others hold around a name may have changed since it was asked for: then a CNAME does not prove any more, or does again. */
async function withProofs(claim: Claim, relation: DomainRelation): Promise<Claim> {
	const { hostname } = claim;
	const { validation, proofs, endpoint, onceAnothers } = customOf(claim);
	const isApex = registrableDomain(hostname) === hostname;
	const count = proofsFor({
		...{ validation, isApex, wildcard: hostname.startsWith("*."), direct: endpoint !== undefined },
		relation: onceAnothers ? { state: "contested" } : relation,
	});
	if (count.join() === proofs.join()) return claim;
	return await changeClaim(claim, (held) => ({ ...held, custom: { ...customOf(held), proofs: count } }));
}

/** The record of a certificate that was asked for with the domain, when ACM did not tell it at once: its customer is to set it with the others. */
async function withRecord(claim: Claim): Promise<Claim> {
	const { certificateArn: arn, validation, validationRecord: known } = customOf(claim);
	if (validation !== "dns" || arn === undefined || known) return claim;
	const validationRecord = (await describeDomainCertificate(arn))?.validationRecord;
	if (!validationRecord) return claim;
	return await changeClaim(claim, (held) => {
		const custom = customOf(held);
		return custom.certificateArn === arn ? { ...held, custom: { ...custom, validationRecord } } : held;
	});
}

async function lookAtEdge(claim: Claim): Promise<Seen> {
	const tenant = await findTenant(claim.hostname);
	if (tenant?.status !== "Deployed" || tenant.domainStatus !== "active") {
		const lastSeen = tenant
			? `CloudFront has it ${tenant.status}, the domain ${tenant.domainStatus ?? "unknown"}.`
			: "CloudFront does not show the distribution tenant yet.";
		return { outcome: "pending", lastSeen };
	}
	const message = "CloudFront answers for the domain with its certificate.";
	return { outcome: "done", findings: { EdgeAttached: { reason: "Deployed", message, actor: "hostmaster" } } };
}

async function lookAtTraffic(claim: Claim): Promise<Seen> {
	const diagnosis = await diagnoseClaim(claim, "traffic");
	if (!diagnosis.ok) return await noteObstacle(claim, "RecordsInSync", diagnosis);
	const message = "The domain leads to the edge, which answers for this tenant.";
	return { outcome: "done", findings: { RecordsInSync: { reason: "LeadsToEdge", message, actor: "hostmaster" } } };
}
