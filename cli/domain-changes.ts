import { randomUUID } from "node:crypto";
import { type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { validations } from "../domain/custom-domain.ts";
import type { DomainView } from "../domain/domain-view.ts";
import type { OperationView } from "../domain/operation-view.ts";
import { domainRoutes } from "../functions/api/contracts/domains.ts";
import type { Context } from "./context.ts";
import { domainText, exitOfDomain, standing } from "./domain-text.ts";
import { type Exit, exits } from "./failures.ts";
import { findTenant } from "./find-tenant.ts";
import { followFor } from "./follow.ts";
import { failureLines, tellAccepted } from "./operation-text.ts";
import { keyOption, timeoutOption, watchOption } from "./options.ts";
import { settle, type Watching } from "./settle.ts";

const tenant = ["<tenant>", "its id, slug or hostname"] as const;
const domain = ["<hostname>", "the domain, e.g. shop.acme.com, acme.com or *.acme.com"] as const;

/** `domains add`, `remove`, `primary`: each begins an operation. */
export function addDomainChanges(domains: CommandUnknownOpts, context: Context): void {
	addAdd(domains, context);
	addRemove(domains, context);
	addPrimary(domains, context);
}

function addAdd(domains: CommandUnknownOpts, context: Context): void {
	domains
		.command("add")
		.description("attach a domain of the tenant's own: answers every record that its owner sets")
		.argument(...tenant)
		.argument(...domain)
		.addOption(
			new Option("--validation <how>", "http: one CNAME does everything; dns: certificate first, for a live site")
				.choices(validations)
				.default("http" as const),
		)
		.option("--redirect-to <hostname>", "another name of the tenant, to which this one answers 308")
		.option(
			"--move-from <id>",
			"take it from this distribution of the same account, which is disabled first (dns only)",
		)
		.option("--primary", "once it is active, let all other names of the tenant redirect to it")
		.addOption(keyOption())
		.addOption(watchOption())
		.addOption(timeoutOption())
		.addHelpText("after", `\nExit codes with --watch: ${standing} After --timeout it is how the domain stands then.`)
		.action(async (named, hostname, { validation, redirectTo, moveFrom, primary, idempotencyKey, ...watching }) => {
			const { tenantId } = await findTenant(context.api(), named);
			const body = {
				...{ hostname, validation },
				...(redirectTo !== undefined && { redirectTo }),
				...(moveFrom !== undefined && { moveFrom }),
				...(primary && { primary }),
			};
			const asked = { path: { tenantId }, body, key: idempotencyKey ?? randomUUID() };
			await conclude(context, await context.api().call(domainRoutes.attachDomain, asked), watching);
		});
}

function addRemove(domains: CommandUnknownOpts, context: Context): void {
	domains
		.command("remove")
		.description("take a domain down: cancels what is under way; the name goes into quarantine for 90 days")
		.argument(...tenant)
		.argument(...domain)
		.addOption(watchOption())
		.addOption(timeoutOption())
		.action(async (named, hostname, watching) => {
			const { tenantId } = await findTenant(context.api(), named);
			const path = { tenantId, hostname };
			await conclude(context, await context.api().call(domainRoutes.detachDomain, { path }), watching);
		});
}

function addPrimary(domains: CommandUnknownOpts, context: Context): void {
	domains
		.command("primary")
		.description("let the tenant's other names redirect to this one; its platform subdomain undoes it")
		.argument(...tenant)
		.argument(...domain)
		.addOption(keyOption())
		.addOption(watchOption())
		.addOption(timeoutOption())
		.action(async (named, hostname, { idempotencyKey, ...watching }) => {
			const { tenantId } = await findTenant(context.api(), named);
			const asked = { path: { tenantId, hostname }, key: idempotencyKey ?? randomUUID() };
			await settle(context, await context.api().call(domainRoutes.makePrimary, asked), watching);
		});
}

/** Says what was accepted and which records are to be set; with --watch not before its end. */
async function conclude(
	context: Context,
	accepted: { domain: DomainView; operation: OperationView },
	{ watch, timeout }: Watching,
): Promise<void> {
	const { paint, api, answer, tell } = context;
	const { operationId } = accepted.operation;
	const { tenantId, hostname } = accepted.domain;
	const shown = domainText(accepted.domain, paint.result);
	if (!watch) {
		const next = `See on: hostmaster domains verify ${tenantId} '${hostname}'`;
		answer({ value: accepted, text: `${shown}\n${next}` });
		return;
	}
	tellAccepted(context, accepted.operation);
	for (const line of shown.split("\n")) tell(line);
	const { operation, ended } = await followFor(context, operationId, { timeoutSeconds: timeout });
	const { domain: after } = await api().call(domainRoutes.showDomain, { path: { tenantId, hostname } });
	const text = [domainText(after, paint.result), ...failureLines(operation, paint.result)].join("\n");
	answer({ value: { domain: after, operation }, text, exit: exitOfChange(after, operation, ended) });
}

/** An attachment that is not over is as its domain stands: whether it waits for the customer is what a script wants to know. */
function exitOfChange(after: DomainView, { kind, status }: OperationView, ended: boolean): Exit {
	if (status === "superseded") return exits.failed;
	if (kind === "attach-domain") return exitOfDomain(after);
	if (!ended) return exits.unasked;
	return status === "failed" ? exits.failed : 0;
}
