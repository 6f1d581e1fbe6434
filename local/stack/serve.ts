import { z } from "zod";
import { publicJwk } from "../../functions/edge/context-key.ts";
import type { Clock } from "../clock.ts";
import { type DemoOrigin, startDemoOrigin } from "../demo-origin.ts";
import type { Edge } from "../edge/start-edge.ts";
import { readHttpApi } from "../gateway/api.ts";
import { startGateway } from "../gateway/gateway.ts";
import type { Ports } from "../ports.ts";
import type { Resolver } from "../template/resolver.ts";
import { logDeliveryOf } from "./log-delivery.ts";
import { serveEdge } from "./serve-edge.ts";
import type { StackServices } from "./services.ts";

/** What runs for a stack that stands. */
export interface Served {
	/** Undefined for a stack without a distribution. */
	edge: Edge | undefined;
	close(): Promise<void>;
}

/** Serves what a stack declares, until it is ended. */
export type Serve = (resolver: Resolver) => Promise<Served>;

export interface ServeOptions {
	clock: Clock;
	ports: Ports;
	/** Address at which the edge listens. */
	edgeAddress: string;
	/** File of the deployed bundle of the origin-request function. */
	edgeBundle: string;
	/** By which tenants' configurations name the demo origin. */
	demoOriginHost: string;
}

/** Serves a stack's HTTP API and its distribution, as far as it has them; with a distribution also the application behind it. */
export function serving(services: StackServices, options: ServeOptions): Serve {
	const { clock, ports, edgeAddress: address, edgeBundle: bundle } = options;
	return async (resolver) => {
		const running: { close(): Promise<void> }[] = [];
		const close = async () => void (await Promise.all(running.map((one) => one.close())));
		try {
			let edge: Edge | undefined;
			if (resolver.idsOf("AWS::CloudFront::Distribution").length > 0) {
				const logOf = (distributionId: string) => logDeliveryOf(distributionId, resolver, services);
				edge = await serveEdge({ services, resolver, clock, ports, address, bundle, logOf });
				running.push(edge, await serveDemoOrigin(services, resolver, options));
			}
			if (resolver.idsOf("AWS::ApiGatewayV2::Api").length > 0) {
				const { caller, lambda } = services;
				const api = readHttpApi(resolver);
				running.push(
					await startGateway({ api, invoke: lambda.invoke, clock, caller, host: "127.0.0.1", port: ports.api }),
				);
			}
			return { edge, close };
		} catch (error) {
			await close();
			throw error;
		}
	};
}

/** The application behind the edge, which knows the edge's public key as a real one would. */
async function serveDemoOrigin(
	{ authority, caller, secrets }: StackServices,
	resolver: Resolver,
	{ ports, demoOriginHost }: ServeOptions,
): Promise<DemoOrigin> {
	const year = 365 * 86_400_000;
	const { chain, key } = await authority.issue([demoOriginHost], new Date(), new Date(Date.now() + year));
	const asked = { SecretId: resolver.ref("ContextSigningSecret") };
	const secret = z.object({ SecretString: z.string() });
	const { SecretString } = secret.parse(secrets.service.operations["GetSecretValue"]?.(asked, caller));
	return startDemoOrigin({
		tls: { cert: chain, key },
		hostname: demoOriginHost,
		host: "127.0.0.1",
		port: ports.demoOrigin,
		publicKey: publicJwk(SecretString),
	});
}
