import { ACMClient } from "@aws-sdk/client-acm";
import { CloudFormationClient, paginateListStackResources } from "@aws-sdk/client-cloudformation";
import { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { Route53Client } from "@aws-sdk/client-route-53";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { publicJwk } from "../../../functions/edge/context-key.ts";
import { type CertificateAuthority, openAuthority } from "../../../local/ca/authority.ts";
import { realClock } from "../../../local/clock.ts";
import { packagedCode } from "../../../local/cloud.ts";
import type { CustomerDnsDesk } from "../../../local/customer-dns/orders.ts";
import { openCustomerDns } from "../../../local/customer-dns/provider.ts";
import { startDemoOrigin } from "../../../local/demo-origin.ts";
import { alone, hasLoopbacks, region } from "../../../local/laptop.ts";
import { freePorts, type Ports } from "../../../local/ports.ts";
import { startPublicNames } from "../../../local/public-names.ts";
import { serveEdge } from "../../../local/stack/serve-edge.ts";
import { openStore } from "../../../local/store.ts";
import { createResolver, type ResolverOptions } from "../../../local/template/resolver.ts";
import { there } from "../check.ts";
import type { Place } from "../clients.ts";
import { watchPublic } from "./public-view.ts";

/**
 * What an implementation without DNS and edge is given, so that a tenant's name can be opened: resolvers that follow its Route 53 zones,
 * customers' DNS, CloudFront's edge with the packaged function over its distributions, and an application behind that.
 */
export interface Surroundings {
	ports: Ports;
	edgeAddress: string;
	authority: CertificateAuthority;
	desk: CustomerDnsDesk;
	/** Opens edge and application, once the stack stands. */
	serve(stack: ServedStack): Promise<void>;
	stop(): Promise<void>;
}

/** Not 127.0.0.1: MiniStack takes TLS off whatever its functions send there, and sends what has no port to itself. */
const edgeAddress = hasLoopbacks ? "127.0.53.100" : "127.0.0.1";

export type ServedStack = Omit<ResolverOptions, "attributes" | "region">;

/** Starts them around an account, which is watched from now on; `directory` keeps the certificate authority. */
export async function startSurroundings({ endpoint, credentials }: Place, directory: string): Promise<Surroundings> {
	const settings = { region, ...(endpoint !== undefined && { endpoint }), ...(credentials && { credentials }) };
	const [ports, authority] = await Promise.all([freePorts(undefined), openAuthority(directory)]);
	const clients = {
		acm: new ACMClient(settings),
		cloudfront: new CloudFrontClient(settings),
		route53: new Route53Client(settings),
	};
	const view = await watchPublic(clients, authority);
	const customers = openCustomerDns(openStore(":memory:"), realClock);
	const names = await startPublicNames({
		...{ zones: view.zones, hosted: view.hosted, customers, port: ports.dns, clock: realClock, edgeAddress },
		hosts: { [alone.demoOriginHost]: ["127.0.0.1"] },
	});
	const running: { close(): Promise<void> }[] = [view, names];
	return {
		...{ ports, edgeAddress, authority, desk: { customers, flush: names.flush } },
		async serve(stack) {
			await view.look();
			running.push(await application(new SecretsManagerClient(settings), authority, ports));
			const resolver = createResolver({
				...{ ...stack, region },
				attributes: await physicalNames(new CloudFormationClient(settings), stack.stackName),
			});
			running.push(
				await serveEdge({
					services: {
						...{ caller: { accountId: stack.accountId, region }, authority },
						acm: { tlsFor: view.tlsFor, attach() {} },
						// No API tells of invalidations: what was cached is over after the 20 s of its policy.
						cloudFront: { servedAt: view.servedAt, onInvalidation: () => () => {} },
					},
					...{ resolver, clock: realClock, ports, address: edgeAddress, bundle: packagedCode.edgeBundle },
				}),
			);
		},
		async stop() {
			await Promise.all(running.map((one) => one.close()));
		},
	};
}

/** Behind the edge; knows the edge's public key, as a real one does. */
async function application(secrets: SecretsManagerClient, authority: CertificateAuthority, ports: Ports) {
	const hostname = alone.demoOriginHost;
	const asked = new GetSecretValueCommand({ SecretId: "hostmaster-nonprod/context-signing" });
	const { SecretString } = await secrets.send(asked);
	const { chain: cert, key } = await authority.issue([hostname], new Date(), new Date());
	return startDemoOrigin({
		...{ tls: { cert, key }, hostname, host: "127.0.0.1", port: ports.demoOrigin },
		publicKey: publicJwk(there(SecretString, "the edge's signing key")),
	});
}

/** What the implementation calls the stack's resources. Attributes that it does not tell are made up: here they have only to agree. */
async function physicalNames(client: CloudFormationClient, StackName: string): Promise<ResolverOptions["attributes"]> {
	const names = new Map<string, string>();
	for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName })) {
		for (const { LogicalResourceId = "", PhysicalResourceId = "" } of StackResourceSummaries) {
			names.set(LogicalResourceId, PhysicalResourceId);
		}
	}
	return (logicalId) => {
		const ref = names.get(logicalId);
		if (ref === undefined) return undefined;
		const DomainName = `${ref.toLowerCase()}.cloudfront.net`;
		return { ref, attributes: { Arn: ref, DomainName, RegionalDomainName: `${ref}.s3.${region}.amazonaws.com` } };
	};
}
