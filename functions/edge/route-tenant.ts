import type { CloudFrontRequest, CloudFrontRequestEvent, CloudFrontRequestResult } from "aws-lambda";
import { decideEdge, isPlainPath, reservedPath } from "../../domain/edge-decision.ts";
import { canonicalHost } from "../../domain/request-host.ts";
import { answers } from "./answers.ts";
import { type Configuration, readConfiguration } from "./configuration.ts";
import { createKeyCache } from "./key-cache.ts";
import { createMapCache, entryAgeMs, type Found, identityAgeMs } from "./map-cache.ts";
import { readEntry } from "./map-reader.ts";
import { originRequest } from "./origin-request.ts";
import { createContextSigner } from "./tenant-context.ts";

export type RouteTenant = (event: CloudFrontRequestEvent) => Promise<CloudFrontRequestResult>;

/** Makes the function with caches of its own: what one sandbox of Lambda@Edge holds. */
export function createRouteTenant(): RouteTenant {
	const map = createMapCache();
	const keys = createKeyCache();
	const signer = createContextSigner();

	/** The hostname's own row, else the one of a custom domain that stands for all names beside it. */
	async function find(host: string, configuration: Configuration, ageMs: number): Promise<Found> {
		const found = await map.find(host, () => readEntry(host, configuration), ageMs);
		if (found.kind !== "unknown" || host.endsWith(`.${configuration.platformDomain}`)) return found;
		const wildcard = `*${host.slice(host.indexOf("."))}`;
		return await map.find(wildcard, () => readEntry(wildcard, configuration), ageMs);
	}

	return async (event) => {
		const request = requestOf(event);
		const configuration = readConfiguration(request);
		const host = canonicalHost((request.headers["host"] ?? []).map(({ value }) => value));
		if (!host.ok || !isPlainPath(request.uri)) return answers.badRequest();
		const asked = keys.current(configuration); // beside the map's row: a cold start then waits for one answer, not for two
		const ageMs = request.uri === reservedPath ? identityAgeMs : entryAgeMs;
		const found = await find(host.value, configuration, ageMs);
		if (found.kind === "unreadable") return answers.unavailable();
		const decision = decideEdge(found.kind === "known" ? found.entry : undefined, request.uri);
		switch (decision.kind) {
			case "unknown":
				return answers.unknown();
			case "identify":
				return answers.identity(decision.entry);
			case "gone":
				return answers.gone();
			case "suspended":
				return answers.suspended();
			case "redirect":
				return answers.redirect(`https://${decision.hostname}${pathAndQuery(request)}`);
			case "forward": {
				const key = await asked;
				// Without a signature the origin could not tell our word from a viewer's. It would have to refuse, or worse, believe.
				if (!key) return answers.unavailable();
				const { entry, origin } = decision;
				const token = signer.tokenFor({ ...entry, host: host.value, audience: origin.host }, key);
				return originRequest(request, { host: host.value, entry, origin, token });
			}
		}
	};
}

function requestOf(event: CloudFrontRequestEvent): CloudFrontRequest {
	const record = event.Records[0];
	if (!record) throw new Error("The event has no record");
	return record.cf.request;
}

function pathAndQuery({ uri, querystring }: CloudFrontRequest): string {
	return querystring === "" ? uri : `${uri}?${querystring}`;
}

/** Lambda@Edge, origin-request: finds the tenant of the Host and sends the request on to its origin, or answers itself. */
export const handler: RouteTenant = createRouteTenant();
