import { parseHostname } from "./hostname.ts";
import { describeHostnameRefusal } from "./hostname-refusal.ts";
import { limits } from "./limits.ts";
import { type AllowList, isAllowed, isHostAllowed } from "./origin-allow-list.ts";
import { parsePathPrefix } from "./path-prefix.ts";
import { accepted, type Result, refused } from "./result.ts";

/** Where a tenant's requests go. */
export interface Origin {
	/** Canonical hostname. */
	host: string;
	port: number;
	protocol: "https";
	/** `""`, or begins and does not end with `/`. */
	pathPrefix: string;
}

/** Requests below a path of the tenant's hostname go to another origin; the longest prefix wins. */
export interface TenantRoute {
	/** Begins and does not end with `/`. */
	prefix: string;
	origin: Origin;
}

/** What a caller gives; what is left out is https, 443 and no prefix. */
export interface OriginInput {
	host: string;
	port?: number | undefined;
	protocol?: string | undefined;
	pathPrefix?: string | undefined;
}

/** What a caller gives for one route. */
export interface RouteInput {
	prefix: string;
	origin: OriginInput;
}

/** `field`: path into the request, e.g. `routes.2.origin.port`. `rule`: stable, for programs. `detail`: names the fix. */
export interface OriginRefusal {
	field: string;
	rule: string;
	detail: string;
}

/** Paths that the edge answers itself; no route can take them. */
const edgePath = "/.well-known/hostmaster";

/**
 * Reads an origin: https only, a name that the environment allows, on a port that it allows with that name; no address,
 * no credentials. `at` is where it stands in the request. Never throws; the first broken rule wins.
 */
export function parseOrigin(input: OriginInput, allowed: AllowList, at = "origin"): Result<Origin, OriginRefusal> {
	const { port = 443, protocol = "https", pathPrefix = "" } = input;
	if (protocol !== "https") {
		return refused({
			field: `${at}.protocol`,
			rule: "https-only",
			detail: "Only https is spoken to origins: leave it out.",
		});
	}
	const host = parseHostname(input.host);
	if (!host.ok) return refused({ field: `${at}.host`, ...describeHostnameRefusal(host.refusal) });
	if (!isHostAllowed(allowed, host.value)) {
		const detail = `'${host.value}' is not on this environment's list of origins: an operator can add it to AllowedOrigins.`;
		return refused({ field: `${at}.host`, rule: "not-allowed", detail });
	}
	if (!isAllowed(allowed, host.value, port)) {
		const detail = `Port ${port} is not listed with '${host.value}': use another, or ask an operator to add it to AllowedOrigins.`;
		return refused({ field: `${at}.port`, rule: "not-allowed", detail });
	}
	const prefix = pathPrefix === "" ? accepted("") : parsePathPrefix(pathPrefix);
	if (!prefix.ok) return refused({ field: `${at}.pathPrefix`, ...prefix.refusal });
	return accepted({ host: host.value, port, protocol, pathPrefix: prefix.value });
}

/** Reads a tenant's routes, in the order given: at most 10, each prefix once and not under the edge's own path. */
export function parseRoutes(inputs: readonly RouteInput[], allowed: AllowList): Result<TenantRoute[], OriginRefusal> {
	const max = limits.routesPerTenant.value;
	if (inputs.length > max) {
		return refused({
			field: "routes",
			rule: "count",
			detail: `There are ${inputs.length} routes: give at most ${max}.`,
		});
	}
	const routes: TenantRoute[] = [];
	for (const [index, input] of inputs.entries()) {
		const at = `routes.${index}`;
		const prefix = parsePathPrefix(input.prefix);
		if (!prefix.ok) return refused({ field: `${at}.prefix`, ...prefix.refusal });
		const clash = clashOf(prefix.value, routes);
		if (clash) return refused({ field: `${at}.prefix`, ...clash });
		const origin = parseOrigin(input.origin, allowed, `${at}.origin`);
		if (!origin.ok) return origin;
		routes.push({ prefix: prefix.value, origin: origin.value });
	}
	return accepted(routes);
}

function clashOf(prefix: string, earlier: readonly TenantRoute[]): Omit<OriginRefusal, "field"> | undefined {
	if (`${prefix}/`.startsWith(`${edgePath}/`)) {
		return { rule: "reserved-path", detail: `The edge itself answers under ${edgePath}: choose another prefix.` };
	}
	if (!earlier.some((route) => route.prefix === prefix)) return undefined;
	return { rule: "duplicate", detail: `'${prefix}' is given twice: keep one of the two.` };
}
