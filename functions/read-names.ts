import type { NewTenant } from "../domain/new-tenant.ts";
import type { Tenant } from "../domain/tenant.ts";
import { readOrigin, readRoutes } from "./read-origins.ts";
import { readSlug } from "./read-slug.ts";

/** The names of a request in canonical form. Throws SlugReserved, or InvalidRequest with the field and the rule. */
export function readNames(request: NewTenant): Pick<Tenant, "slug" | "hostname" | "origin" | "routes"> {
	const { slug, origin, routes = [] } = request;
	return { ...readSlug(slug), origin: readOrigin(origin), routes: readRoutes(routes) };
}
