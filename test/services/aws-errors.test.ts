import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, describe, expect, it } from "vitest";
import { HostmasterError } from "../../domain/errors.ts";
import { calling } from "../../services/aws-errors.ts";

const named = (name: string, more: object = {}) => Object.assign(new Error("secret detail"), { name, ...more });
const outcomeOf = (error: unknown) => calling("SQS", () => Promise.reject(error)).catch((caught: unknown) => caught);

describe("calling AWS", () => {
	it("answers what the call answers", async () => {
		expect(await calling("SQS", async () => 7)).toBe(7);
	});

	it.each([
		"Throttling",
		"ThrottlingException",
		"ThrottledException",
		"TooManyRequestsException",
		"ProvisionedThroughputExceededException",
		"RequestLimitExceeded",
		"RequestThrottled",
		"PriorRequestNotComplete",
		"TransactionInProgressException",
		"TransactionConflictException",
		"RequestThrottledException",
		"LimitExceededException",
		"KmsThrottlingException",
		"ExecutionLimitExceeded",
	])("says Throttled for %s, whatever its status, and keeps the cause", async (name) => {
		const cause = named(name, { $fault: "client", $metadata: { httpStatusCode: 400 } });
		expect(await outcomeOf(cause)).toMatchObject({ name: "Throttled", detail: "SQS is throttled.", cause });
	});

	it.each([
		["a server's fault", named("InternalServerError", { $fault: "server" })],
		["a 500", named("Unknown", { $metadata: { httpStatusCode: 500 } })],
		["a 503", named("Unknown", { $fault: "client", $metadata: { httpStatusCode: 503 } })],
		["a broken connection", named("Error", { code: "ECONNRESET" })],
		["a name that does not resolve", named("Error", { code: "ENOTFOUND", $metadata: { attempts: 4 } })],
		["a time-out", named("TimeoutError", { $metadata: { attempts: 4 } })],
	])("says ServiceUnavailable for %s", async (_, cause) => {
		expect(await outcomeOf(cause)).toMatchObject({ name: "ServiceUnavailable", detail: "SQS did not answer.", cause });
	});

	it.each([
		["a refusal", named("AccessDeniedException", { $fault: "client", $metadata: { httpStatusCode: 403 } })],
		["a refusal with a code", named("ValidationError", { code: "x", $metadata: { httpStatusCode: 400 } })],
		["a condition", new ConditionalCheckFailedException({ $metadata: {}, message: "no" })],
		["a defect of ours", new TypeError("undefined is not a function")],
		["odd metadata", named("Odd", { $metadata: null })],
		["an error of ours", Object.assign(new HostmasterError("Misconfigured", "No table."), { code: "x" })],
		["something that is no error", "text"],
	])("lets %s pass unchanged", async (_, cause) => {
		expect(await outcomeOf(cause)).toBe(cause);
	});
});

describe("the SDK's real clients", () => {
	let server: Server;
	afterEach(() => {
		server.closeAllConnections();
		server.close();
	});

	/** How a call ends at an endpoint that behaves like `listener`. */
	async function callTo(listener: RequestListener): Promise<unknown> {
		server = createServer(listener).listen(0, "127.0.0.1");
		await once(server, "listening");
		const { port } = server.address() as AddressInfo; // a TCP server's address, since it listens on a port
		const client = new SQSClient({
			region: "us-east-1",
			endpoint: `http://127.0.0.1:${port}`,
			credentials: { accessKeyId: "id", secretAccessKey: "secret" },
			maxAttempts: 1,
			requestHandler: { requestTimeout: 100, throwOnRequestTimeout: true },
		});
		return outcomeOf(await client.send(new GetQueueUrlCommand({ QueueName: "q" })).catch((error: unknown) => error));
	}

	const answering = (status: number, type: string): RequestListener => {
		return (_, response) => response.writeHead(status).end(JSON.stringify({ __type: type, message: "no" }));
	};

	it.each([
		["hangs up", "ServiceUnavailable", (request) => request.socket.destroy()],
		["says nothing", "ServiceUnavailable", () => undefined],
		["fails", "ServiceUnavailable", answering(500, "InternalFailure")],
		["asks for patience", "Throttled", answering(400, "com.amazonaws.sqs#RequestThrottled")],
		["refuses", "QueueDoesNotExist", answering(400, "com.amazonaws.sqs#QueueDoesNotExist")],
	] satisfies [string, string, RequestListener][])("at an endpoint that %s end as %s", async (_, name, listener) => {
		expect(await callTo(listener)).toMatchObject({ name });
	});
});
