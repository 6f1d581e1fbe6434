import { Resolver as DnsResolver } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { z } from "zod";
import { covers } from "../../domain/certificate-policy.ts";
import type { Clock } from "../clock.ts";
import { loadEdgeFunction } from "../edge/load-edge-function.ts";
import { type Edge, startEdge } from "../edge/start-edge.ts";
import { asFunction } from "../iam/calling-function.ts";
import { runtimeEnvironment } from "../lambda/environment.ts";
import { functionNameIn } from "../lambda/function.ts";
import type { Ports } from "../ports.ts";
import type { Resolver } from "../template/resolver.ts";
import { logDeliveryOf } from "./log-delivery.ts";
import type { StackServices } from "./services.ts";

export interface ServeEdgeOptions {
	services: StackServices;
	resolver: Resolver;
	clock: Clock;
	ports: Ports;
	/** Address to listen on. */
	address: string;
	/** File of the deployed bundle of the origin-request function. */
	bundle: string;
}

/** Serves the template's one distribution, with its certificate and its real edge function, on this machine. */
export function serveEdge({ services, resolver, clock, ports, address, bundle }: ServeEdgeOptions): Promise<Edge> {
	const { acm, authority, caller } = services;
	const [logicalId = ""] = resolver.idsOf("AWS::CloudFront::Distribution");
	const properties = resolver.properties(logicalId, distributionProperties);
	const { Aliases, DefaultCacheBehavior, ViewerCertificate } = properties.DistributionConfig;
	const certificate = acm.tlsFor(ViewerCertificate.AcmCertificateArn);
	if (!certificate) throw new Error("The distribution's certificate is not issued.");
	acm.attach(ViewerCertificate.AcmCertificateArn, resolver.ref(logicalId));
	const context = createSecureContext({ ...certificate, minVersion: "TLSv1.2" });
	const dns = new DnsResolver();
	dns.setServers([`127.0.0.1:${ports.dns}`]);
	const edgeFunction = loadEdgeFunction(readFileSync(bundle, "utf8"), runtimeEnvironment(caller));
	const functionName = functionNameIn(DefaultCacheBehavior.LambdaFunctionAssociations[0].LambdaFunctionARN);
	const policies = (type: string) =>
		Object.fromEntries(resolver.idsOf(type).map((id) => [resolver.ref(id), resolver.properties(id, z.unknown())]));
	return startEdge({
		distribution: {
			id: resolver.ref(logicalId),
			domainName: resolver.attribute(logicalId, "DomainName"),
			properties,
		},
		cachePolicies: policies("AWS::CloudFront::CachePolicy"),
		originRequestPolicies: policies("AWS::CloudFront::OriginRequestPolicy"),
		invokeEdge: (event) => asFunction(functionName, () => edgeFunction(event)),
		tls: (servername) => (covers(Aliases, servername) ? context : undefined),
		// A bucket's name resolves on AWS; here nothing needs it beyond that.
		lookup: async (name) => (name.endsWith(".amazonaws.com") ? ["127.0.0.1"] : dns.resolve4(name)),
		authority: authority.certificatePem,
		clock,
		log: logDeliveryOf(resolver.ref(logicalId), resolver, services),
		host: address,
		httpsPort: ports.edgeHttps,
		httpPort: ports.edgeHttp,
	});
}

const distributionProperties = z.looseObject({
	DistributionConfig: z.looseObject({
		Aliases: z.array(z.string()),
		DefaultCacheBehavior: z.looseObject({
			LambdaFunctionAssociations: z.tuple([z.looseObject({ LambdaFunctionARN: z.string() })]),
		}),
		ViewerCertificate: z.looseObject({ AcmCertificateArn: z.string() }),
	}),
});
