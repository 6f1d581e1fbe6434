import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { expect } from "vitest";
import { z } from "zod";
import { errorTable, problemType } from "../../domain/errors.ts";
import type { Route } from "../../functions/api/contracts/route.ts";
import { type Problem, problemSchema } from "../../functions/api/problems.ts";
import { routes } from "../../functions/api/routes.ts";
import { httpEvent, lambdaContext } from "../builders/lambda-events.ts";
import type { Account } from "./read-only-account.ts";
import type { SoundRequest } from "./sound-requests.ts";

export type RouteName = keyof typeof routes;
/** The names of every route there is. */
export const routeNames = Object.keys(routes) as RouteName[]; // Object.keys forgets the keys' type
export const routeOf = (name: RouteName): Route => routes[name];

type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;
const kebabCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The deployed function of a route, from the file that bears its name. */
async function handlerOf(name: RouteName): Promise<Handler> {
	const loaded: { handler: Handler } = await import(`../../functions/api/${kebabCase(name)}.ts`);
	return loaded.handler;
}

/** What a request may have besides its parts. */
export interface Odd {
	/** The token's claims. */
	claims?: Record<string, string>;
	/** The body's bytes, as the gateway hands over what is no text. */
	base64?: string;
}

/** Sends a request to a route's function. */
export async function send(name: RouteName, request: SoundRequest, { claims, base64 }: Odd = {}) {
	const { method, path, scope } = routeOf(name);
	const event = httpEvent({
		method: z.enum(["GET", "POST", "PATCH", "DELETE"]).parse(method.toUpperCase()),
		route: path,
		...request,
		...(scope === undefined && { caller: null }),
		...(claims && { claims }),
	});
	const handler = await handlerOf(name);
	return await handler({ ...event, ...(base64 && { body: base64, isBase64Encoded: true }) }, lambdaContext);
}

/** The problem in an answer, which must be a documented refusal that names field and rule. */
export function refusalIn(name: RouteName, answer: APIGatewayProxyStructuredResultV2, told: string): Problem {
	const type = answer.headers?.["content-type"];
	expect({ type, status: answer.statusCode }, told).toMatchObject({ type: "application/problem+json" });
	const problem = z.strictObject(problemSchema.shape).parse(JSON.parse(answer.body ?? ""));
	expect(problem.status, told).toBe(answer.statusCode);
	expect(problem.status >= 400 && problem.status < 500, `${told}: ${answer.body}`).toBe(true);
	expect(problem, told).toMatchObject({ field: expect.stringMatching(/./s), rule: expect.stringMatching(/./s) });
	const documented = routeOf(name).errors.map((error) => `${errorTable[error].status} /errors/${problemType(error)}`);
	expect(documented, told).toContain(`${problem.status} ${problem.type}`);
	return problem;
}

/** Every field that a problem names, in lower case, as header names are written either way. */
export function fieldsOf({ field, errors = [] }: Problem): string[] {
	return [field ?? "", ...errors.map((error) => error.field)].map((name) => name.toLowerCase());
}

let inputs = 0;
/** How many malformed inputs this file has sent so far. */
export const inputCount = (): number => inputs;

/** Sends what is malformed: answers its refusal, after which nothing was asked of AWS but to read. */
export function refuse(account: Account, name: RouteName, request: SoundRequest, told: string): Promise<Problem> {
	return refuseRaw(account, name, request, told, {});
}

export async function refuseRaw(account: Account, name: RouteName, request: SoundRequest, told: string, odd: Odd) {
	inputs++;
	const problem = refusalIn(name, await send(name, request, odd), `${name}: ${told}`);
	expect(account.acts(), `${name}: ${told}`).toEqual([]);
	return problem;
}
