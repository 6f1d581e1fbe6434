import type { Ports } from "./ports.ts";

/** The accounts of the embedded cloud; an access key id ends in the account that it belongs to. */
export const accounts = { registrar: "111111111111", nonprod: "222222222222", prod: "333333333333" } as const;

export const region = "us-east-1";

/** The domain under which a laptop's slugs live; `.test` is kept for such uses (RFC 6761). */
export const platformDomain = "app.hostmaster.test";

/** By which tenants' configurations name the demo origin. */
export const demoOriginHost = "origin.hostmaster.test";

export const tokenAudience = "https://hostmaster.test";

/**
 * All that differs on a laptop from the packaged nonprod template: values of its parameters, and nothing else.
 * `authority`: PEM of the local CA.
 */
export function laptopParameters(ports: Ports, authority: string): Record<string, string> {
	return {
		AwsEndpoint: awsEndpoint(ports),
		Resolvers: `127.0.0.1:${ports.dns}`,
		EdgeAuthority: authority,
		EdgePort: String(ports.edgeHttps),
		TokenIssuer: tokenIssuer(ports),
		TokenAudience: tokenAudience,
		AllowedOrigins: `${demoOriginHost}:${ports.demoOrigin}`,
		PlatformDomain: platformDomain,
		// Receivers on the same machine.
		WebhookNetworks: "127.0.0.0/8,::1/128",
		// A person watches, and no cache of the world's has to fade.
		RemovalGraceSeconds: "2",
	};
}

export function awsEndpoint(ports: Ports): string {
	return `http://127.0.0.1:${ports.aws}`;
}

/** The AWS front serves the issuer's two documents, so that no further port is needed. */
export function tokenIssuer(ports: Ports): string {
	return `${awsEndpoint(ports)}/issuer`;
}
