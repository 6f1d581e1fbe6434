import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { z } from "zod";
import { errorTable, HostmasterError } from "../../domain/errors.ts";
import { flawIn } from "../../domain/json-flaw.ts";
import { limits } from "../../domain/limits.ts";
import { logger } from "../../services/log.ts";
import type { Route } from "./contracts/route.ts";
import { fieldOf, type Problem, problemOf, RequestRefused, refusalsOf } from "./problems.ts";

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** A request that has passed its route's schemas. */
export interface Request<R extends Route> {
	path: Parsed<R["pathParameters"]>;
	query: Parsed<R["query"]>;
	headers: Parsed<R["headers"]>;
	body: Parsed<R["body"]>;
	/** The token's subject; `anonymous` on public routes. */
	caller: string;
	/** Goes into operation, logs and events: the caller's `x-correlation-id`, else the request's id. */
	correlationId: string;
}

export interface Reply {
	/** Sent as it is when it is text already. */
	body: unknown;
	headers?: Record<string, string>;
	/** The route's own unless given. */
	status?: number;
}

type Handle<R extends Route> = (request: Request<R>) => Promise<Reply>;

/**
 * The one stack that every route stands on: the request is checked against the route's schemas, errors become problem details,
 * and each request leaves one line in the log.
 */
export function defineRoute<const R extends Route>(route: R, handle: Handle<R>) {
	const answer = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
		const { body, headers, status } = await handle(readRequest(route, event));
		return {
			statusCode: status ?? route.reply.status,
			headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
			body: typeof body === "string" ? body : JSON.stringify(body),
		};
	};
	return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Error, Context>()
		.use({
			before: ({ event, context }) => {
				logger.addContext(context);
				logger.appendKeys({ route: `${route.method} ${route.path}`, correlationId: correlationIdOf(event) });
			},
			after: ({ response }) => logger.info("answered", { status: response?.statusCode }),
			onError: (request) => {
				request.response = problemAnswer(request.error, request.event.requestContext.requestId);
			},
		})
		.handler(answer);
}

function problemAnswer(error: unknown, requestId: string): APIGatewayProxyStructuredResultV2 {
	const problem: Problem = problemOf(error, requestId);
	if (problem.status >= 500) logger.error("failed", { requestId, error });
	else logger.info("refused", { type: problem.type, field: problem.field, rule: problem.rule });
	const transient = error instanceof HostmasterError && errorTable[error.name].retry === "transient";
	return {
		statusCode: problem.status,
		headers: {
			"content-type": "application/problem+json",
			"cache-control": "no-store",
			...(transient && { "retry-after": "2" }),
			...(problem.status === 429 && { "retry-after": String(limits.verifyInterval.value) }),
		},
		body: JSON.stringify(problem),
	};
}

function readRequest<R extends Route>(route: R, event: APIGatewayProxyEventV2): Request<R> {
	const refusals: NonNullable<Problem["errors"]> = [];
	const read = (schema: z.ZodType | undefined, value: unknown, label: string): unknown => {
		if (!schema) return undefined;
		const result = schema.safeParse(value);
		if (!result.success) refusals.push(...refusalsOf(result.error, value, label));
		return result.data;
	};
	const request = {
		path: read(route.pathParameters, event.pathParameters ?? {}, "path"),
		query: read(route.query, event.queryStringParameters ?? {}, "query"),
		headers: read(route.headers, event.headers, "headers"),
		body: route.body && read(route.body, route.bodyType ? bodyText(event) : readBody(event), "body"),
		caller: callerOf(route, event),
		correlationId: correlationIdOf(event),
	};
	if (refusals.length > 0) throw new RequestRefused(refusals);
	// Each part was parsed by the schema that Parsed<…> infers from.
	return request as Request<R>;
}

/** The body's JSON. Throws InvalidRequest for what is none, and for what could not be kept as it came. */
function readBody(event: APIGatewayProxyEventV2): unknown {
	const value = parseBody(bodyText(event));
	const flaw = flawIn(value);
	if (!flaw) return value;
	throw new HostmasterError("InvalidRequest", flaw.detail, { field: fieldOf(flaw.path, "body"), rule: flaw.rule });
}

function bodyText({ body = "", isBase64Encoded }: APIGatewayProxyEventV2): string {
	return isBase64Encoded ? textOf(body) : body;
}

function parseBody(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		throw new HostmasterError("InvalidRequest", "The body is not JSON.", { field: "body", rule: "json", cause });
	}
}

function textOf(base64: string): string {
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(base64, "base64"));
	} catch (cause) {
		throw new HostmasterError("InvalidRequest", "The body is not UTF-8.", { field: "body", rule: "utf-8", cause });
	}
}

/** What the gateway's authorizer found in the token; absent on public routes. */
const claimsSchema = z.object({
	authorizer: z.object({
		jwt: z.object({ claims: z.object({ sub: z.string().optional(), client_id: z.string().optional() }) }),
	}),
});

/** Whom the token speaks for: idempotency keys and the record of who asked hang on it, so nobody stays nameless. */
function callerOf({ scope }: Route, { requestContext }: APIGatewayProxyEventV2): string {
	const claims = claimsSchema.safeParse(requestContext).data?.authorizer.jwt.claims;
	const caller = claims?.sub ?? claims?.client_id;
	if (caller !== undefined || scope === undefined) return caller ?? "anonymous";
	const detail = "The token names neither a subject (sub) nor a client (client_id).";
	throw new HostmasterError("InvalidRequest", detail, { field: "Authorization", rule: "subject" });
}

function correlationIdOf({ headers, requestContext }: APIGatewayProxyEventV2): string {
	const given = headers["x-correlation-id"];
	return given && /^[\x21-\x7e]{1,128}$/.test(given) ? given : requestContext.requestId;
}
