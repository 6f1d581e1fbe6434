import { resolve } from "node:path";
import { alone, type Surroundings } from "./laptop.ts";
import type { Ports } from "./ports.ts";
import type { Tokens } from "./tokens.ts";

/** Scopes of every route: the token of a laptop may do all. */
export const allScopes = [
	...["tenants:read", "tenants:write", "operations:read", "operations:retry", "operations:write"],
	...["webhooks:read", "webhooks:write"],
];

/** What programs need to use a running Hostmaster; also the content of `.hostmaster/endpoints.json`. */
export interface Endpoints {
	pid: number;
	api: string;
	aws: string;
	dns: { host: string; port: number };
	edge: { https: string; http: string };
	/** PEM file of the CA that signs what the edge shows. */
	ca: string;
	/** A bearer token with every scope, good for a day. */
	token: string;
	/** An `origin` that a POST may name. */
	demoOrigin: { host: string; port: number };
	platformDomain: string;
}

/** What an account is reached by; a running Cloud is one. */
export interface Reachable {
	ports: Ports;
	tokens: Tokens;
	/** PEM file of its CA. */
	authorityFile: string;
}

/** `edgeAddress`: where its edge listens, if it is not alone on the machine. */
export async function endpointsOf(
	{ ports, tokens, authorityFile }: Reachable,
	surroundings: Surroundings = alone,
	edgeAddress = "127.0.0.1",
): Promise<Endpoints> {
	const at = (scheme: string, port: number, address = "127.0.0.1") => `${scheme}://${address}:${port}`;
	return {
		pid: process.pid,
		api: at("http", ports.api),
		aws: at("http", ports.aws),
		dns: { host: "127.0.0.1", port: ports.dns },
		edge: { https: at("https", ports.edgeHttps, edgeAddress), http: at("http", ports.edgeHttp, edgeAddress) },
		ca: resolve(authorityFile),
		token: await tokens.token({ sub: "laptop", scopes: allScopes, ttlSeconds: 86_400 }),
		demoOrigin: { host: surroundings.demoOriginHost, port: ports.demoOrigin },
		platformDomain: surroundings.platformDomain,
	};
}
