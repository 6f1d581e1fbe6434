import type { ReasonEntry } from "./entry.ts";

const acm = "https://docs.aws.amazon.com/acm/latest/userguide";

/** Why there is no certificate, or soon none any more. */
export const certificateReasons = {
	"caa-unknown": {
		message:
			"Nobody can say whether CAA records forbid a certificate for {hostname}: {because}. No authority issues then.",
		actor: "customer",
		fix: "See that the name servers of {domain} answer questions for CAA records, be it that there are none.",
		docs: "https://www.rfc-editor.org/rfc/rfc8659#section-3",
	},
	"caa-forbids": {
		message: "A CAA record at {name} forbids Amazon to issue for {hostname}: {because}.",
		actor: "customer",
		fix: 'Set beside it: {name} CAA 0 {tag} "amazon.com".',
		docs: `${acm}/setup-caa.html`,
	},
	"certificate-quota": {
		message: "No certificate is requested for {hostname}: {used} of the {limit} that the quota allows are used.",
		actor: "operator",
		fix: "Ask AWS to raise the quota in Service Quotas, or delete certificates that nobody uses; then retry the operation.",
		docs: `${acm}/acm-limits.html`,
	},
	"certificate-could-not-ask": {
		message: "The certificate of {hostname} could not be looked at: {because}.",
		actor: "hostmaster",
		fix: "Nothing to do: the next check comes by itself.",
		docs: `${acm}/acm-limits.html`,
	},
	"certificate-timed-out": {
		message: "The certificate of {hostname} was not validated within 72 hours.",
		actor: "customer",
		fix: "Set the records of the domain, then add it again: a new attempt requests a new certificate.",
		docs: `${acm}/troubleshooting-timed-out.html`,
	},
	"certificate-forbidden-by-caa": {
		message: "Amazon refused the certificate of {hostname}: a CAA record forbade it when it looked.",
		actor: "customer",
		fix: 'Allow Amazon in the CAA records of {hostname} or above it (0 issue "amazon.com"), then add the domain again.',
		docs: `${acm}/troubleshooting-caa.html`,
	},
	"certificate-failed": {
		message: "The certificate of {hostname} could not be issued ({code}): {why}.",
		actor: "operator",
		fix: "{remedy}, then add the domain again.",
		docs: `${acm}/troubleshooting-failed.html`,
	},
	"certificate-revoked": {
		message: "The certificate of {hostname} was revoked.",
		actor: "operator",
		fix: "Find out why, then let a new one be requested.",
		docs: `${acm}/revoke-certificate.html`,
	},
	"certificate-expired": {
		message: "The certificate of {hostname} has ended{when}, for it could not be renewed.",
		actor: "customer",
		fix: "Set the records of the domain, then add it again: a new attempt requests a new certificate.",
		docs: `${acm}/troubleshooting-renewal.html`,
	},
	"validation-record-missing": {
		message: "The record by which the certificate of {hostname} is validated is not there: {name}.",
		actor: "customer",
		fix: "Set it: {name} CNAME {value}. It stays for as long as the domain is served, or the certificate is not renewed.",
		docs: `${acm}/dns-validation.html`,
	},
	"validation-record-wrong": {
		message: "At {name}, by which the certificate of {hostname} is validated, stands something else: {found}.",
		actor: "customer",
		fix: "Change it: {name} CNAME {value}.",
		docs: `${acm}/dns-validation.html`,
	},
	"certificate-expiring": {
		message: "The certificate of {hostname} ends at {until} and was not renewed.",
		actor: "customer",
		fix: "See that all records of the domain still stand; the certificate is then renewed by itself.",
		docs: `${acm}/managed-renewal.html`,
	},
	"certificate-waiting": {
		message: "The certificate of {hostname} is being issued; all that it needs is there.",
		actor: "hostmaster",
		fix: "Nothing to do: it takes some minutes as a rule.",
		docs: `${acm}/dns-validation.html`,
	},
	"certificate-status-unknown": {
		message: "The certificate of {hostname} has a status that cannot serve: {status}.",
		actor: "operator",
		fix: "Look at the certificate in the console of ACM.",
		docs: "https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html",
	},
} as const satisfies Record<string, ReasonEntry>;
