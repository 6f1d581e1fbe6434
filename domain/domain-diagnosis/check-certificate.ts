import { amazonAuthorities, judgeCaa } from "../caa.ts";
import { withoutTrailingDot } from "../dns-name.ts";
import { knownOf } from "../domain-observations.ts";
import { limits } from "../limits.ts";
import { type Verdict, verdict } from "./catalogue.ts";
import type { DomainCheck, Sight } from "./sight.ts";

/** Whether the certificate is beyond help: whatever the records say now, only another one helps. */
export const endedCertificateChecks: readonly DomainCheck[] = [quota, timedOut, failed, revoked, expired, unusable];

/** Whether the certificate can be issued, and is. */
export const certificateChecks: readonly DomainCheck[] = [caa, validationRecord, unasked, waiting, expiring];

function of({ observed }: Sight) {
	return knownOf(observed.certificate);
}

function quota(sight: Sight): Verdict | undefined {
	const used = of(sight)?.quota;
	if (!used) return undefined;
	const { hostname } = sight.expected;
	return verdict("certificate-quota", { hostname, used: String(used.used), limit: String(used.limit) });
}

function timedOut(sight: Sight): Verdict | undefined {
	const { hostname } = sight.expected;
	return of(sight)?.status === "VALIDATION_TIMED_OUT" ? verdict("certificate-timed-out", { hostname }) : undefined;
}

/** ACM's reasons in plain words, https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-failed.html. */
const failures: Readonly<Record<string, { why: string; remedy: string; actor: "customer" | "operator" }>> = {
	DOMAIN_NOT_ALLOWED: {
		why: "the name is on a list of unsafe domains",
		remedy: "Have the name taken off that list (Google Safe Browsing, for one)",
		actor: "customer",
	},
	INVALID_PUBLIC_DOMAIN: {
		why: "the name is not under a public top-level domain",
		remedy: "Use a name that is",
		actor: "customer",
	},
	ADDITIONAL_VERIFICATION_REQUIRED: {
		why: "ACM wants to know more about who asks",
		remedy: "Open a case with AWS Support",
		actor: "operator",
	},
	DOMAIN_VALIDATION_DENIED: {
		why: "the owner of the domain declined",
		remedy: "Ask who answers for the domain",
		actor: "customer",
	},
	NO_AVAILABLE_CONTACTS: {
		why: "no address was found to ask the owner at",
		remedy: "Validate by a DNS record instead",
		actor: "operator",
	},
};
const otherFailure = { why: "ACM gives no more", remedy: "Look at the certificate in ACM", actor: "operator" } as const;

function failed(sight: Sight): Verdict | undefined {
	const { hostname } = sight.expected;
	const { status, failureReason: code = "no reason given" } = of(sight) ?? {};
	if (status !== "FAILED") return undefined;
	if (code === "CAA_ERROR") return verdict("certificate-forbidden-by-caa", { hostname });
	const { why, remedy, actor } = failures[code] ?? otherFailure;
	return verdict("certificate-failed", { hostname, code, why, remedy }, { actor });
}

function revoked(sight: Sight): Verdict | undefined {
	const { hostname } = sight.expected;
	return of(sight)?.status === "REVOKED" ? verdict("certificate-revoked", { hostname }) : undefined;
}

function expired(sight: Sight): Verdict | undefined {
	const certificate = of(sight);
	const { notAfter } = certificate ?? {};
	const isOver = certificate?.status === "EXPIRED" || (notAfter !== undefined && notAfter <= sight.now);
	if (!isOver) return undefined;
	const when = notAfter === undefined ? "" : ` at ${notAfter}`;
	return verdict("certificate-expired", { hostname: sight.expected.hostname, when });
}

function unusable(sight: Sight): Verdict | undefined {
	const status = of(sight)?.status;
	if (status === undefined || status === "ISSUED" || status === "PENDING_VALIDATION") return undefined;
	return verdict("certificate-status-unknown", { hostname: sight.expected.hostname, status });
}

/** CAA counts when a certificate is issued, and each time that it is renewed. */
export function caa({ expected, observed }: Sight): Verdict | undefined {
	const { hostname, registrableDomain: domain, validation } = expected;
	if (observed.caa.outcome === "not-asked") return undefined;
	if (observed.caa.outcome === "could-not-ask") {
		return verdict("caa-unknown", { hostname, domain, because: observed.caa.because });
	}
	const method = validation === "dns" ? "dns-01" : "http-01";
	const judged = judgeCaa(hostname, observed.caa.value, amazonAuthorities, method);
	if (judged.permitted) return undefined;
	const { name, because } = judged;
	const tag = expected.wildcard ? "issuewild" : "issue";
	const record = { name, type: "CAA", value: `0 ${tag} "amazon.com"` } as const;
	return verdict("caa-forbids", { hostname, name, because, tag }, { record });
}

function validationRecord({ expected, observed }: Sight): Verdict | undefined {
	const { hostname, certificateRecord } = expected;
	const reading = knownOf(observed.validation);
	if (!certificateRecord || !reading) return undefined;
	const [name, value] = [withoutTrailingDot(certificateRecord.name), withoutTrailingDot(certificateRecord.value)];
	const record = { name, type: "CNAME", value } as const;
	const target = reading.chain[0]?.target;
	if (target === value) return undefined;
	if (target !== undefined || reading.values.length > 0) {
		const found = target ?? reading.values.join(", ");
		return verdict("validation-record-wrong", { hostname, name, value, found }, { record });
	}
	const isGone = reading.outcome === "nxdomain" || reading.outcome === "no-data";
	return isGone ? verdict("validation-record-missing", { hostname, name, value }, { record }) : undefined;
}

function unasked({ expected, observed }: Sight): Verdict | undefined {
	if (observed.certificate.outcome !== "could-not-ask") return undefined;
	return verdict("certificate-could-not-ask", {
		hostname: expected.hostname,
		because: observed.certificate.because,
	});
}

function waiting(sight: Sight): Verdict | undefined {
	const { hostname } = sight.expected;
	return of(sight)?.status === "PENDING_VALIDATION" ? verdict("certificate-waiting", { hostname }) : undefined;
}

function expiring(sight: Sight): Verdict | undefined {
	const until = of(sight)?.notAfter;
	if (until === undefined) return undefined;
	const leftMs = Date.parse(until) - Date.parse(sight.now);
	if (leftMs >= limits.certificateMinDaysLeft.value * 86_400_000) return undefined;
	return verdict("certificate-expiring", { hostname: sight.expected.hostname, until });
}
