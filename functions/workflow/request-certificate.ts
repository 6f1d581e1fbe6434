import { setting } from "../../services/settings.ts";
import { createEdge } from "../create-edge.ts";
import { customOf } from "../custom-of.ts";
import { holdCertificate } from "../hold-certificate.ts";
import { defineStep, recordDone } from "./step.ts";

/**
 * Asks for the domain's certificate, once: ACM for one that a DNS record validates, or CloudFront for one of its own, with the
 * distribution tenant that validates it over HTTP. Safe to repeat: what was asked for before is found again.
 */
export const handler = defineStep(async ({ input, state }, claim) => {
	const custom = customOf(claim);
	if (custom.validation === "dns") await holdCertificate(claim);
	else await createEdge(claim, { managed: true });
	const by = custom.validation === "dns" ? "ACM" : `CloudFront (${setting("MULTI_TENANT_DISTRIBUTION_ID")})`;
	const message = `The certificate was requested from ${by}.`;
	await recordDone(
		{ ...input, state },
		{ CertificateIssued: { status: "unknown", reason: "Requested", message, actor: "hostmaster" } },
	);
});
