import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createSecureContext, type SecureContext } from "node:tls";
import { openAuthority } from "../../../local/ca/authority.ts";
import { virtualClock } from "../../../local/clock.ts";
import { type EdgeOptions, startEdge } from "../../../local/edge/start-edge.ts";

export const distributionDomain = "d111111abcdef8.cloudfront.net";

/** The resolved properties of a distribution of our shape, with changes to its default behavior and its error times. */
export function distributionProperties(
	changes: { behavior?: object; origin?: object; errors?: object[]; headers?: Record<string, string> } = {},
) {
	return {
		DistributionConfig: {
			Enabled: true,
			Aliases: ["*.app.test"],
			Origins: [
				{
					Id: "default",
					DomainName: "default.s3.us-east-1.amazonaws.com",
					CustomOriginConfig: {
						OriginProtocolPolicy: "https-only",
						OriginSSLProtocols: ["TLSv1.2"],
						OriginReadTimeout: 30,
					},
					...changes.origin,
					OriginCustomHeaders: Object.entries(changes.headers ?? {}).map(([HeaderName, HeaderValue]) => ({
						HeaderName,
						HeaderValue,
					})),
				},
			],
			DefaultCacheBehavior: {
				TargetOriginId: "default",
				ViewerProtocolPolicy: "redirect-to-https",
				AllowedMethods: ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
				CachedMethods: ["GET", "HEAD"],
				CachePolicyId: "cache",
				OriginRequestPolicyId: "all",
				LambdaFunctionAssociations: [
					{ EventType: "origin-request", LambdaFunctionARN: "arn:aws:lambda:us-east-1:222222222222:function:f:1" },
				],
				...changes.behavior,
			},
			CustomErrorResponses:
				changes.errors ??
				[403, 404, 410, 500, 502, 503, 504].map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 0 })),
		},
	};
}

/** The resolved properties of a cache policy with Host and Accept in the key and a minute at most. */
export function cachePolicyProperties(changes: object = {}, headers = ["Host", "Accept"]) {
	return {
		CachePolicyConfig: {
			Name: "tenants",
			MinTTL: 0,
			DefaultTTL: 0,
			MaxTTL: 60,
			ParametersInCacheKeyAndForwardedToOrigin: {
				EnableAcceptEncodingGzip: true,
				EnableAcceptEncodingBrotli: true,
				HeadersConfig:
					headers.length > 0 ? { HeaderBehavior: "whitelist", Headers: headers } : { HeaderBehavior: "none" },
				CookiesConfig: { CookieBehavior: "none" },
				QueryStringsConfig: { QueryStringBehavior: "all" },
			},
			...changes,
		},
	};
}

const originRequestPolicy = {
	OriginRequestPolicyConfig: {
		Name: "all",
		HeadersConfig: { HeaderBehavior: "allViewer" },
		CookiesConfig: { CookieBehavior: "all" },
		QueryStringsConfig: { QueryStringBehavior: "all" },
	},
};

/** An authority, and certificates by name, for the edge and for origins. */
export async function openTestAuthority() {
	const directory = await mkdtemp(join(tmpdir(), "edge-authority-"));
	const authority = await openAuthority(directory);
	const issue = async (...names: [string, ...string[]]) => {
		const { chain, key } = await authority.issue(names, new Date(), new Date(Date.now() + 86_400_000));
		return { cert: chain, key };
	};
	return {
		pem: readFileSync(authority.certificateFile, "utf8"),
		issue,
		close: () => rm(directory, { recursive: true }),
	};
}

export type TestAuthority = Awaited<ReturnType<typeof openTestAuthority>>;

/** Starts an edge on free ports: certificates for `*.app.test` and, as of another account, `other.example`; a virtual clock. */
export async function startTestEdge(authority: TestAuthority, options: Partial<EdgeOptions>) {
	const clock = virtualClock(Date.UTC(2026, 0, 1));
	const [own, other] = await Promise.all([authority.issue("*.app.test"), authority.issue("other.example")]);
	const contexts: Record<string, SecureContext> = { own: createSecureContext(own), other: createSecureContext(other) };
	const edge = await startEdge({
		distribution: { id: "E1TEST", domainName: distributionDomain, properties: distributionProperties() },
		cachePolicies: { cache: cachePolicyProperties() },
		originRequestPolicies: { all: originRequestPolicy },
		invokeEdge: () => Promise.reject(new Error("no function")),
		tls: (name) =>
			name === "other.example" ? contexts["other"] : name.endsWith(".app.test") ? contexts["own"] : undefined,
		lookup: () => Promise.resolve(["127.0.0.1"]),
		authority: authority.pem,
		clock,
		host: "127.0.0.1",
		httpsPort: 0,
		httpPort: 0,
		...options,
	});
	return { edge, clock };
}

export interface RawAnswer {
	status: number;
	headers: Record<string, string>;
	body: string;
}

/** Sends bytes as they are over TLS with a server name, and reads until the edge closes. */
export function sendRaw(port: number, ca: string, servername: string, bytes: string): Promise<RawAnswer> {
	const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
	const socket = connect({ host: "127.0.0.1", port, servername, ca, ALPNProtocols: ["http/1.1"] }, () =>
		socket.write(bytes),
	);
	let text = "";
	socket.setEncoding("latin1");
	socket.on("data", (chunk) => {
		text += chunk;
	});
	socket.once("error", reject);
	socket.once("close", () => resolve(parsed(text)));
	return promise;
}

/** A GET over a connection of its own. */
export function get(
	port: number,
	ca: string,
	host: string,
	path = "/",
	headers: Record<string, string> = {},
): Promise<RawAnswer> {
	const lines = Object.entries({ Host: host, Connection: "close", ...headers }).map(
		([name, value]) => `${name}: ${value}\r\n`,
	);
	const servername = host.replace(/:\d+$/, "").replace(/\.$/, "").toLowerCase();
	return sendRaw(port, ca, servername, `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
}

function parsed(text: string): RawAnswer {
	const [head = "", ...rest] = text.split("\r\n\r\n");
	const [statusLine = "", ...lines] = head.split("\r\n");
	const headers = Object.fromEntries(
		lines.map((line) => [line.split(": ")[0]?.toLowerCase() ?? "", line.split(": ").slice(1).join(": ")]),
	);
	let body = rest.join("\r\n\r\n");
	if (headers["transfer-encoding"] === "chunked") body = body.replaceAll(/(?:^|\r\n)[0-9a-f]+\r\n/g, "").trim();
	return { status: Number(statusLine.split(" ")[1] ?? 0), headers, body };
}
