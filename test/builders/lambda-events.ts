import type { APIGatewayProxyEventV2, Context, SQSEvent, SQSRecord } from "aws-lambda";

export interface HttpRequest {
	method: "GET" | "POST" | "PATCH" | "DELETE";
	/** The route's path template. */
	route: string;
	pathParameters?: Record<string, string>;
	query?: Record<string, string>;
	headers?: Record<string, string>;
	/** Text is sent as it is, anything else as JSON. */
	body?: unknown;
	/** The token's subject; null: a public route. */
	caller?: string | null;
	/** The token's claims; the caller as `sub` unless given. */
	claims?: Record<string, string>;
}

/** What an HTTP API hands to a function: payload version 2.0, with what the JWT authorizer found. */
export function httpEvent({ method, route, query, headers, body, caller = "billing", claims, ...more }: HttpRequest) {
	const path = route.replace(/\{(\w+)\}/g, (_, name: string) => more.pathParameters?.[name] ?? "");
	const rawQueryString = new URLSearchParams(query).toString();
	const event: APIGatewayProxyEventV2 = {
		version: "2.0",
		routeKey: `${method} ${route}`,
		rawPath: path,
		rawQueryString,
		headers: { "content-type": "application/json", ...headers },
		...(query && { queryStringParameters: query }),
		...(more.pathParameters && { pathParameters: more.pathParameters }),
		requestContext: {
			accountId: "222222222222",
			apiId: "api",
			domainName: "api.example.com",
			domainPrefix: "api",
			http: { method, path, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "test" },
			requestId: "req-1",
			routeKey: `${method} ${route}`,
			stage: "$default",
			time: "01/Jan/2027:00:00:00 +0000",
			timeEpoch: 1_798_761_600_000,
			...(caller !== null && { authorizer: { jwt: { claims: claims ?? { sub: caller }, scopes: [] } } }),
		},
		...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
		isBase64Encoded: false,
	};
	return event;
}

export const lambdaContext: Context = {
	callbackWaitsForEmptyEventLoop: false,
	functionName: "function",
	functionVersion: "$LATEST",
	invokedFunctionArn: "arn:aws:lambda:us-east-1:222222222222:function:function",
	memoryLimitInMB: "512",
	awsRequestId: "aws-1",
	logGroupName: "group",
	logStreamName: "stream",
	getRemainingTimeInMillis: () => 10_000,
	done: () => undefined,
	fail: () => undefined,
	succeed: () => undefined,
};

/** A batch of messages, the first with the id `message-0`. Text is sent as it is, anything else as JSON. */
export function sqsEvent(...bodies: unknown[]): SQSEvent {
	const Records = bodies.map(
		(body, at): SQSRecord => ({
			messageId: `message-${at}`,
			receiptHandle: `handle-${at}`,
			body: typeof body === "string" ? body : JSON.stringify(body),
			attributes: {
				ApproximateReceiveCount: "1",
				SentTimestamp: "0",
				SenderId: "sender",
				ApproximateFirstReceiveTimestamp: "0",
			},
			messageAttributes: {},
			md5OfBody: "",
			eventSource: "aws:sqs",
			eventSourceARN: "arn:aws:sqs:us-east-1:222222222222:queue",
			awsRegion: "us-east-1",
		}),
	);
	return { Records };
}
