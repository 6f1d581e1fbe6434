import { firstViolation } from "../../domain/certificate-policy.ts";
import { HostmasterError } from "../../domain/errors.ts";
import { limits } from "../../domain/limits.ts";
import { describeCertificate } from "../../services/acm.ts";
import { setting } from "../../services/settings.ts";
import { defineStep, recordDone } from "./step.ts";

let held: { view: ReturnType<typeof describeCertificate>; arn: string; untilMs: number } | undefined;

/** One certificate is everybody's: of many tenants at once each sandbox asks once, for ACM takes ten requests a second. */
function platformCertificate(): ReturnType<typeof describeCertificate> {
	const [arn, now] = [setting("CERTIFICATE_ARN"), Date.now()];
	if (held && held.arn === arn && now < held.untilMs) return held.view;
	const view = describeCertificate(arn, now);
	held = { view, arn, untilMs: now + limits.certificateView.value * 1_000 };
	// What could not be asked is asked again.
	view.catch(() => {
		held = undefined;
	});
	return view;
}

/** Refuses to go on with a wildcard certificate that cannot serve the hostname (R7). Safe to repeat: it only looks. */
export const handler = defineStep(async ({ input, state }) => {
	const certificate = await platformCertificate();
	const violation = firstViolation({
		...certificate,
		hostname: input.hostname,
		minDaysLeft: limits.certificateMinDaysLeft.value,
		dnsOwner: "operator",
	});
	if (violation) {
		held = undefined;
		throw new HostmasterError("CertificateNotReady", `${violation.reason}: ${violation.message}`);
	}
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
