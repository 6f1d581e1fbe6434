import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { type Listening, listen, readBody } from "../aws/http.ts";
import type { Caller, InvokeFunction, InvokeResult } from "../aws/service.ts";
import type { Clock } from "../clock.ts";
import { answerOf, type GatewayAnswer, gatewayAnswer } from "./answer.ts";
import type { HttpApi, HttpRoute, Throttling } from "./api.ts";
import { type Authorize, createAuthorizer, type FetchJson } from "./authorizer.ts";
import { payloadOf } from "./event.ts";
import { matchRoute } from "./routes.ts";

export interface GatewayOptions {
	api: HttpApi;
	invoke: InvokeFunction;
	clock: Clock;
	caller: Caller;
	host: string;
	/** 0 takes a free one. */
	port: number;
	/** How the authorizer asks the issuer; over HTTP unless told. */
	fetchJson?: FetchJson;
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html: payload size 10 MB
const payloadLimitBytes = 10 * 1024 * 1024;

/** Serves an HTTP API: what it answers by itself (401, 403, 404, 413, 429, 500, 503) has the shape that it has on AWS. */
export function startGateway(options: GatewayOptions): Promise<Listening> {
	const { api, clock, fetchJson = overHttp } = options;
	const authorizers = new Map<HttpRoute, Authorize>();
	const buckets = new Map<HttpRoute, () => boolean>();
	for (const route of api.routes) {
		buckets.set(route, tokenBucket(route.throttling, clock));
		if (route.authorizer) authorizers.set(route, createAuthorizer(route.authorizer, fetchJson, clock));
	}

	async function answer(request: IncomingMessage, requestId: string): Promise<GatewayAnswer> {
		const body = await readBody(request, payloadLimitBytes);
		if (!body) return gatewayAnswer(413, "Request Entity Too Large");
		const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
		const found = matchRoute(api.routes, request.method ?? "GET", path);
		if (!found) return gatewayAnswer(404, "Not Found");
		const { route, parameters } = found;
		if (!buckets.get(route)?.()) return gatewayAnswer(429, "Too Many Requests");
		const authorization = await authorizers.get(route)?.(request.headers.authorization, route.scopes);
		if (authorization && !authorization.ok) {
			const message = authorization.status === 401 ? "Unauthorized" : "Forbidden";
			return gatewayAnswer(authorization.status, message, { "www-authenticate": authorization.challenge });
		}
		const event = payloadOf({
			request,
			body,
			parameters,
			requestId,
			routeKey: route.key.text,
			apiId: api.id,
			caller: options.caller,
			timeMs: clock.now(),
			...(authorization && { authorization: { claims: authorization.claims, scopes: authorization.scopes } }),
		});
		const result = await inTime(options.invoke(route.functionArn, event), route.integrationTimeoutMs, clock);
		return result ? answerOf(result) : gatewayAnswer(503, "Service Unavailable");
	}

	const server = createServer((request, response) => {
		const requestId = randomUUID();
		answer(request, requestId)
			.catch(() => gatewayAnswer(500, "Internal Server Error"))
			.then(({ status, headers, body }) => {
				response.writeHead(status, { ...headers, "apigw-requestid": requestId }).end(body);
			})
			.catch(() => response.destroy()); // headers that Node refuses to send
	});
	return listen(server, options.host, options.port);
}

/** The result, or undefined when it takes longer than an integration may. */
function inTime(result: Promise<InvokeResult>, limitMs: number, clock: Clock): Promise<InvokeResult | undefined> {
	return new Promise((resolve, reject) => {
		const cancel = clock.at(clock.now() + limitMs, () => resolve(undefined));
		result.then(resolve, reject).finally(cancel);
	});
}

/** Answers whether one more request may pass. */
function tokenBucket({ ratePerSecond, burst }: Throttling, clock: Clock): () => boolean {
	let tokens = burst;
	let lastMs = clock.now();
	return () => {
		const nowMs = clock.now();
		tokens = Math.min(burst, tokens + ((nowMs - lastMs) / 1000) * ratePerSecond);
		lastMs = nowMs;
		if (tokens < 1) return false;
		tokens -= 1;
		return true;
	};
}

async function overHttp(url: string): Promise<unknown> {
	const response = await fetch(url);
	if (!response.ok) throw new Error(`${url} answered ${response.status}`);
	return await response.json();
}
