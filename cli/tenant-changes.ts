import { randomUUID } from "node:crypto";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { tenantRoutes } from "../functions/api/contracts/tenants.ts";
import type { Api } from "./api.ts";
import type { Context } from "./context.ts";
import { misused } from "./failures.ts";
import { findTenant } from "./find-tenant.ts";
import { keyOption, readConfig, readOrigin, readRoute, timeoutOption, watchOption } from "./options.ts";
import { type Accepted, settle, type Watching } from "./settle.ts";

const named = ["<tenant>", "its id, slug or hostname"] as const;

/** `tenants add`, `suspend`, `resume`, `rename`, `remove`: each begins an operation. */
export function addTenantChanges(tenants: CommandUnknownOpts, context: Context): void {
	addAdd(tenants, context);
	addSuspend(tenants, context);
	addResume(tenants, context);
	addRename(tenants, context);
	addRemove(tenants, context);
}

function addAdd(tenants: CommandUnknownOpts, context: Context): void {
	tenants
		.command("add")
		.description("onboard a tenant")
		.argument("<slug>", "its label under the platform domain")
		.option("--name <name>", "what people call it; the slug unless given")
		.option("--origin <origin>", "where its requests go: host, host:port or https://host:port/path", readOrigin)
		.option("--route <prefix=origin>", "paths that go elsewhere, e.g. /ai=model.example.net; repeatable", readRoute)
		.option("--external-ref <ref>", "the billing system's id of it")
		.option("--plan <plan>", "what it pays for")
		.option("--config <json>", "the application's own settings", readConfig)
		.addOption(keyOption())
		.addOption(watchOption())
		.addOption(timeoutOption())
		.action(async (slug, { name, origin, route, externalRef, plan, config, idempotencyKey, ...watching }) => {
			const to = origin ?? context.access().defaultOrigin;
			if (!to) throw misused("Where do the requests of this tenant go?", "Give --origin <host[:port]>.");
			const body = { slug, name: name ?? slug, origin: to, routes: route, externalRef, plan, config };
			const accepted = await context
				.api()
				.call(tenantRoutes.createTenant, { body, key: idempotencyKey ?? randomUUID() });
			await settle(context, accepted, watching);
		});
}

function addSuspend(tenants: CommandUnknownOpts, context: Context): void {
	tenants
		.command("suspend")
		.description("let the edge answer 403 for a tenant")
		.argument(...named)
		.requiredOption("--reason <text>", "kept in its history, and told in events")
		.addOption(keyOption())
		.addOption(watchOption())
		.addOption(timeoutOption())
		.action(async (tenant, { reason, idempotencyKey, ...watching }) => {
			const asked = { body: { reason }, key: idempotencyKey ?? randomUUID() };
			await change(context, tenant, watching, (api, path) => api.call(tenantRoutes.suspendTenant, { path, ...asked }));
		});
}

function addResume(tenants: CommandUnknownOpts, context: Context): void {
	tenants
		.command("resume")
		.description("bring a suspended tenant back")
		.argument(...named)
		.option("--reason <text>", "kept in its history, and told in events")
		.addOption(keyOption())
		.addOption(watchOption())
		.addOption(timeoutOption())
		.action(async (tenant, { reason, idempotencyKey, ...watching }) => {
			const asked = { body: { reason }, key: idempotencyKey ?? randomUUID() };
			await change(context, tenant, watching, (api, path) => api.call(tenantRoutes.resumeTenant, { path, ...asked }));
		});
}

function addRename(tenants: CommandUnknownOpts, context: Context): void {
	tenants
		.command("rename")
		.description("give a tenant another slug; the former name redirects for 30 days")
		.argument(...named)
		.argument("<slug>", "the new one")
		.addOption(keyOption())
		.addOption(watchOption())
		.addOption(timeoutOption())
		.action(async (tenant, slug, { idempotencyKey, ...watching }) => {
			const asked = { body: { slug }, key: idempotencyKey ?? randomUUID() };
			await change(context, tenant, watching, (api, path) => api.call(tenantRoutes.renameTenant, { path, ...asked }));
		});
}

function addRemove(tenants: CommandUnknownOpts, context: Context): void {
	tenants
		.command("remove")
		.description("take a tenant down for good: cancels what is under way; its names go into quarantine for 90 days")
		.argument(...named)
		.option("--reason <text>", "kept in its history")
		.addOption(watchOption())
		.addOption(timeoutOption())
		.action(async (tenant, { reason, ...watching }) => {
			const query = { reason };
			await change(context, tenant, watching, (api, path) => api.call(tenantRoutes.deleteTenant, { path, query }));
		});
}

/** Begins a change of the tenant that a person means. */
async function change(
	context: Context,
	named: string,
	watching: Watching,
	begin: (api: Api, path: { tenantId: string }) => Promise<Accepted>,
): Promise<void> {
	const api = context.api();
	const { tenantId } = await findTenant(api, named);
	await settle(context, await begin(api, { tenantId }), watching);
}
