import { HostmasterError } from "../domain/errors.ts";
import { limits } from "../domain/limits.ts";
import { countCertificates } from "../services/acm.ts";
import { requestsInYear } from "../services/certificate-requests.ts";
import { turnFor } from "../services/pace.ts";

const turnWithinMs = 5_000;

let held: { used: Promise<number>; untilMs: number } | undefined;

/**
 * Leaves room for renewals, and for what operators have to mend; and for other tenants, whatever one of them asks for. Throws
 * CertificateQuotaReached, with the figures, Throttled, ServiceUnavailable.
 */
export async function keepQuota(tenantId: string): Promise<void> {
	const [used, { all, own }] = await Promise.all([certificatesInUse(), requestsInYear(tenantId)]);
	const share = limits.certificateQuotaShare.value;
	const [inUse, inYear] = [limits.certificatesPerAccount.value, limits.certificateRequestsPerYear.value];
	if (used >= (inUse * share) / 100) {
		// Somebody may be making room.
		held = undefined;
		throw reached(`${used} of ${inUse} certificates are in use; new ones are refused beyond ${share} %.`);
	}
	if (all >= (inYear * share) / 100) {
		throw reached(`${all} of ${inYear} certificates were asked for in 365 days; beyond ${share} % no more are.`);
	}
	const most = limits.certificateRequestsPerTenant.value;
	if (own < most) return;
	throw reached(`${own} certificates were asked for by this tenant in 365 days; ${most} is the most of one tenant.`);
}

function reached(detail: string): HostmasterError {
	return new HostmasterError("CertificateQuotaReached", detail);
}

/** Of many domains at once each sandbox asks once in ten seconds: a share of a quota that is kept free is not kept to the last one. */
function certificatesInUse(): Promise<number> {
	const now = Date.now();
	if (held && now < held.untilMs) return held.used;
	const used = turnFor("acm:ListCertificates", turnWithinMs).then(() => countCertificates());
	held = { used, untilMs: now + limits.certificateView.value * 1_000 };
	// What could not be asked is asked again.
	used.catch(() => {
		held = undefined;
	});
	return used;
}
