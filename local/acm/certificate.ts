import { createHash } from "node:crypto";
import { z } from "zod";
import { AwsError } from "../aws/service.ts";

/** What ACM says of a certificate. https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html */
export const certificateStatuses = [
	"PENDING_VALIDATION",
	"ISSUED",
	"INACTIVE",
	"EXPIRED",
	"VALIDATION_TIMED_OUT",
	"REVOKED",
	"FAILED",
] as const;

/** One of {@link certificateStatuses}. */
export type CertificateStatus = (typeof certificateStatuses)[number];

const status = z.enum(certificateStatuses);

/** Why a certificate is not renewed: https://docs.aws.amazon.com/acm/latest/APIReference/API_RenewalSummary.html */
const renewalReason = z.enum(["PENDING_DOMAIN_VALIDATION", "CAA_ERROR"]);
export type RenewalReason = z.infer<typeof renewalReason>;

/** A certificate as it is kept. Times are epoch milliseconds; `names` begins with the domain name. */
export const certificateSchema = z.object({
	arn: z.string(),
	accountId: z.string(),
	region: z.string(),
	names: z.tuple([z.string()], z.string()),
	keyAlgorithm: z.string(),
	/** Whether the stack made it, not RequestCertificate. */
	stack: z.boolean(),
	status,
	createdMs: z.number(),
	validated: z.array(z.string()),
	checks: z.number(),
	nextCheckMs: z.number(),
	issued: z
		.object({ atMs: z.number(), notBeforeMs: z.number(), notAfterMs: z.number(), serialNumber: z.string() })
		.optional(),
	inUseBy: z.array(z.string()),
	/** `traffic`: CloudFront's own, issued once the names lead to the edge; else by validation records. */
	validatedBy: z.enum(["records", "traffic"]).default("records"),
	failureReason: z.string().optional(),
	/** How its managed renewal stands; absent before the first. */
	renewal: z
		.object({
			status: z.enum(["PENDING_VALIDATION", "SUCCESS", "FAILED"]).optional(),
			reason: renewalReason.optional(),
			/** When it was looked at last. */
			lookedMs: z.number(),
		})
		.optional(),
	/** What a test or a demo wants to be seen instead of the truth. */
	shown: z.object({ status: status.optional(), notAfterMs: z.number().optional() }),
});

/** A certificate as it is kept. */
export type Certificate = z.infer<typeof certificateSchema>;

/** The status as of `nowMs`: an issued certificate expires by itself. */
export function statusOf(certificate: Certificate, nowMs: number): CertificateStatus {
	if (certificate.shown.status) return certificate.shown.status;
	const notAfterMs = notAfterOf(certificate);
	if (certificate.status === "ISSUED" && notAfterMs !== undefined && notAfterMs <= nowMs) return "EXPIRED";
	return certificate.status;
}

/** When it ends, in epoch milliseconds; undefined until it is issued. */
export function notAfterOf(certificate: Certificate): number | undefined {
	return certificate.issued && (certificate.shown.notAfterMs ?? certificate.issued.notAfterMs);
}

/** The CNAME that proves control of a domain. The same for a name and its wildcard, and for every request of an account. */
export interface ValidationRecord {
	name: string;
	value: string;
}

/** https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html */
export function validationRecord(accountId: string, domain: string): ValidationRecord {
	const base = domain.replace(/^\*\./, "");
	const hash = (purpose: string) => createHash("sha256").update(`${purpose} ${accountId} ${base}`).digest("hex");
	const letters = hash("zone")
		.slice(0, 10)
		.replace(/\d/g, (digit) => "ghijklmnop".charAt(Number(digit)));
	return {
		name: `_${hash("name").slice(0, 32)}.${base}.`,
		value: `_${hash("value").slice(0, 32)}.${letters}.acm-validations.aws.`,
	};
}

const domainForm = /^(\*\.)?((?!-)[a-z0-9-]{0,62}[a-z0-9]\.)+(?!-)[a-z0-9-]{1,62}[a-z0-9]$/;

/** The names of a request, lower case, each once. Throws ValidationException, or LimitExceededException above the quota of names. */
export function certificateNames(domainName: string, alternatives: readonly string[]): Certificate["names"] {
	const names = [...new Set([domainName, ...alternatives].map((name) => name.toLowerCase().replace(/\.$/, "")))];
	const [first = "", ...others] = names;
	const bad = names.find((name) => name.length > 253 || !domainForm.test(name));
	if (bad !== undefined) {
		const told = `1 validation error detected: Value '${bad}' at 'domainName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${domainForm.source}`;
		throw new AwsError("ValidationException", told);
	}
	if (first.length > 64) {
		throw new AwsError("ValidationException", "The first domain name can have no more than 64 octets.");
	}
	if (names.length > namesPerCertificate) {
		throw new AwsError(
			"LimitExceededException",
			`Error: the maximum of ${namesPerCertificate} domain names per certificate is exceeded.`,
		);
	}
	return [first, ...others];
}

// Quotas of an account and region: https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html
const namesPerCertificate = 10;
/** Certificates at once, expired ones included. */
export const certificatesPerAccount = 2_500;
/** Certificates requested in the last 365 days. */
export const certificatesPerYear = 5_000;
