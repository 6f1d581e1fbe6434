import type { Claim } from "../../domain/claim.ts";
import { changeClaim } from "../../services/claims.ts";
import { isoNow } from "../../services/clock.ts";
import type { DomainCertificate } from "../../services/domain-certificates.ts";
import { certificateOf } from "../certificate-of.ts";
import { customOf } from "../custom-of.ts";
import { diagnoseClaim } from "../diagnose-claim.ts";
import type { Seen } from "./look.ts";
import { eventOf, noteObstacle } from "./note-obstacle.ts";

const terminal: ReadonlySet<string> = new Set(["FAILED", "VALIDATION_TIMED_OUT", "REVOKED", "EXPIRED", "INACTIVE"]);

/** Whether the certificate is issued; its terminal states end the wait (R9). */
export async function lookAtCertificate(before: Claim): Promise<Seen> {
	const found = await certificateOf(before);
	const { hostname } = before;
	if (!found) {
		return { outcome: "over", error: "CertificateFailed", detail: `The certificate of '${hostname}' is gone.` };
	}
	const claim = await noted(before, found);
	if (found.status === "ISSUED") {
		const message = `A certificate for '${hostname}' is issued${found.notAfter ? `, until ${found.notAfter}` : ""}.`;
		const findings = { CertificateIssued: { reason: "Issued", message, actor: "hostmaster" } } as const;
		const events = [await eventOf(claim, "CertificateIssued", { endsAt: found.notAfter }, isoNow())];
		return { outcome: "done", findings, events };
	}
	const diagnosis = await diagnoseClaim(claim, "certificate", async () => found);
	if (terminal.has(found.status)) {
		const detail = diagnosis.ok
			? `The certificate is ${found.status} (${found.reason ?? "no reason was given"}).`
			: `${diagnosis.message} ${diagnosis.fix}`;
		return { outcome: "over", error: "CertificateFailed", detail };
	}
	if (diagnosis.ok) return { outcome: "pending", lastSeen: `The certificate is ${found.status}.` };
	return await noteObstacle(claim, "CertificateIssued", diagnosis);
}

/** What a deletion and a renewal have to know of it. */
async function noted(claim: Claim, { arn, validationRecord, notAfter }: DomainCertificate & { arn?: string }) {
	const { certificateArn, certificateEndsAt, validationRecord: known } = customOf(claim);
	const isKnown = certificateArn === arn && certificateEndsAt === notAfter && known?.name === validationRecord?.name;
	if (isKnown) return claim;
	return await changeClaim(claim, (held) => ({
		...held,
		custom: {
			...customOf(held),
			...(arn !== undefined && { certificateArn: arn }),
			...(notAfter !== undefined && { certificateEndsAt: notAfter }),
			...(validationRecord && customOf(held).validation === "dns" && { validationRecord }),
		},
	}));
}
