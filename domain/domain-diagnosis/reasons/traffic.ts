import type { ReasonEntry } from "./entry.ts";

const cloudFront = "https://docs.aws.amazon.com/AmazonCloudFront/latest";

/** Why CloudFront does not serve a domain, or its visitors meet something else. */
export const trafficReasons = {
	"registered-elsewhere": {
		message:
			"{hostname} is registered with another CloudFront distribution{holder}; CloudFront serves a name for one only.",
		actor: "customer",
		fix: "Remove {hostname} from the alternate domain names of that distribution, in the AWS account that has it; if nobody knows which one, open a case with AWS Support from an account that can prove the domain.",
		docs: `${cloudFront}/DeveloperGuide/CNAMEs.html#alternate-domain-names-move`,
	},
	"registered-here-already": {
		message: "{hostname} is served by another distribution of the platform's own account{holder}.",
		actor: "operator",
		fix: "Move the domain with UpdateDomainAssociation: its source has to be disabled first, and the domain is not served until the move is done. Or remove it there.",
		docs: `${cloudFront}/APIReference/API_UpdateDomainAssociation.html`,
	},
	"edge-could-not-ask": {
		message: "CloudFront could not be asked about {hostname}: {because}.",
		actor: "hostmaster",
		fix: "Nothing to do: the next check comes by itself.",
		docs: `${cloudFront}/APIReference/API_GetDistributionTenant.html`,
	},
	"edge-finds-dns-wrong": {
		message: "CloudFront does not find that {hostname} leads to it: {because}.",
		actor: "customer",
		fix: "Set it: {hostname} {type} {target}. If it stands so, CloudFront sees it within some minutes.",
		docs: `${cloudFront}/APIReference/API_VerifyDnsConfiguration.html`,
	},
	"edge-dns-unknown": {
		message: "CloudFront cannot tell yet where {hostname} leads: {because}.",
		actor: "hostmaster",
		fix: "Nothing to do: the next check comes by itself.",
		docs: `${cloudFront}/APIReference/API_VerifyDnsConfiguration.html`,
	},
	"edge-deploying": {
		message: "CloudFront is spreading {hostname} to its locations.",
		actor: "hostmaster",
		fix: "Nothing to do: it takes some minutes.",
		docs: `${cloudFront}/APIReference/API_DistributionTenant.html`,
	},
	"edge-domain-inactive": {
		message: "CloudFront has {hostname} and does not serve it yet.",
		actor: "hostmaster",
		fix: "Nothing to do as a rule: it becomes active once its certificate is attached. If it lasts, look at the distribution tenant.",
		docs: `${cloudFront}/APIReference/API_DomainResult.html`,
	},
	"stale-aaaa": {
		message: "{hostname} leads to the platform by IPv4, and by IPv6 elsewhere: {found}. Who has IPv6 gets there.",
		actor: "customer",
		fix: "Delete the AAAA records of {hostname} that are left over; an ALIAS or ANAME record makes its own.",
		docs: "https://www.rfc-editor.org/rfc/rfc8305#section-3",
	},
	"stale-a": {
		message:
			"{hostname} leads to the platform, and besides to addresses that are others': {found}. A part of its visitors gets there.",
		actor: "customer",
		fix: "Delete the A records of {hostname} that are left over.",
		docs: "https://www.rfc-editor.org/rfc/rfc1794#section-1",
	},
	"tls-other-certificate": {
		message: "At {address} {hostname} is answered with a certificate for {found}.",
		actor: "customer",
		fix: "Delete the record that leads to {address}, and set: {hostname} {type} {target}.",
		docs: "https://www.rfc-editor.org/rfc/rfc9525#section-6",
	},
	"certificate-not-attached": {
		message: "At {address} the platform's edge answers {hostname} with a certificate for {found} still.",
		actor: "hostmaster",
		fix: "Nothing to do as a rule: CloudFront takes a new certificate up within minutes. If it lasts, look at the distribution tenant.",
		docs: `${cloudFront}/DeveloperGuide/tenant-operations.html`,
	},
	"tls-expired": {
		message: "At {address} {hostname} is answered with a certificate that ended at {ended}.",
		actor: "operator",
		fix: "See why the certificate was not renewed; its validation record must stand.",
		docs: "https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-renewal.html",
	},
	"tls-untrusted": {
		message: "At {address} {hostname} is answered with a certificate that nobody has reason to trust ({found}).",
		actor: "customer",
		fix: "Delete the record that leads to {address}, and set: {hostname} {type} {target}.",
		docs: "https://www.rfc-editor.org/rfc/rfc5280#section-6",
	},
	"tls-no-handshake": {
		message: "At {address} no TLS connection for {hostname} comes about: {because}.",
		actor: "hostmaster",
		fix: "Nothing to do while the certificate is being attached. If it lasts, see whether {address} is CloudFront's.",
		docs: `${cloudFront}/DeveloperGuide/http-502-bad-gateway.html`,
	},
	"other-tenant-answers": {
		message: "At {address} the edge takes {hostname} for another tenant's.",
		actor: "operator",
		fix: "Compare the claim of {hostname} with the tenant map (hostmaster reconcile): one of them is out of date.",
		docs: "https://www.rfc-editor.org/rfc/rfc9110#section-7.4",
	},
	"not-our-edge": {
		message: "At {address} {hostname} is answered by somebody else (HTTP {status}).",
		actor: "customer",
		fix: "Delete the record that leads to {address}, and set: {hostname} {type} {target}.",
		docs: "https://www.rfc-editor.org/rfc/rfc9110#section-7.4",
	},
	"edge-not-ready": {
		message: "At {address} the edge knows no tenant for {hostname} yet (HTTP {status}).",
		actor: "hostmaster",
		fix: "Nothing to do: a new route is known everywhere within a minute.",
		docs: `${cloudFront}/DeveloperGuide/lambda-at-the-edge.html`,
	},
	"traffic-could-not-ask": {
		message: "Whether {hostname} is served could not be found out: {because}.",
		actor: "hostmaster",
		fix: "Nothing to do: the next check comes by itself.",
		docs: "https://www.rfc-editor.org/rfc/rfc9110#section-15.6.5",
	},
} as const satisfies Record<string, ReasonEntry>;
