import { Resolver as DnsResolver } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { createSecureContext, type SecureContext } from "node:tls";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { covers } from "../../domain/certificate-policy.ts";
import type { Clock } from "../clock.ts";
import type { LogDelivery } from "../edge/access-log.ts";
import { loadEdgeFunction } from "../edge/load-edge-function.ts";
import { assertAssociable } from "../edge/rules/function-rules.ts";
import { type Edge, startEdge } from "../edge/start-edge.ts";
import { asFunction } from "../iam/calling-function.ts";
import { runtimeEnvironment } from "../lambda/environment.ts";
import { functionNameIn } from "../lambda/function.ts";
import type { Ports } from "../ports.ts";
import type { Resolver } from "../template/resolver.ts";
import type { StackServices } from "./services.ts";

/** What an edge asks an account for: its certificates, who signed them, and which domains its distribution tenants have. */
export interface EdgeServices extends Pick<StackServices, "caller"> {
	acm: Pick<StackServices["acm"], "tlsFor" | "attach">;
	authority: Pick<StackServices["authority"], "certificatePem">;
	cloudFront: Pick<StackServices["cloudFront"], "servedAt" | "onInvalidation">;
}

export interface ServeEdgeOptions {
	services: EdgeServices;
	resolver: Resolver;
	clock: Clock;
	ports: Ports;
	/** Address to listen on. */
	address: string;
	/** File of the deployed bundle of the origin-request function. */
	bundle: string;
	/** Where a distribution's access log goes; nowhere unless told. */
	logOf?: (distributionId: string) => LogDelivery | undefined;
}

/** Serves the template's distributions, with their certificates and their real edge function, on this machine. */
export async function serveEdge({
	services,
	resolver,
	clock,
	ports,
	address,
	bundle,
	logOf,
}: ServeEdgeOptions): Promise<Edge> {
	const { acm, authority, caller, cloudFront } = services;
	const ids = resolver.idsOf("AWS::CloudFront::Distribution");
	const isShared = (id: string) =>
		resolver.properties(id, connectionModeOf).DistributionConfig.ConnectionMode === "tenant-only";
	const logicalId = ids.find((id) => !isShared(id)) ?? "";
	const sharedId = ids.find(isShared);
	const properties = resolver.properties(logicalId, distributionProperties);
	const { Aliases, DefaultCacheBehavior, ViewerCertificate } = properties.DistributionConfig;
	const certificate = acm.tlsFor(ViewerCertificate.AcmCertificateArn);
	if (!certificate) throw new Error("The distribution's certificate is not issued.");
	acm.attach(ViewerCertificate.AcmCertificateArn, resolver.ref(logicalId));
	const context = createSecureContext({ ...certificate, minVersion: "TLSv1.2" });
	const tenantContext = tenantContexts(services);
	const dns = new DnsResolver();
	dns.setServers([`127.0.0.1:${ports.dns}`]);
	const code = readFileSync(bundle, "utf8");
	const [{ LambdaFunctionARN: versionArn, EventType: trigger }] = DefaultCacheBehavior.LambdaFunctionAssociations;
	const functionName = functionNameIn(versionArn);
	assertAssociable({ trigger, versionArn, bytes: gzipSync(code).length, ...deployedAs(functionName, resolver) });
	const edgeFunction = loadEdgeFunction(code, runtimeEnvironment(caller));
	const policies = (type: string) =>
		Object.fromEntries(resolver.idsOf(type).map((id) => [resolver.ref(id), resolver.properties(id, z.unknown())]));
	const edge = await startEdge({
		distribution: {
			id: resolver.ref(logicalId),
			domainName: resolver.attribute(logicalId, "DomainName"),
			properties,
		},
		cachePolicies: policies("AWS::CloudFront::CachePolicy"),
		originRequestPolicies: policies("AWS::CloudFront::OriginRequestPolicy"),
		invokeEdge: (event) => asFunction(functionName, () => edgeFunction(event)),
		multiTenant:
			sharedId === undefined
				? undefined
				: {
						distribution: {
							id: resolver.ref(sharedId),
							domainName: resolver.attribute(sharedId, "DomainName"),
							properties: resolver.properties(sharedId, z.unknown()),
						},
						hasTenant: (hostname) => cloudFront.servedAt(hostname) !== undefined,
					},
		// A tenant's own domain goes before the wildcard of the pooled distribution, and that before a tenant's wildcard.
		tls: (servername) => {
			const tenant = cloudFront.servedAt(servername);
			return covers(Aliases, servername) && tenant?.domain !== servername ? context : tenantContext(tenant);
		},
		// A bucket's name resolves on AWS; here nothing needs it beyond that.
		lookup: async (name) => (name.endsWith(".amazonaws.com") ? ["127.0.0.1"] : dns.resolve4(name)),
		authority: authority.certificatePem,
		clock,
		log: logOf?.(resolver.ref(logicalId)),
		host: address,
		httpsPort: ports.edgeHttps,
		httpPort: ports.edgeHttp,
	});
	const endInvalidations = cloudFront.onInvalidation((ofHostname, pattern) => edge.invalidate(pattern, ofHostname));
	return {
		...edge,
		async close() {
			endInvalidations();
			await edge.close();
		},
	};
}

/** The settings of the function with this name, and who may take its role. */
function deployedAs(functionName: string, resolver: Resolver): { properties: unknown; trust: unknown } {
	const id = resolver
		.idsOf("AWS::Lambda::Function")
		.find((logicalId) => resolver.property(logicalId, "FunctionName") === functionName);
	if (id === undefined) throw new Error(`The distribution's function ${functionName} is not of this template.`);
	const role = resolver
		.idsOf("AWS::IAM::Role")
		.find((logicalId) => resolver.attribute(logicalId, "Arn") === resolver.property(id, "Role"));
	if (role === undefined) throw new Error(`The role of ${functionName} is not of this template.`);
	return {
		properties: resolver.properties(id, z.unknown()),
		trust: resolver.property(role, "AssumeRolePolicyDocument"),
	};
}

/** The TLS contexts of distribution tenants' certificates; a certificate that was renewed under its ARN gets a new one. */
function tenantContexts({ acm }: EdgeServices) {
	const known = new Map<string, { chain: string; context: SecureContext }>();
	return (tenant: { certificateArn: string } | undefined): SecureContext | undefined => {
		const certificate = tenant && acm.tlsFor(tenant.certificateArn);
		if (!tenant || !certificate) return undefined;
		const kept = known.get(tenant.certificateArn);
		if (kept?.chain === certificate.cert) return kept.context;
		const context = createSecureContext({ ...certificate, minVersion: "TLSv1.2" });
		known.set(tenant.certificateArn, { chain: certificate.cert, context });
		return context;
	};
}

const connectionModeOf = z.looseObject({
	DistributionConfig: z.looseObject({ ConnectionMode: z.string().optional() }),
});

const distributionProperties = z.looseObject({
	DistributionConfig: z.looseObject({
		Aliases: z.array(z.string()),
		DefaultCacheBehavior: z.looseObject({
			LambdaFunctionAssociations: z.tuple([
				z.looseObject({ LambdaFunctionARN: z.string(), EventType: z.literal("origin-request") }),
			]),
		}),
		ViewerCertificate: z.looseObject({ AcmCertificateArn: z.string() }),
	}),
});
