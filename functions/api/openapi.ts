import { z } from "zod";
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from "zod-openapi";
import { type ErrorName, errorTable, problemType } from "../../domain/errors.ts";
import type { Route } from "./contracts/route.ts";
import { problemSchema } from "./problems.ts";
import { routes } from "./routes.ts";

/** The gateway answers these itself, before any function runs, in its own shape. */
const gatewayAnswerSchema = z.object({ message: z.string() }).meta({ id: "GatewayAnswer" });

const gatewayAnswers = {
	401: "The gateway: the token is missing, expired or not ours.",
	403: "The gateway: the token lacks the scope.",
	404: "The gateway: there is no such route.",
	413: "The gateway: the request is over 10 MB.",
	429: "The gateway: too many requests.",
	500: "A defect; `requestId` finds it in the logs.",
	503: "The gateway, or a service behind it, does not answer; repeat the request.",
} as const;

const retryAfter = z.string().optional().meta({ description: "Seconds; given by functions, not by the gateway." });

/** OpenAPI 3.1 of the API, from the very schemas that check the requests. */
export function openapiDocument() {
	const paths: Record<string, ZodOpenApiPathsObject[string]> = {};
	for (const [operationId, route] of Object.entries<Route>(routes)) {
		paths[route.path] = { ...paths[route.path], [route.method]: operationOf(operationId, route) };
	}
	return createDocument({
		openapi: "3.1.1",
		info: {
			title: "Hostmaster",
			version: "1",
			description: "The domain control plane of a multi-tenant SaaS. Errors are problem details (RFC 9457).",
			license: { name: "Apache-2.0", identifier: "Apache-2.0" },
		},
		paths,
		components: {
			securitySchemes: {
				token: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "RS256, with the route's scope." },
			},
		},
	});
}

function operationOf(operationId: string, route: Route): ZodOpenApiOperationObject {
	const { pathParameters, query, headers, body, reply } = route;
	return {
		operationId,
		summary: route.summary,
		security: route.scope === undefined ? [] : [{ token: [route.scope] }],
		requestParams: {
			...(pathParameters && { path: pathParameters }),
			...(query && { query }),
			...(headers && { header: headers }),
		},
		...(body && {
			requestBody: { required: true, content: { [route.bodyType ?? "application/json"]: { schema: body } } },
		}),
		responses: {
			...errorsOf(route),
			[`${reply.status}`]: {
				description: reply.description,
				...(reply.headers && { headers: reply.headers }),
				content: { "application/json": { schema: reply.schema } },
			},
		},
	};
}

/** Where both the gateway and a function may answer with a status, the document says so: two media types. */
function errorsOf(route: Route) {
	const statuses = new Set<number>([404, 413, 429, 500, 503]);
	if (route.scope !== undefined) statuses.add(401).add(403);
	for (const name of route.errors) statuses.add(errorTable[name].status);
	return Object.fromEntries(
		[...statuses].map((status) => [
			`${status}`,
			errorAnswer(
				status,
				route.errors.filter((name) => statusOf(name) === status),
			),
		]),
	);
}

function errorAnswer(status: number, names: readonly ErrorName[]) {
	const gateway = Object.entries(gatewayAnswers).find(([code]) => Number(code) === status)?.[1];
	const ours = names.map((name) => `\`/errors/${problemType(name)}\`: ${errorTable[name].title}.`);
	const isTransient = names.some((name) => errorTable[name].retry === "transient");
	return {
		description: [...ours, gateway].filter(Boolean).join("\n"),
		...(isTransient && { headers: z.object({ "retry-after": retryAfter }) }),
		content: {
			...((names.length > 0 || status === 500) && { "application/problem+json": { schema: problemSchema } }),
			...(gateway && { "application/json": { schema: gatewayAnswerSchema } }),
		},
	};
}

function statusOf(name: ErrorName): number {
	return errorTable[name].status;
}
