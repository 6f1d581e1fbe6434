import {
	ACMClient,
	DeleteCertificateCommand,
	DescribeCertificateCommand,
	LimitExceededException,
	type RenewalSummary,
	RequestCertificateCommand,
	ResourceInUseException,
	ResourceNotFoundException,
} from "@aws-sdk/client-acm";
import { HostmasterError } from "../domain/errors.ts";
import { clientDefaults } from "./aws-client.ts";
import { calling } from "./aws-errors.ts";
import { type PacedCall, turnFor } from "./pace.ts";

// CloudFront takes certificates of this region only (https://docs.aws.amazon.com/acm/latest/userguide/acm-services.html).
const client = new ACMClient({ ...clientDefaults, region: "us-east-1" });

// A Lambda that waits costs less than one that comes again; its own time-out is longer.
const turnWithinMs = 5_000;

/** A custom domain's certificate; statuses in ACM's spelling. */
export interface DomainCertificate {
	status: string;
	/** Canonical. */
	names?: readonly string[];
	/** Why it failed, by ACM's code. */
	reason?: string | undefined;
	/** The CNAME that validates and renews it; absent until ACM has told it, some seconds after the request. */
	validationRecord?: { name: string; value: string } | undefined;
	/** ISO time from which it is good. */
	notBefore?: string | undefined;
	/** ISO time of its end. */
	notAfter?: string | undefined;
	/** How ACM gets on with renewing it, once that is due: `PENDING_VALIDATION` while its record is missing. */
	renewal?: { status: string; reason: string | undefined } | undefined;
}

/**
 * Asks for a certificate that a DNS record validates, and answers its ARN. The same token brings the same certificate for an hour:
 * https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html. Throws CertificateQuotaReached, Throttled,
 * ServiceUnavailable.
 */
export async function requestCertificate(wanted: {
	hostname: string;
	/** Of ours, validated by records of ours. */
	alsoFor?: string | undefined;
	/** 1 to 32 word characters. */
	token: string;
	tags: Record<string, string>;
}): Promise<string> {
	const { hostname, alsoFor, token, tags } = wanted;
	const { CertificateArn } = await paced("acm:RequestCertificate", () =>
		client
			.send(
				new RequestCertificateCommand({
					...{ DomainName: hostname, ValidationMethod: "DNS", IdempotencyToken: token },
					...(alsoFor !== undefined && { SubjectAlternativeNames: [hostname, alsoFor] }),
					Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
				}),
			)
			.catch(quotaReached),
	);
	if (CertificateArn === undefined) throw new Error("ACM answered a request without an ARN.");
	return CertificateArn;
}

/** It is no throttle: waiting would not help. */
function quotaReached(error: unknown): never {
	if (!(error instanceof LimitExceededException)) throw error;
	throw new HostmasterError("CertificateQuotaReached", `ACM gives no more certificates: ${error.message}`, {
		cause: error,
	});
}

/** How a certificate stands; undefined when ACM knows none by this ARN. */
export async function describeDomainCertificate(arn: string): Promise<DomainCertificate | undefined> {
	const found = await absent("acm:DescribeCertificate", () =>
		client.send(new DescribeCertificateCommand({ CertificateArn: arn })),
	);
	const certificate = found?.Certificate;
	if (!certificate) return undefined;
	const own = certificate.DomainValidationOptions?.find(({ DomainName }) => DomainName === certificate.DomainName);
	const { Name, Value } = (own ?? certificate.DomainValidationOptions?.[0])?.ResourceRecord ?? {};
	return {
		status: certificate.Status ?? "unknown",
		names: certificate.SubjectAlternativeNames ?? [],
		reason: certificate.FailureReason,
		notBefore: certificate.NotBefore?.toISOString(),
		notAfter: certificate.NotAfter?.toISOString(),
		renewal: renewalOf(certificate.RenewalSummary),
		validationRecord: Name !== undefined && Value !== undefined ? { name: Name, value: Value } : undefined,
	};
}

function renewalOf(summary: RenewalSummary | undefined): DomainCertificate["renewal"] {
	return summary?.RenewalStatus && { status: summary.RenewalStatus, reason: summary.RenewalStatusReason };
}

/** Deletes a certificate; false while something uses it. One that is gone is deleted already. */
export async function deleteCertificate(arn: string): Promise<boolean> {
	try {
		await absent("acm:DeleteCertificate", () => client.send(new DeleteCertificateCommand({ CertificateArn: arn })));
		return true;
	} catch (error) {
		if (error instanceof ResourceInUseException) return false;
		throw error;
	}
}

/** In its turn: ACM throttles each operation by itself. */
async function paced<T>(name: PacedCall, call: () => Promise<T>): Promise<T> {
	await turnFor(name, turnWithinMs);
	return await calling("ACM", call);
}

async function absent<T>(name: PacedCall, call: () => Promise<T>): Promise<T | undefined> {
	try {
		return await paced(name, call);
	} catch (error) {
		if (error instanceof ResourceNotFoundException) return undefined;
		throw error;
	}
}
