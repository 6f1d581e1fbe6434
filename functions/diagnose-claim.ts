import type { Claim } from "../domain/claim.ts";
import { edgeTarget, proofName, proofValue } from "../domain/custom-domain.ts";
import { type Diagnosis, diagnose } from "../domain/domain-diagnosis/diagnose.ts";
import type { DomainStage, ExpectedDomain } from "../domain/domain-diagnosis/expected-domain.ts";
import { type CloudFrontObservation, type DomainObservations, notAsked, seen } from "../domain/domain-observations.ts";
import { registrableDomain } from "../domain/registrable.ts";
import { isoNow } from "../services/clock.ts";
import { dnsVerdictOf, findTenant } from "../services/distribution-tenant-views.ts";
import type { DomainCertificate } from "../services/domain-certificates.ts";
import { observeDomain } from "../services/observe-domain.ts";
import { setting } from "../services/settings.ts";
import { certificateOf } from "./certificate-of.ts";
import { customOf } from "./custom-of.ts";

/** Under which CloudFront names what it serves itself: to such a name a domain may lead without our target between. */
const edgeSuffixes = ["cloudfront.net"];

/** Looks at a custom domain and says what stands in the way of the first stage that it has not passed: for whoever asks. */
export async function diagnoseNow(claim: Claim): Promise<Diagnosis> {
	const stage = stageOf(claim);
	// With all records right, nothing else tells of a certificate that has failed.
	return await diagnoseClaim(claim, stage, stage === "certificate" ? () => certificateOf(claim) : undefined);
}

/** Looks at a custom domain and says what stands in the way of `stage`. `certificate`: how it stands, where that matters. */
export async function diagnoseClaim(
	claim: Claim,
	stage: DomainStage,
	certificate?: () => Promise<DomainCertificate | undefined>,
): Promise<Diagnosis> {
	return (await examineClaim(claim, stage, certificate)).diagnosis;
}

/** As `diagnoseClaim`, with what was seen. */
export async function examineClaim(
	claim: Claim,
	stage: DomainStage,
	certificate?: () => Promise<DomainCertificate | undefined>,
): Promise<{ diagnosis: Diagnosis; observed: DomainObservations }> {
	const expected = expectationOf(claim, stage);
	// A certificate that CloudFront gets comes with the domain's place at the edge.
	const asksEdge = stage !== "ownership" && (stage !== "certificate" || expected.validation === "http");
	const observed = await observeDomain(
		{ ...expected, validationName: expected.certificateRecord?.name, connects: stage === "traffic" },
		{
			...(certificate && { certificate: async () => observationOf(await certificate()) }),
			...(asksEdge && { cloudFront: () => lookAtCloudFront(claim) }),
		},
	);
	return { diagnosis: diagnose(expected, observed, isoNow()), observed };
}

/** What can be said of a hostname that nobody has here. */
export async function diagnoseStranger(hostname: string): Promise<Diagnosis> {
	const registrable = registrableDomain(hostname.replace(/^\*\./, "")) ?? hostname;
	const platformDomain = setting("PLATFORM_DOMAIN");
	const question = { hostname, txtName: proofName(hostname), registrableDomain: registrable, connects: false };
	const stranger = { hostname, stage: "unknown", platformDomain, registrableDomain: registrable } as const;
	return diagnose(stranger, await observeDomain(question), isoNow());
}

/** The first stage that the domain has not passed. */
function stageOf({ conditions }: Claim): DomainStage {
	if (conditions.OwnershipVerified.status !== "true") return "ownership";
	if (conditions.CertificateIssued.status !== "true") return "certificate";
	return conditions.EdgeAttached.status === "true" ? "traffic" : "edge";
}

/** How a custom domain is to be. */
function expectationOf(claim: Claim, stage: DomainStage): ExpectedDomain {
	const { hostname, tenantId } = claim;
	const { token, endpoint, formerTokens, proofs, validation, validationRecord } = customOf(claim);
	const platformDomain = setting("PLATFORM_DOMAIN");
	const base = hostname.replace(/^\*\./, "");
	return {
		...{ hostname, tenantId, stage, proofs, validation, platformDomain, edgeSuffixes },
		target: endpoint ?? edgeTarget(token, platformDomain),
		txtName: proofName(hostname),
		txtValue: proofValue(token),
		formerTxtValues: formerTokens.map(proofValue),
		isApex: registrableDomain(hostname) === hostname,
		wildcard: base !== hostname,
		registrableDomain: registrableDomain(base) ?? base,
		...(validationRecord && { certificateRecord: validationRecord }),
	};
}

function observationOf(certificate: DomainCertificate | undefined) {
	return (
		certificate && { status: certificate.status, failureReason: certificate.reason, notAfter: certificate.notAfter }
	);
}

async function lookAtCloudFront({ hostname, conditions }: Claim): Promise<CloudFrontObservation> {
	const tenant = await findTenant(hostname);
	if (!tenant) {
		// CloudFront tells of others' distributions only when it refuses a domain: that stands until it is asked to take the domain again.
		const { CertificateIssued, EdgeAttached } = conditions;
		const isRefused = [CertificateIssued, EdgeAttached].some(({ reason }) => reason === "DomainInUseElsewhere");
		const conflict = isRefused ? { holder: undefined, isOurs: false } : undefined;
		return { dns: notAsked, deployment: undefined, domain: undefined, conflict };
	}
	if (tenant.distributionId !== setting("MULTI_TENANT_DISTRIBUTION_ID")) {
		const conflict = { holder: tenant.id, isOurs: true };
		return { dns: notAsked, deployment: undefined, domain: undefined, conflict };
	}
	const dns = await dnsVerdictOf(tenant.id, hostname);
	return {
		dns: dns ? seen(dns) : notAsked,
		...{ deployment: tenant.status, domain: tenant.domainStatus, conflict: undefined },
	};
}
