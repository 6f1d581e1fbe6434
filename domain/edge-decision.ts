import type { TenantMapEntry } from "./tenant-map.ts";

type Origin = TenantMapEntry["origin"];

/** The one path of every hostname that the edge answers by itself: the probe reads there whom the edge takes it for. */
export const reservedPath = "/.well-known/hostmaster";

/** What the edge does with a request for a hostname. */
export type EdgeDecision =
	| { kind: "forward"; entry: TenantMapEntry; origin: Origin }
	| { kind: "identify"; entry: TenantMapEntry }
	| { kind: "redirect"; hostname: string }
	| { kind: "suspended" }
	| { kind: "gone" }
	| { kind: "unknown" };

/**
 * Decides by what the map says of the hostname (undefined: it says that there is no such hostname). Total, and pure.
 * The first that applies: unknown, the reserved path, gone, suspended, another hostname, the tenant's origin.
 */
export function decideEdge(entry: TenantMapEntry | undefined, path: string): EdgeDecision {
	if (!entry) return { kind: "unknown" };
	if (path === reservedPath) return { kind: "identify", entry };
	switch (entry.status) {
		case "removing":
			return { kind: "gone" };
		case "suspended":
			return { kind: "suspended" };
		case "moved":
			return entry.redirectTo === undefined ? { kind: "gone" } : { kind: "redirect", hostname: entry.redirectTo };
		case "active":
			return entry.redirectTo === undefined
				? { kind: "forward", entry, origin: originFor(entry, path) }
				: { kind: "redirect", hostname: entry.redirectTo };
	}
}

/**
 * The origin of the longest route prefix that matches on a segment's end (`/ai` takes `/ai` and `/ai/x`, not `/airport`);
 * without one, the tenant's own. The prefix is kept: the origin sees the path that the viewer asked for.
 * Prefixes are compared with the path as received, byte for byte.
 */
export function originFor(entry: Pick<TenantMapEntry, "origin" | "routes">, path: string): Origin {
	let longest = -1;
	let origin = entry.origin;
	for (const route of entry.routes) {
		const prefix = withoutTrailingSlash(route.prefix);
		if (prefix.length > longest && (path === prefix || path.startsWith(`${prefix}/`))) {
			longest = prefix.length;
			origin = route.origin;
		}
	}
	return origin;
}

/**
 * Whether a request target is one that every reader takes for the same path: origin-form, no dot segment in any spelling.
 * Tenants may share an origin, told apart by `pathPrefix`; a `..` that the origin resolves would climb into another tenant's.
 */
export function isPlainPath(path: string): boolean {
	if (!path.startsWith("/")) return false;
	const segments = path.replaceAll(/%2e/gi, ".").split(/[/\\]|%2f|%5c/i);
	return !segments.some((segment) => /^\.\.?(?:;.*)?$/.test(segment)); // `..;x` is a `..` to servlet containers
}

/** `/` and `` are the same prefix: all. */
export function withoutTrailingSlash(prefix: string): string {
	return prefix.replace(/\/+$/, "");
}
