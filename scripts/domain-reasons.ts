import { catalogue } from "../domain/domain-diagnosis/catalogue.ts";

const introduction = [
	"# Why a custom domain is not served",
	"",
	"Every reason that the diagnosis of a custom domain can give: the same in `POST …/domains/{hostname}/verify`, in the conditions of a domain, in",
	"`GET /v1/domains/{hostname}/diagnosis`, in the events `DomainActionRequired` and `DomainDegraded`, and in `hostmaster domains diagnose`. Codes are",
	"an API: programs may match on them, and one goes only after 30 days' notice.",
	"",
	"The first reason that applies is given, what hides the others first: whether DNS answers at all, then what proves the ownership, then where the",
	"name leads, how its zone is delegated, what CloudFront and the certificate say, and what visitors meet. What comes after the step that is being",
	"waited for is nobody's fault yet: a live site that moves by a DNS-validated certificate leads elsewhere until its certificate is attached.",
	"",
	"`could not ask` is never `is not there`: those reasons are Hostmaster's, and the next check comes by itself. Conditions spell a code in CamelCase",
	"(`txt-missing` → `TxtMissing`). Words in ‹brackets› are filled in; the one in bold has to act.",
];

/** docs/domain-reasons.md: the catalogue of reasons for people, what is filled in shown in brackets. */
export function domainReasonsDocument(): string {
	const sections = Object.entries(catalogue).map(([reason, { message, actor, fix, docs }]) => {
		return `### ${reason}\n\n${shown(message)}\n\n**${actor}**: ${shown(fix)} ([source](${docs}))\n`;
	});
	return [introduction.join("\n"), "", sections.join("\n")].join("\n");
}

function shown(text: string): string {
	return text.replace(/\{([a-zA-Z]+)\}/g, "‹$1›");
}
