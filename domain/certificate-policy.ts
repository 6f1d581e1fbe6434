import type { Actor } from "./errors.ts";

/** What is known of the certificate that is to serve a hostname; the caller asked ACM. */
export interface CertificateView {
	/** As ACM names it, https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html. */
	status: string;
	/** ACM's reason of `FAILED`. */
	failureReason?: string | undefined;
	/** The names in it, canonical; a wildcard is written `*.app.example.com`. */
	names: readonly string[];
	/** Canonical hostname that it is to serve. */
	hostname: string;
	/** Whole days until it ends; not looked at before it is issued. */
	daysLeft: number;
	/** Fewer are too few: `limits.certificateMinDaysLeft`. */
	minDaysLeft: number;
	/** Whose DNS proves control of the names: the operator's for the platform's wildcard. */
	dnsOwner: "operator" | "customer";
}

/** One rule of a chain: the reason that it gives when it applies, in one place for operators, programs and tests. */
export interface Check<View> {
	/** CamelCase, stable. */
	reason: string;
	actor: (view: View) => Actor;
	/** True when only a new certificate helps: waiting must stop (R9). */
	terminal: boolean;
	when: (view: View) => boolean;
	/** A sentence that says what is so and what to do. */
	message: (view: View) => string;
}

/** The answer of the first check that applies. */
export interface Violation {
	reason: string;
	actor: Actor;
	terminal: boolean;
	message: string;
}

const operator = () => "operator" as const;
const hostmaster = () => "hostmaster" as const;
const dnsOwner = (view: CertificateView) => view.dnsOwner;

/** Why ACM refused to issue, for those of its reasons that somebody can mend: https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-failed.html. */
const failures: Readonly<Record<string, string>> = {
	CAA_ERROR: "A CAA record forbids Amazon to issue: allow 'amazon.com' there",
	DOMAIN_NOT_ALLOWED: "The name is on a list of unsafe domains: have it taken off",
	INVALID_PUBLIC_DOMAIN: "The name is not under a public top-level domain: use one that is",
	ADDITIONAL_VERIFICATION_REQUIRED: "ACM wants to know more about the owner: open a case with AWS Support",
	DOMAIN_VALIDATION_DENIED: "The owner of the domain declined: ask them",
};

/** Why a certificate cannot serve a hostname yet. The first that applies is shown; the list is the documentation. */
export const certificateChecks: readonly Check<CertificateView>[] = [
	{
		reason: "NotIssued",
		actor: hostmaster,
		terminal: false,
		when: ({ status }) => status === "PENDING_VALIDATION",
		message: () => "The certificate waits for its validation record to be seen; it is issued some minutes after that.",
	},
	{
		reason: "ValidationTimedOut",
		actor: dnsOwner,
		terminal: true,
		when: ({ status }) => status === "VALIDATION_TIMED_OUT",
		message: () => "The validation record was not seen within 72 hours: set it, then request a new certificate.",
	},
	{
		reason: "IssuanceFailed",
		actor: (view) => (view.failureReason === "ADDITIONAL_VERIFICATION_REQUIRED" ? "operator" : view.dnsOwner),
		terminal: true,
		when: ({ status }) => status === "FAILED",
		message: ({ failureReason = "no reason given" }) =>
			`${failures[failureReason] ?? `ACM could not issue the certificate (${failureReason})`}, then request a new certificate.`,
	},
	{
		reason: "Revoked",
		actor: operator,
		terminal: true,
		when: ({ status }) => status === "REVOKED",
		message: () => "The certificate was revoked: find out why, then request a new one.",
	},
	{
		reason: "Expired",
		actor: operator,
		terminal: true,
		when: ({ status }) => status === "EXPIRED",
		message: () => "The certificate has expired, for it could not be renewed in time: request a new one.",
	},
	{
		reason: "Inactive",
		actor: operator,
		terminal: true,
		when: ({ status }) => status === "INACTIVE",
		message: () => "ACM holds the certificate as inactive, so that it cannot serve: request a new one.",
	},
	{
		reason: "StatusUnknown",
		actor: operator,
		terminal: false,
		when: ({ status }) => status !== "ISSUED",
		message: ({ status }) =>
			`ACM gives the certificate a status that is not known here (${status}): look at it in the console.`,
	},
	{
		reason: "DoesNotCover",
		actor: operator,
		terminal: true,
		when: ({ names, hostname }) => !covers(names, hostname),
		message: ({ names, hostname }) =>
			`The certificate is for ${names.join(", ")} and not for ${hostname}: configure one that is.`,
	},
	{
		reason: "ExpiresSoon",
		actor: operator,
		terminal: false,
		when: ({ daysLeft, minDaysLeft }) => daysLeft < minDaysLeft,
		message: ({ daysLeft, minDaysLeft }) =>
			`The certificate ends in ${daysLeft} days (at least ${minDaysLeft} are asked for), so its renewal has failed: check that its validation record still stands.`,
	},
];

/** What keeps the certificate from serving the hostname; undefined when nothing does. */
export function firstViolation(view: CertificateView): Violation | undefined {
	const check = certificateChecks.find(({ when }) => when(view));
	if (!check) return undefined;
	return { reason: check.reason, actor: check.actor(view), terminal: check.terminal, message: check.message(view) };
}

/** True when a name is the hostname, or a wildcard for exactly one label in its place (RFC 6125 §6.4.3). */
export function covers(names: readonly string[], hostname: string): boolean {
	const wildcard = `*${hostname.slice(hostname.indexOf("."))}`;
	return names.includes(hostname) || names.includes(wildcard);
}
