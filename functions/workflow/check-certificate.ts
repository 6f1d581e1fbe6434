import { firstViolation } from "../../domain/certificate-policy.ts";
import { HostmasterError } from "../../domain/errors.ts";
import { limits } from "../../domain/limits.ts";
import { describeCertificate } from "../../services/acm.ts";
import { setting } from "../../services/settings.ts";
import { defineStep, recordDone } from "./step.ts";

/** Refuses to go on with a wildcard certificate that cannot serve the hostname (R7). Safe to repeat: it only looks. */
export const handler = defineStep(async ({ input, state }) => {
	const certificate = await describeCertificate(setting("CERTIFICATE_ARN"), Date.now());
	const violation = firstViolation({
		...certificate,
		hostname: input.hostname,
		minDaysLeft: limits.certificateMinDaysLeft.value,
		dnsOwner: "operator",
	});
	if (violation) throw new HostmasterError("CertificateNotReady", `${violation.reason}: ${violation.message}`);
	await recordDone(
		{ ...input, state },
		{
			CertificateIssued: {
				reason: "WildcardCertificate",
				message: `The platform's certificate covers the name for another ${certificate.daysLeft} days.`,
				actor: "hostmaster",
			},
			EdgeAttached: {
				reason: "WildcardAlternateName",
				message: "The platform's distribution answers for all names of the platform domain.",
				actor: "hostmaster",
			},
		},
	);
});
