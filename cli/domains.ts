import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { limits } from "../domain/limits.ts";
import { domainRoutes } from "../functions/api/contracts/domains.ts";
import type { Context } from "./context.ts";
import { addDomainChanges } from "./domain-changes.ts";
import { diagnosisExit, diagnosisText, domainsText, domainText, exitOfDomain, standing } from "./domain-text.ts";
import { findTenant } from "./find-tenant.ts";
import { followFor } from "./follow.ts";
import { timeoutOption, watchOption } from "./options.ts";

const footer = `
Exit codes of show, verify, and add --watch: ${standing}
Of diagnose: 0 nothing is wrong; 1 something is.`;

/** Whoever mends a record and verifies again at once waits out the interval between two checks, and is not refused. */
const patienceSeconds = limits.verifyInterval.value + 5;

/** `hostmaster domains …` */
export function addDomainCommands(program: CommandUnknownOpts, context: Context): void {
	const domains = program.command("domains").description("the domains that tenants bring").addHelpText("after", footer);
	addDomainChanges(domains, context);
	addList(domains, context);
	addShow(domains, context);
	addVerify(domains, context);
	addDiagnose(domains, context);
}

function addList(domains: CommandUnknownOpts, { api, answer, paint }: Context): void {
	domains
		.command("list")
		.description("a tenant's domains")
		.argument("<tenant>", "its id, slug or hostname")
		.action(async (named) => {
			const { tenantId } = await findTenant(api(), named);
			const value = await api().call(domainRoutes.listDomains, { path: { tenantId } });
			answer({ value, text: domainsText(value.domains, paint.result) });
		});
}

function addShow(domains: CommandUnknownOpts, { api, answer, paint }: Context): void {
	domains
		.command("show")
		.description("a domain: its records, how it stands, what it waits for and who has to act")
		.argument("<tenant>", "its id, slug or hostname")
		.argument("<hostname>", "the domain")
		.addHelpText("after", `\nExit codes: ${standing}`)
		.action(async (named, hostname) => {
			const { tenantId } = await findTenant(api(), named);
			const value = await api().call(domainRoutes.showDomain, { path: { tenantId, hostname } });
			answer({ value, text: domainText(value.domain, paint.result), exit: exitOfDomain(value.domain) });
		});
}

function addVerify(domains: CommandUnknownOpts, context: Context): void {
	const { api, answer, paint, tell } = context;
	domains
		.command("verify")
		.description("check a domain now: what was found, what is missing, and the exact fix")
		.argument("<tenant>", "its id, slug or hostname")
		.argument("<hostname>", "the domain")
		.addOption(watchOption())
		.addOption(timeoutOption())
		.addHelpText("after", `\nExit codes: ${standing} After --timeout it is how the domain stands then.`)
		.action(async (named, hostname, { watch, timeout }) => {
			const { tenantId } = await findTenant(api(), named);
			const path = { tenantId, hostname };
			const seen = await api().call(domainRoutes.verifyDomain, { path, patienceSeconds });
			const { operationId } = seen.domain;
			if (!watch || operationId === null) {
				const exit = exitOfDomain(seen.domain);
				// What the domain waits for is what the look before saw: the one that decides has only been asked for.
				const isSaid = seen.diagnosis.ok && exit === 0;
				const verdict = isSaid ? "" : `\n\n${diagnosisText(seen.diagnosis, paint.result)}`;
				return answer({ value: seen, text: `${domainText(seen.domain, paint.result)}${verdict}`, exit });
			}
			for (const line of diagnosisText(seen.diagnosis, paint.progress).split("\n")) tell(line);
			await followFor(context, operationId, { timeoutSeconds: timeout });
			const { domain } = await api().call(domainRoutes.showDomain, { path });
			answer({ value: { domain }, text: domainText(domain, paint.result), exit: exitOfDomain(domain) });
		});
}

function addDiagnose(domains: CommandUnknownOpts, { api, answer, paint }: Context): void {
	domains
		.command("diagnose")
		.description("why a hostname is not served, for any hostname")
		.argument("<hostname>", "known or not")
		.addHelpText("after", "\nExit codes: 0 nothing is wrong; 1 something is.")
		.action(async (hostname) => {
			const value = await api().call(domainRoutes.diagnoseDomain, { path: { hostname } });
			answer({ value, text: diagnosisText(value, paint.result), exit: diagnosisExit(value) });
		});
}
