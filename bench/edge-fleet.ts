import type { CloudFrontHeaders, CloudFrontRequestEvent } from "aws-lambda";
import type { TenantMapEntry } from "../domain/tenant-map.ts";

/** A request of a viewer, as the deciders that are compared get it. */
export interface FleetRequest {
	host: string;
	path: string;
	event: CloudFrontRequestEvent;
}

export interface Fleet {
	entries: TenantMapEntry[];
	/** One for each hostname, in an order that is neither the map's nor chance's: every run measures the same. */
	requests: FleetRequest[];
}

/** A platform's tenants: each with an origin of its own and two routes, of which half the requests take one. */
export function createFleet(hostnames: number): Fleet {
	const entries = Array.from({ length: hostnames }, (_, at) => entryOf(at));
	const stride = 7_919; // a prime: with no factor in common, every hostname comes up once
	const requests = entries.map((_, at) => {
		const index = (at * stride) % hostnames;
		const host = `tenant-${index}.app.example`; // a string of its own, as one that was read from the network
		const path = at % 2 === 0 ? "/assets/app.js" : "/ai/models";
		return { host, path, event: eventOf(host, path) };
	});
	return { entries, requests };
}

function entryOf(at: number): TenantMapEntry {
	const origin = (host: string) => ({ host, port: 443, protocol: "https" as const, pathPrefix: "" });
	return {
		hostname: `tenant-${at}.app.example`,
		v: 1,
		generation: 1 + (at % 9),
		tenantId: `ten_${at}`,
		slug: `tenant-${at}`,
		status: "active",
		origin: origin(`tenant-${at}.origins.example`),
		routes: [
			{ prefix: "/ai", origin: origin("models.example") },
			{ prefix: "/files", origin: origin("files.example") },
		],
		updatedAt: "2026-01-01T00:00:00.000Z",
	};
}

/** What CloudFront hands to the function for a browser's GET, with the settings that the distribution gives. */
function eventOf(host: string, uri: string): CloudFrontRequestEvent {
	const headers = (pairs: Record<string, string>): CloudFrontHeaders =>
		Object.fromEntries(Object.entries(pairs).map(([key, value]) => [key.toLowerCase(), [{ key, value }]]));
	const custom = {
		customHeaders: headers({
			"x-hostmaster-map-table": "tenant-map",
			"x-hostmaster-map-regions": "us-east-1,eu-west-1",
			"x-hostmaster-context-secret": "context-signing",
			"x-hostmaster-platform-domain": "app.example",
		}),
		domainName: "default.s3.us-east-1.amazonaws.com",
		keepaliveTimeout: 5,
		path: "",
		port: 443,
		protocol: "https" as const,
		readTimeout: 30,
		sslProtocols: ["TLSv1.2"],
	};
	const request = {
		clientIp: "203.0.113.7",
		method: "GET",
		uri,
		querystring: "v=3",
		headers: headers({
			Host: host,
			"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
			Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
			"Accept-Language": "en-GB,en;q=0.7",
			"Accept-Encoding": "br,gzip",
			Cookie: "session=0123456789abcdef",
			"X-Forwarded-For": "203.0.113.7",
			Via: "2.0 0123456789abcdef.cloudfront.net (CloudFront)",
		}),
		origin: { custom },
	};
	const config = {
		distributionDomainName: "d111111abcdef8.cloudfront.net",
		distributionId: "EDFDVBD6EXAMPLE",
		eventType: "origin-request" as const,
		requestId: "0123456789abcdef==",
	};
	return { Records: [{ cf: { config, request } }] };
}

/**
 * Stands in for the regions that the edge function asks, in this process, until it is put back: what is measured is the decision,
 * not a network. `asked` counts the calls.
 */
export function standInForAws(entries: readonly TenantMapEntry[]) {
	const before = { fetch: globalThis.fetch, env: { ...process.env } };
	const items = new Map(entries.map((entry) => [entry.hostname, attribute(entry)]));
	const count = { asked: 0 };
	Object.assign(process.env, { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "bench", AWS_SECRET_ACCESS_KEY: "bench" });
	globalThis.fetch = (_url: unknown, options?: RequestInit) => {
		count.asked++;
		const input = JSON.parse(String(options?.body));
		const item = items.get(input.Key?.hostname.S);
		return Promise.resolve(Response.json(item ? { Item: item["M"] } : { SecretString: "a secret of the benchmark" }));
	};
	return {
		count,
		putBack() {
			globalThis.fetch = before.fetch;
			for (const name of ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) {
				if (before.env[name] === undefined) delete process.env[name];
				else process.env[name] = before.env[name];
			}
		},
	};
}

function attribute(value: unknown): Record<string, unknown> {
	if (typeof value === "number") return { N: String(value) };
	if (typeof value === "string") return { S: value };
	if (Array.isArray(value)) return { L: value.map(attribute) };
	return { M: Object.fromEntries(Object.entries(Object(value)).map(([name, member]) => [name, attribute(member)])) };
}
