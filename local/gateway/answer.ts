import { z } from "zod";
import type { InvokeResult } from "../aws/service.ts";

/** What the gateway sends. */
export interface GatewayAnswer {
	status: number;
	headers: Record<string, string | string[]>;
	body: string | Buffer;
}

const scalar = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);
const explicit = z.object({
	statusCode: z.coerce.number().int().min(100).max(599),
	headers: z.record(z.string(), scalar).nullish(),
	cookies: z.array(z.string()).nullish(),
	body: z.string().nullish(),
	isBase64Encoded: z.boolean().nullish(),
});

/** An answer in the gateway's own shape. */
export function gatewayAnswer(status: number, message: string, headers: Record<string, string> = {}): GatewayAnswer {
	return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify({ message }) };
}

/**
 * A function's result as an HTTP answer: with `statusCode` it says what to send, without one it is itself the body of a 200.
 * A failed function or a malformed result is 500.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response
 */
export function answerOf(result: InvokeResult): GatewayAnswer {
	if (!result.ok) return gatewayAnswer(500, "Internal Server Error");
	const { payload } = result;
	if (typeof payload !== "object" || payload === null || !("statusCode" in payload)) {
		const body = typeof payload === "string" ? payload : JSON.stringify(payload);
		return { status: 200, headers: { "content-type": "application/json" }, body };
	}
	const parsed = explicit.safeParse(payload);
	if (!parsed.success) return gatewayAnswer(500, "Internal Server Error");
	const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.data;
	const lower = Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
	return {
		status: statusCode,
		headers: {
			...(body ? { "content-type": "text/plain; charset=utf-8" } : {}),
			...lower,
			...(cookies?.length ? { "set-cookie": cookies } : {}),
		},
		body: isBase64Encoded ? Buffer.from(body ?? "", "base64") : (body ?? ""),
	};
}
