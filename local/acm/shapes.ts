import { type Certificate, notAfterOf, statusOf, validationRecord } from "./certificate.ts";

/** A CertificateDetail: https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html */
export function detailOf(
	certificate: Certificate,
	{ nowMs, withRecords }: { nowMs: number; withRecords: boolean },
): object {
	const status = statusOf(certificate, nowMs);
	return {
		CertificateArn: certificate.arn,
		DomainName: certificate.names[0],
		SubjectAlternativeNames: certificate.names,
		DomainValidationOptions: certificate.names.map((name) => validationOption(certificate, name, withRecords)),
		Subject: `CN=${certificate.names[0]}`,
		Issuer: "Hostmaster local authority",
		CreatedAt: seconds(certificate.createdMs),
		...issuance(certificate),
		Status: status,
		...(status === "FAILED" && { FailureReason: certificate.failureReason ?? "OTHER" }),
		// As requested; the local authority signs P-256 whatever was.
		KeyAlgorithm: certificate.keyAlgorithm,
		SignatureAlgorithm: "SHA256WITHECDSA",
		InUseBy: certificate.inUseBy,
		Type: "AMAZON_ISSUED",
		KeyUsages: [{ Name: "DIGITAL_SIGNATURE" }],
		ExtendedKeyUsages: [{ Name: "TLS_WEB_SERVER_AUTHENTICATION", OID: "1.3.6.1.5.5.7.3.1" }],
		RenewalEligibility: certificate.issued && certificate.inUseBy.length > 0 ? "ELIGIBLE" : "INELIGIBLE",
		...renewalSummary(certificate),
		Options: { CertificateTransparencyLoggingPreference: "DISABLED" },
	};
}

/** A CertificateSummary: https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateSummary.html */
export function summaryOf(certificate: Certificate, nowMs: number): object {
	return {
		CertificateArn: certificate.arn,
		DomainName: certificate.names[0],
		SubjectAlternativeNameSummaries: certificate.names,
		HasAdditionalSubjectAlternativeNames: false,
		Status: statusOf(certificate, nowMs),
		Type: "AMAZON_ISSUED",
		KeyAlgorithm: certificate.keyAlgorithm,
		InUse: certificate.inUseBy.length > 0,
		CreatedAt: seconds(certificate.createdMs),
		...issuance(certificate),
	};
}

function validationOption(certificate: Certificate, name: string, withRecord: boolean): object {
	const record = validationRecord(certificate.accountId, name);
	const validated = certificate.validated.includes(name);
	return {
		DomainName: name,
		ValidationDomain: name.replace(/^\*\./, ""),
		ValidationMethod: "DNS",
		ValidationStatus: validated
			? "SUCCESS"
			: certificate.status === "VALIDATION_TIMED_OUT"
				? "FAILED"
				: "PENDING_VALIDATION",
		...(withRecord && { ResourceRecord: { Name: record.name, Type: "CNAME", Value: record.value } }),
	};
}

function renewalSummary({ renewal, names }: Certificate): object {
	if (renewal?.status === undefined) return {};
	const { status, reason, lookedMs } = renewal;
	return {
		RenewalSummary: {
			RenewalStatus: status,
			...(reason !== undefined && { RenewalStatusReason: reason }),
			DomainValidationOptions: names.map((DomainName) => ({
				DomainName,
				ValidationStatus: status,
			})),
			UpdatedAt: seconds(lookedMs),
		},
	};
}

function issuance(certificate: Certificate): object {
	if (!certificate.issued) return {};
	const { atMs, notBeforeMs, serialNumber } = certificate.issued;
	return {
		IssuedAt: seconds(atMs),
		NotBefore: seconds(notBeforeMs),
		NotAfter: seconds(notAfterOf(certificate) ?? notBeforeMs),
		Serial: serialNumber.replace(/..(?=.)/g, "$&:"),
	};
}

/** awsJson gives times as epoch seconds. */
function seconds(ms: number): number {
	return ms / 1_000;
}
