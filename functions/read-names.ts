import { HostmasterError } from "../domain/errors.ts";
import type { NewTenant } from "../domain/new-tenant.ts";
import { parseOrigin, parseRoutes } from "../domain/origin.ts";
import { type AllowList, parseAllowList } from "../domain/origin-allow-list.ts";
import { reservedSlugs } from "../domain/reserved-slugs.ts";
import { describeRefusal, parseSlug } from "../domain/slug.ts";
import type { Tenant } from "../domain/tenant.ts";
import { setting } from "../services/settings.ts";
import { hostnameOf } from "./platform-hostname.ts";

/** The names of a request in canonical form. Throws SlugReserved, or InvalidRequest with the field and the rule. */
export function readNames(request: NewTenant): Pick<Tenant, "slug" | "hostname" | "origin" | "routes"> {
	const slug = parseSlug(request.slug, reservedSlugs);
	if (!slug.ok) {
		const { rule, detail } = describeRefusal(slug.refusal);
		const name = rule === "reserved" || rule === "imitates-reserved" ? "SlugReserved" : "InvalidRequest";
		throw new HostmasterError(name, detail, { field: "slug", rule });
	}
	const allowed = allowList();
	const origin = parseOrigin(request.origin, allowed);
	if (!origin.ok) throw invalid(origin.refusal);
	const routes = parseRoutes(request.routes ?? [], allowed);
	if (!routes.ok) throw invalid(routes.refusal);
	return { slug: slug.value, hostname: hostnameOf(slug.value), origin: origin.value, routes: routes.value };
}

function allowList(): AllowList {
	const allowed = parseAllowList(setting("ALLOWED_ORIGINS"));
	if (allowed.ok) return allowed.value;
	throw new HostmasterError("Misconfigured", `ALLOWED_ORIGINS, '${allowed.refusal.entry}': ${allowed.refusal.detail}`);
}

function invalid({ field, rule, detail }: { field: string; rule: string; detail: string }): HostmasterError {
	return new HostmasterError("InvalidRequest", detail, { field, rule });
}
