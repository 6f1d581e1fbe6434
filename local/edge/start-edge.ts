import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createSecureServer, type Http2ServerRequest } from "node:http2";
import type { Socket } from "node:net";
import type { SecureContext } from "node:tls";
import type { CloudFrontRequestEvent } from "aws-lambda";
import type { Clock } from "../clock.ts";
import { createAccessLog, type LogDelivery } from "./access-log.ts";
import { answersFor, type Distribution, type DistributionTemplate, parseDistribution } from "./distribution.ts";
import { cloudFrontError } from "./edge-answer.ts";
import { createOriginFetch, type Lookup } from "./origin-fetch.ts";
import { createResponseCache } from "./response-cache.ts";
import { sendAnswer, type ViewerResponse } from "./send-answer.ts";
import { serve } from "./serve.ts";
import { readViewerRequest } from "./viewer-request.ts";

export interface EdgeOptions {
	distribution: DistributionTemplate;
	/** The distribution of distribution tenants, and whether one of them has a hostname (lower case) now. */
	multiTenant?: { distribution: DistributionTemplate; hasTenant: (hostname: string) => boolean } | undefined;
	/** Resolved properties of the AWS::CloudFront::CachePolicy and AWS::CloudFront::OriginRequestPolicy, by id. */
	cachePolicies: Record<string, unknown>;
	originRequestPolicies: Record<string, unknown>;
	/** Invokes the origin-request function with an event; what it gives or throws is taken as CloudFront takes it. */
	invokeEdge: (event: CloudFrontRequestEvent) => Promise<unknown>;
	/** The certificate for a TLS name (lower case); undefined ends the handshake. */
	tls: (servername: string) => SecureContext | undefined;
	/** Names of origins, the distribution's own included. */
	lookup: Lookup;
	/** PEM of the CA by which origins' certificates are verified. */
	authority: string;
	clock: Clock;
	/** Where its access log goes; nowhere unless told. */
	log?: LogDelivery | undefined;
	/** Address to listen on; ports 0 take free ones. */
	host: string;
	httpsPort: number;
	httpPort: number;
}

export interface Edge {
	httpsPort: number;
	httpPort: number;
	/** Forgets cached answers by path, `*` at its end for all below; by default everything, of every hostname. */
	invalidate(pathPattern?: string, ofHostname?: (hostname: string) => boolean): void;
	close(): Promise<void>;
}

/** It answers for the domains that its tenants have at the moment. */
function multiTenantOf(
	{ distribution, hasTenant }: NonNullable<EdgeOptions["multiTenant"]>,
	{ cachePolicies, originRequestPolicies }: EdgeOptions,
): Distribution {
	return { ...parseDistribution(distribution, cachePolicies, originRequestPolicies), hasTenant };
}

/** Starts a local CloudFront edge location for one distribution: HTTPS (HTTP/1.1 and HTTP/2, by SNI) and HTTP. */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
	const { clock, lookup, invokeEdge, host } = options;
	const distribution = parseDistribution(options.distribution, options.cachePolicies, options.originRequestPolicies);
	const shared = options.multiTenant && multiTenantOf(options.multiTenant, options);
	const distributionOf = (hostname: string) => (shared && answersFor(shared, hostname) ? shared : distribution);
	const cache = createResponseCache(clock);
	const log = options.log && createAccessLog(distribution.id, options.log, clock);
	const origins = createOriginFetch(lookup, options.authority);
	const parts = { cache, origins, lookup, invokeEdge, clock, httpsPort: () => portOf(secure) };

	async function onRequest(request: IncomingMessage | Http2ServerRequest, response: ViewerResponse): Promise<void> {
		const startedMs = clock.now();
		const viewer = readViewerRequest(request);
		const answer =
			"refused" in viewer
				? cloudFrontError(viewer.refused, viewer.because)
				: await serve(viewer, { ...parts, distribution: distributionOf(viewer.hostname) }).catch((error: unknown) => {
						console.error("edge:", error);
						return cloudFrontError(500, "the local edge failed");
					});
		const sent = await sendAnswer(answer, response);
		// What no distribution was asked for stands in no distribution's log.
		if ("refused" in viewer || !answersFor(distribution, viewer.hostname)) return;
		log?.note({ viewer, answer, sent, startedMs, endedMs: clock.now() });
	}

	const listener = (request: IncomingMessage | Http2ServerRequest, response: ViewerResponse) =>
		void onRequest(request, response);
	const secure = createSecureServer(
		{
			allowHTTP1: true,
			minVersion: "TLSv1.2",
			SNICallback: (servername, done) => {
				const context = options.tls(servername.toLowerCase());
				if (context) done(null, context);
				else done(new Error(`no certificate for ${servername}`));
			},
		},
		listener,
	);
	const plain = createServer(listener);
	const sockets = new Set<Socket>();
	for (const server of [secure, plain]) {
		server.on("connection", (socket: Socket) => {
			sockets.add(socket);
			socket.once("close", () => sockets.delete(socket));
		});
	}
	secure.on("tlsClientError", (_error, socket) => socket.destroy()); // a handshake that was refused; the viewer sees it, nobody else need
	secure.listen(options.httpsPort, host);
	plain.listen(options.httpPort, host);
	await Promise.all([once(secure, "listening"), once(plain, "listening")]);
	return {
		httpsPort: portOf(secure),
		httpPort: portOf(plain),
		invalidate: (pathPattern = "/*", ofHostname) => cache.invalidate(pathPattern, ofHostname),
		async close() {
			const closed = [secure, plain].map((server) => new Promise((resolve) => server.close(resolve)));
			for (const socket of sockets) socket.destroy();
			origins.close();
			await Promise.all(closed);
			log?.close();
		},
	};
}

function portOf(server: Pick<Server, "address">): number {
	const address = server.address();
	if (typeof address === "object" && address !== null) return address.port;
	throw new Error("The edge is not listening");
}
