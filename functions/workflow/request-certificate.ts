import { setting } from "../../services/settings.ts";
import { createManagedEdge } from "../create-managed-edge.ts";
import { customOf } from "../custom-of.ts";
import { dropFormerCertificates } from "../drop-former-certificates.ts";
import { holdCertificate } from "../hold-certificate.ts";
import { defineStep, recordDone } from "./step.ts";

/**
 * Asks for the domain's certificate, once: ACM for one that a DNS record validates, or CloudFront for one of its own, with the
 * distribution tenant that validates it over HTTP. Safe to repeat: what was asked for before is found again.
 */
export const handler = defineStep(async ({ input, state }, claim) => {
	const custom = customOf(claim);
	await dropFormerCertificates(await (custom.validation === "dns" ? holdCertificate(claim) : createManagedEdge(claim)));
	const by = custom.validation === "dns" ? "ACM" : `CloudFront (${setting("MULTI_TENANT_DISTRIBUTION_ID")})`;
	const message = `The certificate was requested from ${by}.`;
	const requested = { status: "unknown", reason: "Requested", message, actor: "hostmaster" } as const;
	// A second run of this step may end when the certificate is long issued.
	await recordDone({ ...input, state }, ({ conditions }) =>
		conditions.CertificateIssued.status === "true" ? {} : { CertificateIssued: requested },
	);
});
