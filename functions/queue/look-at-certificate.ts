import { hasEnded } from "../../domain/certificate-status.ts";
import type { Claim } from "../../domain/claim.ts";
import { withCertificate } from "../../domain/custom-domain.ts";
import { changeClaim } from "../../services/claims.ts";
import { isoNow } from "../../services/clock.ts";
import { findTenant } from "../../services/distribution-tenant-views.ts";
import type { DomainCertificate } from "../../services/domain-certificates.ts";
import { certificateOf } from "../certificate-of.ts";
import { customOf } from "../custom-of.ts";
import { diagnoseClaim } from "../diagnose-claim.ts";
import type { Seen } from "./look.ts";
import { eventOf, noteObstacle } from "./note-obstacle.ts";

/** Whether the certificate is issued; its terminal states end the wait (R9). */
export async function lookAtCertificate(before: Claim): Promise<Seen> {
	const found = await certificateOf(before);
	const { hostname } = before;
	// CloudFront creates the tenant first, and tells of its certificate some time later.
	if (!found && (await hasEdge(before))) {
		return { outcome: "pending", lastSeen: `CloudFront does not tell of a certificate of '${hostname}' yet.` };
	}
	if (!found) {
		return { outcome: "over", error: "CertificateFailed", detail: `The certificate of '${hostname}' is gone.` };
	}
	// CloudFront tells of the one before for a moment, when it was asked for another.
	if (found.arn !== undefined && customOf(before).formerCertificates?.includes(found.arn)) {
		return { outcome: "pending", lastSeen: `CloudFront does not tell of the new certificate of '${hostname}' yet.` };
	}
	const claim = await noted(before, found);
	if (found.status === "ISSUED") {
		const message = `A certificate for '${hostname}' is issued${found.notAfter ? `, until ${found.notAfter}` : ""}.`;
		const findings = { CertificateIssued: { reason: "Issued", message, actor: "hostmaster" } } as const;
		const events = [await eventOf(claim, "CertificateIssued", { endsAt: found.notAfter }, isoNow())];
		return { outcome: "done", findings, events };
	}
	const diagnosis = await diagnoseClaim(claim, "certificate", async () => found);
	if (hasEnded(found.status)) {
		const detail = diagnosis.ok
			? `The certificate is ${found.status} (${found.reason ?? "no reason was given"}).`
			: `${diagnosis.message} ${diagnosis.fix}`;
		return { outcome: "over", error: "CertificateFailed", detail };
	}
	if (diagnosis.ok) return { outcome: "pending", lastSeen: `The certificate is ${found.status}.` };
	return await noteObstacle(before, "CertificateIssued", diagnosis);
}

/** Whether CloudFront has the distribution tenant with which it was asked for a certificate of its own. */
async function hasEdge({ hostname, custom }: Claim): Promise<boolean> {
	const id = custom?.validation === "http" ? custom.distributionTenantId : undefined;
	return id !== undefined && (await findTenant(hostname, id)) !== undefined;
}

/** What a deletion and a renewal have to know of it. */
async function noted(claim: Claim, { arn, validationRecord, notAfter }: DomainCertificate & { arn?: string }) {
	const { certificateArn, certificateEndsAt, validationRecord: known } = customOf(claim);
	const isKnown = certificateArn === arn && certificateEndsAt === notAfter && known?.name === validationRecord?.name;
	if (isKnown) return claim;
	return await changeClaim(claim, (held) => {
		const custom = customOf(held);
		// Another was asked for while this one was looked at.
		if (custom.certificateArn !== certificateArn) return held;
		return {
			...held,
			custom: {
				...(arn === undefined ? custom : withCertificate(custom, arn)),
				...(notAfter !== undefined && { certificateEndsAt: notAfter }),
				...(validationRecord && custom.validation === "dns" && { validationRecord }),
			},
		};
	});
}
