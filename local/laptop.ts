import type { Ports } from "./ports.ts";

/** The accounts of the embedded cloud; an access key id ends in the account that it belongs to. */
export const accounts = { registrar: "111111111111", nonprod: "222222222222", prod: "333333333333" } as const;

export const region = "us-east-1";

/** The registered domain of a laptop; `.test` is kept for such uses (RFC 6761). */
export const apexDomain = "hostmaster.test";

/** The domain under which a laptop's slugs live. */
export const platformDomain = `app.${apexDomain}`;

export const tokenAudience = "https://hostmaster.test";

/** What an account's applications find around them on a laptop. */
export interface Surroundings {
	platformDomain: string;
	/** By which tenants' configurations name the demo origin. */
	demoOriginHost: string;
	/** The resolvers that functions ask, where DNS has this port. */
	resolvers: (port: number) => readonly Listener[];
}

/** Whether all of 127.0.0.0/8 can be listened at without being told so. */
export const hasLoopbacks = process.platform === "linux";

/** An address on this machine. */
interface Listener {
	host: string;
	port: number;
}

/**
 * Where an account that is alone answers as a resolver: as two, since one proves nothing. With one address only, the second has the port
 * behind those of `Ports`.
 */
export function resolversAlone(port: number, manyAddresses = hasLoopbacks): { first: Listener; second: Listener } {
	const [host, another] = recursorAddresses;
	return { first: { host, port }, second: manyAddresses ? { host: another, port } : { host, port: port + 4 } };
}

/** Those of an account that is alone in the world. */
export const alone: Surroundings = {
	platformDomain,
	demoOriginHost: "origin.hostmaster.test",
	resolvers: (port) => Object.values(resolversAlone(port)),
};

export const environmentNames = ["nonprod", "prod"] as const;
/** An environment that a laptop can have beside others; each is an account of its own. */
export type EnvironmentName = (typeof environmentNames)[number];

/** Those of an environment among others, whose resolvers follow delegations from the root. */
export function surroundingsOf(environment: EnvironmentName): Surroundings {
	return {
		platformDomain: environment === "prod" ? platformDomain : `app.${environment}.${apexDomain}`,
		// Outside the registered domain, in which only its owner's zones have names.
		demoOriginHost: "origin.demo.test",
		resolvers: (port) => recursorAddresses.map((host) => ({ host, port })),
	};
}

/** The registrar's role by which an environment delegates its name to itself (infra/registrar.yml). */
export function delegationRole(delegatedName: string): string {
	return `arn:aws:iam::${accounts.registrar}:role/hostmaster-delegation-${delegatedName.replaceAll(".", "-")}`;
}

/** Where the resolvers of a laptop with several environments are; two, each with a cache of its own, since one may be wrong. */
export const recursorAddresses = ["127.0.0.1", "127.0.53.53"] as const;

/** Where the root and the top-level domains are served. */
export const rootAddress = "127.0.53.1";

/**
 * All that differs on a laptop from the packaged nonprod template: values of its parameters, and nothing else.
 * `authority`: PEM of the local CA.
 */
export function laptopParameters(
	ports: Ports,
	authority: string,
	surroundings: Surroundings = alone,
): Record<string, string> {
	return {
		AwsEndpoint: awsEndpoint(ports),
		Resolvers: surroundings
			.resolvers(ports.dns)
			.map(({ host, port }) => `${host}:${port}`)
			.join(","),
		EdgeAuthority: authority,
		DomainTarget: "attempt",
		EdgePort: String(ports.edgeHttps),
		TokenIssuer: tokenIssuer(ports),
		TokenAudience: tokenAudience,
		AllowedOrigins: `${surroundings.demoOriginHost}:${ports.demoOrigin}`,
		PlatformDomain: surroundings.platformDomain,
		// Receivers on the same machine.
		WebhookNetworks: "127.0.0.0/8,::1/128",
		// A person watches, and no cache of the world's has to fade.
		RemovalGraceSeconds: "2",
		DelegationRole: "",
		NameServerPort: String(ports.dns),
		ArtifactBucket: "hostmaster-artifacts",
	};
}

export function awsEndpoint(ports: Ports): string {
	return `http://127.0.0.1:${ports.aws}`;
}

/** The AWS front serves the issuer's two documents, so that no further port is needed. */
export function tokenIssuer(ports: Ports): string {
	return `${awsEndpoint(ports)}/issuer`;
}
