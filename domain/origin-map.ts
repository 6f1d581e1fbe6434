import { type Hostname, parseHostname } from "./hostname.ts";
import { describeHostnameRefusal } from "./hostname-refusal.ts";
import type { NewTenant } from "./new-tenant.ts";
import type { OriginInput } from "./origin.ts";
import { accepted, type Result, refused } from "./result.ts";

/** One side of a mapping: a host, or with `wildcard` every name exactly one label beneath it. */
interface Side {
	host: Hostname;
	wildcard: boolean;
	/** Undefined: any port before, the same port afterwards. */
	port: number | undefined;
}

/** Origins of one environment, and what stands in their place in another. */
export interface OriginMapping {
	from: Side;
	to: Side;
}

/** Why a text is no mapping; `detail` names the fix. */
export interface MappingRefusal {
	rule: string;
	detail: string;
}

/**
 * Reads `from=to`: `origin.nonprod.example.net=origin.prod.example.net:8443`, `*.nonprod.example.net=*.prod.example.net`. As with
 * certificates, `*` stands for one label, which stays. Never throws; the first broken rule wins.
 */
export function parseOriginMapping(text: string): Result<OriginMapping, MappingRefusal> {
	const [left = "", right, ...more] = text.split("=");
	if (right === undefined || more.length > 0) {
		return refused({ rule: "form", detail: "Write it as from=to, each a host, host:port or *.host." });
	}
	const from = parseSide(left);
	if (!from.ok) return from;
	const to = parseSide(right);
	if (!to.ok) return to;
	if (from.value.wildcard !== to.value.wildcard) {
		return refused({ rule: "wildcard", detail: "Begin both sides with '*.', or neither." });
	}
	return accepted({ from: from.value, to: to.value });
}

/** The request with each of its origins as the first mapping that fits it says. */
export function mapOrigins(request: NewTenant, mappings: readonly OriginMapping[]): NewTenant {
	const { origin, routes } = request;
	return {
		...request,
		origin: mapOrigin(origin, mappings),
		...(routes && { routes: routes.map((route) => ({ ...route, origin: mapOrigin(route.origin, mappings) })) }),
	};
}

/** Whether a mapping is about any origin of the request. */
export function isAbout({ from }: OriginMapping, { origin, routes = [] }: NewTenant): boolean {
	return [origin, ...routes.map((route) => route.origin)].some((origin) => labelsFitting(from, origin) !== undefined);
}

function mapOrigin(origin: NewTenant["origin"], mappings: readonly OriginMapping[]): NewTenant["origin"] {
	for (const { from, to } of mappings) {
		const labels = labelsFitting(from, origin);
		if (labels === undefined) continue;
		return { ...origin, host: `${labels}${to.host}`, ...(to.port !== undefined && { port: to.port }) };
	}
	return origin;
}

/** What `*` stands for, with its dot; "" without one; undefined when the side is not about the origin. */
function labelsFitting({ host, wildcard, port }: Side, origin: OriginInput): string | undefined {
	const read = parseHostname(origin.host);
	if (!read.ok || (port !== undefined && port !== (origin.port ?? 443))) return undefined;
	const labels = wildcard ? read.value.slice(0, read.value.indexOf(".") + 1) : "";
	return labels + host === read.value ? labels : undefined;
}

function parseSide(text: string): Result<Side, MappingRefusal> {
	const typed = text.trim();
	const wildcard = typed.startsWith("*.");
	const digits = /:([0-9]{1,5})$/.exec(typed)?.[1];
	const port = digits === undefined ? undefined : Number(digits);
	if (port !== undefined && (port < 1 || port > 65_535)) {
		return refused({ rule: "port", detail: `${digits} is no port: give one from 1 to 65535.` });
	}
	const host = parseHostname(typed.replace(/^\*\./, "").replace(/:[0-9]{1,5}$/, ""));
	return host.ok ? accepted({ host: host.value, wildcard, port }) : refused(describeHostnameRefusal(host.refusal));
}
