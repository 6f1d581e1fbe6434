import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { z } from "zod";
import { problemSchema } from "../../../functions/api/problems.ts";
import { type HttpRequest, httpEvent, lambdaContext } from "../../builders/lambda-events.ts";

type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

/** Sends a request through a route's whole stack and reads the JSON of its answer. */
export async function ask(handler: Handler, request: HttpRequest) {
	const { statusCode, headers, body } = await handler(httpEvent(request), lambdaContext);
	return { status: statusCode, headers, body: z.record(z.string(), z.any()).parse(JSON.parse(body ?? "")) };
}

/** The problem that a request is answered with; a test fails when it is answered otherwise. */
export async function problem(handler: Handler, request: HttpRequest) {
	const { status, headers, body } = await ask(handler, request);
	const found = z.strictObject(problemSchema.shape).parse(body);
	if (found.status !== status) throw new Error(`The problem says ${found.status}, the answer ${status}.`);
	if (headers?.["content-type"] !== "application/problem+json") throw new Error("The answer is no problem document.");
	return { ...found, retryAfter: headers["retry-after"] };
}
