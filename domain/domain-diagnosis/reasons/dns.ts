import type { ReasonEntry } from "./entry.ts";

const rfc1034 = "https://www.rfc-editor.org/rfc/rfc1034";
const rfc2182 = "https://www.rfc-editor.org/rfc/rfc2182";

/** Why nothing can be known of a name, or not what its owner has set. */
export const dnsReasons = {
	"hostname-unknown": {
		message: "No tenant has {hostname} here.",
		actor: "customer",
		fix: "Add the domain to a tenant first (POST /v1/tenants/…/domains); the answer names the records to set.",
		docs: "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.5",
	},
	"dangling-record": {
		message: "{hostname} leads to the platform ({found}), and no tenant has it here.",
		actor: "customer",
		fix: "Delete the record at {hostname}, or add the domain to a tenant: what leads to a name that nobody has is there to be taken over.",
		docs: "https://cheatsheetseries.owasp.org/cheatsheets/Subdomain_Takeover_Prevention_Cheat_Sheet.html",
	},
	"rate-limited": {
		message: "{of} takes no more questions about {hostname} for now; it does again at {until}.",
		actor: "hostmaster",
		fix: "Nothing to do: the next check comes by itself.",
		docs: "https://www.rfc-editor.org/rfc/rfc6585#section-4",
	},
	"could-not-ask": {
		message: "No resolver answered any question about {hostname} (asked: {resolvers}), so that nothing is known of it.",
		actor: "hostmaster",
		fix: "Nothing to do: the next check comes by itself. If it lasts, see that the resolvers of RESOLVERS can be reached.",
		docs: "https://www.rfc-editor.org/rfc/rfc8767#section-3",
	},
	"domain-not-registered": {
		message: "{domain} does not exist in DNS, so neither can {hostname}.",
		actor: "customer",
		fix: "Register {domain}, or renew it, and let its registrar name the name servers of a DNS provider.",
		docs: `${rfc1034}#section-3.1`,
	},
	"dnssec-broken": {
		message:
			"Resolvers that check signatures refuse {hostname}: its records are there, and their DNSSEC signatures do not hold.",
		actor: "customer",
		fix: "Have the DS record of {zone} at the registrar match the keys of the DNS provider, or delete the DS record there. It is out of date as a rule after a move to another DNS provider.",
		docs: "https://www.rfc-editor.org/rfc/rfc4035#section-5",
	},
	"cname-loop": {
		message: "The CNAME of {hostname} leads back to where it began: {found}.",
		actor: "customer",
		fix: "Break the circle: set the CNAME of {hostname} to {target}.",
		docs: `${rfc1034}#section-3.6.2`,
	},
	"cname-chain-too-long": {
		message: "{hostname} leads over {links} CNAMEs; resolvers give up before the end.",
		actor: "customer",
		fix: "Set the CNAME of {hostname} to {target} itself.",
		docs: `${rfc1034}#section-3.6.2`,
	},
	servfail: {
		message: "The name servers of {hostname} fail: {found}.",
		actor: "customer",
		fix: "Ask the DNS provider of {domain} why its name servers do not answer for the zone; see also that the registrar names the right ones.",
		docs: "https://www.rfc-editor.org/rfc/rfc8914#section-4.23",
	},
	"name-servers-silent": {
		message: "None of the name servers of {zone} answers ({servers}).",
		actor: "customer",
		fix: "Ask the DNS provider of {zone}, and see that the registrar names name servers that exist.",
		docs: `${rfc2182}#section-3`,
	},
	"lame-delegation": {
		message: "{zone} is delegated to name servers that do not serve it: {found}. Whoever asks them gets nothing.",
		actor: "customer",
		fix: "Let the registrar of {zone} name exactly the name servers of its DNS provider, and no others.",
		docs: "https://www.rfc-editor.org/rfc/rfc9499#section-7",
	},
	"delegation-differs": {
		message: "{zone} is delegated to other name servers than the zone itself names: {found}.",
		actor: "customer",
		fix: "Let the registrar of {zone} and the NS records of the zone name the same name servers, those of its DNS provider.",
		docs: "https://www.rfc-editor.org/rfc/rfc1912#section-2.8",
	},
	"name-servers-disagree": {
		message: "The name servers of {zone} do not say the same of {name}: {found}.",
		actor: "customer",
		fix: "Wait until the DNS provider has copied the zone to all its servers; after an hour ask it why they differ.",
		docs: `${rfc1034}#section-4.3.5`,
	},
	"resolvers-disagree": {
		message: "Resolvers do not find the same for {name}: {found}.",
		actor: "hostmaster",
		fix: "Nothing to do as a rule: the change spreads. If it lasts, see that the DNS provider answers the whole world alike.",
		docs: "https://www.rfc-editor.org/rfc/rfc6950#section-4",
	},
	"old-answer-held": {
		message:
			"The zone is right, and resolvers still remember what was before at {name}: {found}. They may until {until}.",
		actor: "hostmaster",
		fix: "Nothing to do: what resolvers remember runs out by itself.",
		docs: `${rfc1034}#section-4.3.4`,
	},
	"record-name-doubled": {
		message: "The record stands at {found}: the DNS provider has added the zone's name to a name that had it already.",
		actor: "customer",
		fix: "Move it to {hostname}; with this provider write the name as '{label}'.",
		docs: "https://www.rfc-editor.org/rfc/rfc1035#section-5.1",
	},
	"name-missing": {
		message: "{hostname} does not exist in DNS.",
		actor: "customer",
		fix: "Set it: {hostname} {type} {target}.",
		docs: "https://www.rfc-editor.org/rfc/rfc8020#section-2",
	},
	"name-empty": {
		message: "{hostname} has neither a CNAME nor an address.",
		actor: "customer",
		fix: "Set it: {hostname} {type} {target}.",
		docs: "https://www.rfc-editor.org/rfc/rfc2308#section-2.2",
	},
	"target-does-not-resolve": {
		message: "{hostname} leads to {target}, as it is to, and that name has no address.",
		actor: "operator",
		fix: "See that the record *.{edgeDomain} of the platform's zone leads to CloudFront.",
		docs: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-connection-group.html",
	},
} as const satisfies Record<string, ReasonEntry>;
