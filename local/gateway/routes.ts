/** A route key, taken apart: `POST /v1/tenants/{tenantId}`, `ANY /files/{path+}` or `$default`. */
export interface RouteKey {
	text: string;
	method: string;
	segments: readonly Segment[];
}

type Segment =
	| { kind: "text"; text: string }
	| { kind: "one"; name: string }
	/** The rest of the path, slashes included. */
	| { kind: "rest"; name: string };

/** Reads a route key. Throws an Error when it is none. */
export function routeKeyOf(text: string): RouteKey {
	if (text === "$default") return { text, method: "ANY", segments: [{ kind: "rest", name: "" }] };
	const [, method, path] = /^([A-Z]+) \/(.*)$/.exec(text) ?? [];
	if (!method || path === undefined) throw new Error(`'${text}' is not a route key`);
	return { text, method, segments: path.split("/").map(segmentOf) };
}

function segmentOf(text: string): Segment {
	const [, name, plus] = /^\{([^}+]+)(\+?)\}$/.exec(text) ?? [];
	if (!name) return { kind: "text", text };
	return plus ? { kind: "rest", name } : { kind: "one", name };
}

/** Path parameters as they came, not decoded; undefined when the route does not fit. A parameter is never empty. */
function parametersIn(route: RouteKey, method: string, parts: readonly string[]): Record<string, string> | undefined {
	if (route.method !== "ANY" && route.method !== method) return undefined;
	const parameters: Record<string, string> = {};
	for (const [index, segment] of route.segments.entries()) {
		if (segment.kind === "rest") {
			if (segment.name) parameters[segment.name] = parts.slice(index).join("/");
			return parts.length > index ? parameters : undefined;
		}
		const part = parts[index];
		if (part === undefined || (segment.kind === "text" ? part !== segment.text : part === "")) return undefined;
		if (segment.kind === "one") parameters[segment.name] = part;
	}
	return parts.length === route.segments.length ? parameters : undefined;
}

/**
 * The route that serves a request: a full match, then a greedy one, then `$default`; among those the one with more fixed text
 * first, and a named method before ANY.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
 */
export function matchRoute<R extends { key: RouteKey }>(
	routes: readonly R[],
	method: string,
	path: string,
): { route: R; parameters: Record<string, string> } | undefined {
	const parts = path.slice(1).split("/");
	const fits = routes.flatMap((route) => {
		const parameters = parametersIn(route.key, method, parts);
		return parameters ? [{ route, parameters }] : [];
	});
	return fits.toSorted((left, right) => compared(rank(left.route.key), rank(right.route.key)))[0];
}

/** Smaller goes first. Segments count from the left; a named method decides last. */
function rank({ text, method, segments }: RouteKey): string {
	const kinds = { text: "0", one: "1", rest: "2" };
	const greedy = segments.at(-1)?.kind === "rest" ? "1" : "0";
	const order = segments.map(({ kind }) => kinds[kind]).join("");
	return `${text === "$default" ? "2" : greedy}${order}${method === "ANY" ? "1" : "0"}`;
}

function compared(left: string, right: string): number {
	return left < right ? -1 : Number(left > right);
}
