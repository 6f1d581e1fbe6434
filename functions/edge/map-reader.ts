import type { TenantMapEntry } from "../../domain/tenant-map.ts";
import { askNearest } from "./aws-call.ts";
import type { Configuration } from "./configuration.ts";

/**
 * Reads a hostname's row of the tenant map, from the nearest region that answers. Undefined: the map has no such row.
 * Throws when no region answered, or with a row that this release cannot read: neither means that the tenant is unknown (R6).
 */
export async function readEntry(hostname: string, configuration: Configuration): Promise<TenantMapEntry | undefined> {
	const answer = await askNearest(
		{
			service: "dynamodb",
			target: "DynamoDB_20120810.GetItem",
			contentType: "application/x-amz-json-1.0",
			input: { TableName: configuration.mapTable, Key: { hostname: { S: hostname } } },
		},
		configuration,
	);
	const item = objectOf(answer, "the answer")["Item"];
	return item === undefined ? undefined : decodeEntry(plain({ M: item }), hostname);
}

/** Checks by hand what the bundle is too small to check with a schema library. Throws with the name of what is wrong. */
export function decodeEntry(row: unknown, hostname: string): TenantMapEntry {
	const fields = objectOf(row, "the row");
	if (fields["v"] !== 1) throw new Error(`${hostname}: version ${fields["v"]} of a map row is not known here`);
	if (fields["hostname"] !== hostname) throw new Error(`${hostname}: the row is another hostname's`);
	const redirectTo = fields["redirectTo"];
	const routes = fields["routes"] ?? [];
	if (!Array.isArray(routes)) throw new Error("routes is not a list");
	return {
		hostname,
		v: 1,
		generation: numberOf(fields["generation"], "generation"),
		tenantId: textOf(fields["tenantId"], "tenantId"),
		slug: textOf(fields["slug"], "slug"),
		status: statusOf(fields["status"]),
		origin: originOf(fields["origin"]),
		routes: routes.map((route: unknown) => {
			const { prefix, origin } = objectOf(route, "route");
			return { prefix: textOf(prefix, "prefix"), origin: originOf(origin) };
		}),
		...(redirectTo === undefined ? {} : { redirectTo: textOf(redirectTo, "redirectTo") }),
		updatedAt: textOf(fields["updatedAt"], "updatedAt"),
	};
}

/** A DynamoDB attribute value as a plain one: `{M: {n: {N: "1"}}}` is `{n: 1}`. */
function plain(value: unknown): unknown {
	const [[type, inner] = []] = Object.entries(objectOf(value, "attribute value"));
	switch (type) {
		case "S":
		case "BOOL":
			return inner;
		case "N":
			return Number(inner);
		case "NULL":
			return undefined;
		case "L":
			if (!Array.isArray(inner)) throw new Error("A list of a map row is not a list");
			return inner.map(plain);
		case "M":
			return Object.fromEntries(Object.entries(objectOf(inner, "map")).map(([name, member]) => [name, plain(member)]));
		default:
			throw new Error(`A map row holds no attribute of type ${type}`);
	}
}

function originOf(value: unknown): TenantMapEntry["origin"] {
	const { host, port, protocol, pathPrefix } = objectOf(value, "origin");
	if (protocol !== "https") throw new Error("The protocol of an origin is not https");
	return {
		host: textOf(host, "host"),
		port: numberOf(port, "port"),
		protocol,
		pathPrefix: textOf(pathPrefix ?? "", "pathPrefix"),
	};
}

function statusOf(value: unknown): TenantMapEntry["status"] {
	if (value === "active" || value === "suspended" || value === "removing" || value === "moved") return value;
	throw new Error("The status of a map row is not known here");
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function objectOf(value: unknown, name: string): Record<string, unknown> {
	if (isObject(value)) return value;
	throw new Error(`${name} is not an object`);
}

function textOf(value: unknown, name: string): string {
	if (typeof value === "string") return value;
	throw new Error(`${name} is not a string`);
}

function numberOf(value: unknown, name: string): number {
	if (typeof value === "number" && Number.isFinite(value)) return value;
	throw new Error(`${name} is not a number`);
}
