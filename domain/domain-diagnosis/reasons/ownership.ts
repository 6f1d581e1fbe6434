import type { ReasonEntry } from "./entry.ts";

const rfc1035 = "https://www.rfc-editor.org/rfc/rfc1035";
const rfc2181 = "https://www.rfc-editor.org/rfc/rfc2181#section-10.1";
const takeover = "https://cheatsheetseries.owasp.org/cheatsheets/Subdomain_Takeover_Prevention_Cheat_Sheet.html";

/** Why the records at a name do not lead to us, or do not prove whose it is. */
export const ownershipReasons = {
	"apex-has-cname": {
		message: "{hostname} is a domain's own name, and a CNAME stands there ({found}): beside NS and SOA none may.",
		actor: "customer",
		fix: "Replace the CNAME by an ALIAS or ANAME record to {target}, or by 'CNAME flattening' of the DNS provider. A provider that has neither cannot serve the bare name: use www.{hostname} and a redirect.",
		docs: rfc2181,
	},
	"apex-not-flattened": {
		message: "{hostname} is a domain's own name, and its addresses are not the platform's: {found}.",
		actor: "customer",
		fix: "Replace the A and AAAA records by an ALIAS or ANAME record to {target}, or by 'CNAME flattening' of the DNS provider. A provider that has neither cannot serve the bare name: use www.{hostname} and a redirect.",
		docs: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html",
	},
	"cname-beside-other-records": {
		message: "Beside the CNAME of {hostname} stand other records ({found}); what a resolver gets is chance.",
		actor: "customer",
		fix: "Delete the other records of {hostname}, so that the CNAME to {target} stands alone.",
		docs: rfc2181,
	},
	"wildcard-shadows": {
		message: "{hostname} has no record of its own: a wildcard of {zone} answers for it ({found}).",
		actor: "customer",
		fix: "Leave the wildcard as it is and set a record for the name itself: {hostname} {type} {target}.",
		docs: "https://www.rfc-editor.org/rfc/rfc4592#section-2.2.1",
	},
	"cname-of-former-attempt": {
		message: "{hostname} leads to {found}, which belonged to an attempt before this one.",
		actor: "customer",
		fix: "Change the CNAME of {hostname} to {target}.",
		docs: takeover,
	},
	"cname-of-another-tenant": {
		message: "{hostname} leads to {found}, which is another tenant's target and proves nothing for this one.",
		actor: "customer",
		fix: "If the domain is yours, change the CNAME of {hostname} to {target}.",
		docs: takeover,
	},
	"cname-by-way-of-others": {
		message: "{hostname} leads to the target only by way of another domain ({found}), whose owner could change it.",
		actor: "customer",
		fix: "Change the CNAME of {hostname} to {target} itself.",
		docs: takeover,
	},
	"cname-is-no-proof": {
		message: "{hostname} leads to {found}, as it is to; this name needs a TXT record as its proof besides.",
		actor: "customer",
		fix: 'Set it: {name} TXT "{value}".',
		docs: takeover,
	},
	"too-few-answers": {
		message:
			"The proof of {hostname} stands as far as anybody answered; two resolvers and a name server of the zone have to. No answer: {found}.",
		actor: "hostmaster",
		fix: "Nothing to do as a rule: the next check comes by itself. If it lasts, ask the DNS provider why its servers do not answer.",
		docs: "https://www.rfc-editor.org/rfc/rfc2182#section-3",
	},
	"cname-to-platform": {
		message: "{hostname} leads to {found}: that is the platform, and not the target of this domain.",
		actor: "customer",
		fix: "Change the CNAME of {hostname} to {target}; the random label is the proof.",
		docs: takeover,
	},
	"cname-without-token": {
		message: "{hostname} leads straight to CloudFront ({found}); anybody's may, so that it proves nothing.",
		actor: "customer",
		fix: "Change the CNAME of {hostname} to {target}.",
		docs: takeover,
	},
	proxied: {
		message: "{hostname} is answered by {provider} ({found}), which hides where it leads.",
		actor: "customer",
		fix: "Switch the proxy of {provider} off for {hostname} ('DNS only'), or take the name off that service, and set: {hostname} {type} {target}.",
		docs: "https://developers.cloudflare.com/dns/proxy-status/",
	},
	"cname-wrong-target": {
		message: "The CNAME of {hostname} leads to {found}.",
		actor: "customer",
		fix: "Change the CNAME of {hostname} to {target}.",
		docs: `${rfc1035}#section-3.3.1`,
	},
	"addresses-instead-of-cname": {
		message: "{hostname} has addresses of its own ({found}) and no CNAME; the addresses of the platform change.",
		actor: "customer",
		fix: "Delete the A and AAAA records of {hostname} and set: {hostname} CNAME {target}.",
		docs: `${rfc1035}#section-3.4.1`,
	},
	"txt-behind-cname": {
		message: "{name} is a CNAME to {found}, so that no TXT record of its own can be seen there.",
		actor: "customer",
		fix: 'Delete that CNAME, or give the name a record of its own beside the wildcard that made it: {name} TXT "{value}".',
		docs: rfc2181,
	},
	"txt-quoted": {
		message: "The TXT record at {name} has quotation marks as part of its text: {found}.",
		actor: "customer",
		fix: "Enter the value without quotation marks; the DNS provider sets them itself: {value}",
		docs: `${rfc1035}#section-5.1`,
	},
	"txt-spaced": {
		message: "The TXT record at {name} has white space in its text: {found}.",
		actor: "customer",
		fix: "Enter the value without spaces and line breaks: {value}",
		docs: `${rfc1035}#section-3.3.14`,
	},
	"txt-split": {
		message: "The value at {name} is split over several TXT records: {found}.",
		actor: "customer",
		fix: 'Replace them by one: {name} TXT "{value}".',
		docs: `${rfc1035}#section-3.3.14`,
	},
	"txt-of-former-attempt": {
		message: "The TXT record at {name} has the value of an attempt before this one: {found}.",
		actor: "customer",
		fix: 'Replace it: {name} TXT "{value}".',
		docs: "https://www.ietf.org/archive/id/draft-ietf-dnsop-domain-verification-techniques-07.html",
	},
	"txt-of-another-tenant": {
		message: "The TXT record at {name} is another tenant's proof ({found}) and proves nothing for this one.",
		actor: "customer",
		fix: 'If the domain is yours, set beside it or in its place: {name} TXT "{value}".',
		docs: "https://www.ietf.org/archive/id/draft-ietf-dnsop-domain-verification-techniques-07.html",
	},
	"txt-wrong-value": {
		message: "The TXT record at {name} says something else: {found}.",
		actor: "customer",
		fix: 'Set it exactly so: {name} TXT "{value}".',
		docs: `${rfc1035}#section-3.3.14`,
	},
	"txt-at-wrong-name": {
		message: "The right TXT value stands at {found}, and not at {name}.",
		actor: "customer",
		fix: "Move it to {name}; with a provider that adds the zone's name itself, leave that off.",
		docs: "https://www.rfc-editor.org/rfc/rfc8552#section-1.1",
	},
	"txt-missing": {
		message: "There is no TXT record at {name}.",
		actor: "customer",
		fix: 'Set it: {name} TXT "{value}".',
		docs: "https://www.ietf.org/archive/id/draft-ietf-dnsop-domain-verification-techniques-07.html",
	},
} as const satisfies Record<string, ReasonEntry>;
