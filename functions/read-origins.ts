import { HostmasterError } from "../domain/errors.ts";
import type { NewTenant } from "../domain/new-tenant.ts";
import { parseOrigin, parseRoutes } from "../domain/origin.ts";
import { type AllowList, parseAllowList } from "../domain/origin-allow-list.ts";
import type { Tenant } from "../domain/tenant.ts";
import { setting } from "../services/settings.ts";

/** An origin in canonical form, on the environment's allow-list. Throws InvalidRequest with the field and the rule. */
export function readOrigin(given: NewTenant["origin"]): Tenant["origin"] {
	const origin = parseOrigin(given, allowList());
	if (!origin.ok) throw invalid(origin.refusal);
	return origin.value;
}

/** Routes in canonical form. Throws InvalidRequest with the field and the rule. */
export function readRoutes(given: NonNullable<NewTenant["routes"]>): Tenant["routes"] {
	const routes = parseRoutes(given, allowList());
	if (!routes.ok) throw invalid(routes.refusal);
	return routes.value;
}

function allowList(): AllowList {
	const allowed = parseAllowList(setting("ALLOWED_ORIGINS"));
	if (allowed.ok) return allowed.value;
	throw new HostmasterError("Misconfigured", `ALLOWED_ORIGINS, '${allowed.refusal.entry}': ${allowed.refusal.detail}`);
}

function invalid({ field, rule, detail }: { field: string; rule: string; detail: string }): HostmasterError {
	return new HostmasterError("InvalidRequest", detail, { field, rule });
}
