import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { CallFault, Faults } from "../faults.ts";
import type { ServiceCall } from "../iam/call.ts";
import { functionHeader, invocationHeader } from "../iam/calling-function.ts";
import type { Invocation } from "../lambda/invocations.ts";
import { catalogEntry, restOperation } from "./catalog.ts";
import { type Listening, listen, readBody } from "./http.ts";
import { type Answer, jsonError, type PrintError, xmlError } from "./protocols.ts";
import type { QueryService } from "./query.ts";
import { AwsError, type Caller, type JsonService, type RestService } from "./service.ts";

/** A JSON service, with headers that its errors need beside the protocol's own. */
export type FrontedJson = JsonService & { errorHeaders?(error: AwsError): Record<string, string> };

export interface FrontOptions {
	json: readonly FrontedJson[];
	rest: readonly RestService[];
	query: readonly QueryService[];
	faults?: Faults;
	/** Asked before every call; `functionName` is that of the function that calls, if one does. Throws AwsError. */
	authorize?: (functionName: string | undefined, call: ServiceCall) => void;
	/** The function's invocation that makes a call, by its request id. */
	invocation?: (requestId: string) => Invocation | undefined;
	/** Plain documents beside the services, by path, e.g. a token issuer's keys. */
	document?: (path: string) => { contentType: string; body: string } | undefined;
	/** Answers requests that are no AWS calls, e.g. the embedded cloud's own switches; undefined for every other. */
	control?: (request: { method: string; path: string; body: string }) => ControlAnswer | undefined;
	/** Told of what went wrong inside a service: a defect of the embedded cloud, answered 500. */
	onDefect?: (error: unknown, operation: string) => void;
}

export interface ControlAnswer {
	status: number;
	contentType: string;
	body: string;
}

/** One HTTP endpoint for every emulated service: where `AWS_ENDPOINT_URL` points. */
export interface Front {
	/** Listens; port 0 takes a free one. */
	listen(host: string, port: number): Promise<Listening>;
	/** Calls so far by `service.operation`, refused and failed ones included. */
	calls(): Record<string, number>;
}

/** One request, told apart: which operation it asks for, how to run it, and how its protocol prints errors. */
interface Call {
	service: string;
	operation: string;
	entry: ReturnType<typeof catalogEntry>;
	printError: PrintError;
	/** Undefined: not emulated. */
	run(caller: Caller, requestId: string): Promise<Answer | undefined>;
}

// No call that we make comes near it; DynamoDB's transactions are the largest, at 4 MB.
const bodyLimitBytes = 16 * 1024 * 1024;

export function createFront(options: FrontOptions): Front {
	const calls: Record<string, number> = {};
	const server = createServer((request, response) => {
		answerTo(request, response).catch((error: unknown) => {
			options.onDefect?.(error, `${request.method} ${request.url}`);
			response.destroy();
		});
	});

	async function answerTo(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const body = (await readBody(request, bodyLimitBytes))?.toString("utf8") ?? "";
		const document = request.method === "GET" && options.document?.(request.url ?? "/");
		if (document) {
			response.writeHead(200, { "content-type": document.contentType }).end(document.body);
			return;
		}
		const control = options.control?.({ method: request.method ?? "GET", path: request.url ?? "/", body });
		if (control) {
			response.writeHead(control.status, { "content-type": control.contentType }).end(control.body);
			return;
		}
		const invocation = options.invocation?.(request.headers[invocationHeader]?.toString() ?? "");
		if (invocation?.isDead) return void request.socket.destroy();
		const call = callOf(request, body, options);
		const name = `${call.service}.${call.operation}`;
		calls[name] = (calls[name] ?? 0) + 1;
		const { service, operation } = call;
		const fault = options.faults?.forCall({ service, operation, body, try: tryOf(request), invocation });
		const requestId = randomUUID();
		const answer = await faulty(call, fault, requestId, () => answered(call, request, body, requestId));
		invocation?.noteCall();
		if (!answer || invocation?.isDead) {
			if (fault?.kind === "reset") request.socket.resetAndDestroy();
			else request.socket.destroy();
			return;
		}
		response.writeHead(answer.status, { "x-amzn-requestid": requestId, ...answer.headers }).end(answer.body);
	}

	async function answered(call: Call, request: IncomingMessage, body: string, requestId: string): Promise<Answer> {
		try {
			const caller = callerOf(request);
			const functionName = request.headers[functionHeader]?.toString();
			options.authorize?.(functionName, { ...call, path: pathOf(request), body, caller });
			const answer = await call.run(caller, requestId);
			if (answer) return answer;
			const told = `${call.service}.${call.operation} is not emulated by the embedded cloud.`;
			throw new AwsError("NotImplemented", told, 501);
		} catch (error) {
			if (error instanceof AwsError) return call.printError(error, requestId);
			options.onDefect?.(error, `${call.service}.${call.operation}`);
			return call.printError(
				new AwsError("InternalFailure", "The embedded cloud failed; see its log.", 500),
				requestId,
			);
		}
	}

	return { listen: (host, port) => listen(server, host, port), calls: () => ({ ...calls }) };
}

/** Runs a call with the fault that it is to meet; undefined: cut the connection. Real time, since a socket waits in it. */
async function faulty(
	call: Call,
	fault: CallFault | undefined,
	requestId: string,
	run: () => Promise<Answer>,
): Promise<Answer | undefined> {
	if (!fault) return run();
	const committed = fault.when === "after" ? await run() : undefined;
	switch (fault.kind) {
		case "throttle":
			return call.printError(call.entry.throttled(), requestId);
		case "unavailable":
			return call.printError(call.entry.unavailable(), requestId);
		case "refuse": {
			const { name, message, status } = fault.error ?? { name: "AccessDeniedException", message: "Refused by order." };
			return call.printError(new AwsError(name, message, status), requestId);
		}
		case "delay":
			await sleep(fault.forMs);
			return committed ?? run();
		case "timeout":
			await sleep(fault.forMs);
			return undefined;
		case "reset":
			return undefined;
	}
}

function callOf(request: IncomingMessage, body: string, options: FrontOptions): Call {
	const { method = "GET" } = request;
	const path = pathOf(request);
	const query = request.url?.split("?", 2)[1] ?? "";
	const target = request.headers["x-amz-target"];
	if (typeof target === "string") return jsonCall(target, request, body, options.json);
	const rest = options.rest.find(({ prefix }) => path.startsWith(prefix));
	if (rest) {
		const run = async (caller: Caller): Promise<Answer | undefined> => {
			const answer = await rest.handle({ method, path, query: new URLSearchParams(query), body }, caller);
			if (!answer) return undefined;
			const headers = { "content-type": "text/xml", ...answer.headers };
			return { status: answer.status, headers, body: answer.body };
		};
		return named(rest.name, restOperation(method, path), xmlError, run);
	}
	if (request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) {
		return queryCall(new URLSearchParams(body), options.query);
	}
	return named("unknown", restOperation(method, path), xmlError, () => Promise.resolve(undefined));
}

/** The SDK counts its tries of a call, e.g. `attempt=2; max=3`. */
function tryOf({ headers }: IncomingMessage): number {
	return Number(/attempt=(\d+)/.exec(headers["amz-sdk-request"]?.toString() ?? "")?.[1] ?? 1);
}

function pathOf({ url = "/" }: IncomingMessage): string {
	return url.split("?", 1)[0] ?? "/";
}

function jsonCall(target: string, request: IncomingMessage, body: string, services: readonly FrontedJson[]): Call {
	const dot = target.lastIndexOf(".");
	const service = services.find((other) => other.target === target.slice(0, dot));
	const contentType = service?.contentType ?? request.headers["content-type"] ?? "application/x-amz-json-1.1";
	const operation = target.slice(dot + 1);
	const printError = jsonError(contentType, service?.errorHeaders);
	return named(target.slice(0, dot), operation, printError, async (caller) => {
		const act = service && Object.hasOwn(service.operations, operation) ? service.operations[operation] : undefined;
		if (!act) return undefined;
		const output = await act(parsedJson(body), caller);
		const text = output === undefined ? "{}" : JSON.stringify(output);
		return { status: 200, headers: { "content-type": contentType }, body: text };
	});
}

/** The action's name tells the service: no two that we emulate share one. */
function queryCall(form: URLSearchParams, services: readonly QueryService[]): Call {
	const operation = form.get("Action") ?? "none";
	const service = services.find(({ operations }) => Object.hasOwn(operations, operation));
	return named(service?.name ?? "query", operation, xmlError, (caller, requestId) => {
		const result = service?.operations[operation]?.(form, caller);
		if (!service || result === undefined) return Promise.resolve(undefined);
		const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
		const content = `<${operation}Result>${result}</${operation}Result>${metadata}`;
		const text = `<${operation}Response xmlns="${service.namespace}">${content}</${operation}Response>`;
		return Promise.resolve({ status: 200, headers: { "content-type": "text/xml" }, body: text });
	});
}

function named(targetOrName: string, operation: string, printError: PrintError, run: Call["run"]): Call {
	const entry = catalogEntry(targetOrName);
	return { service: entry.name, operation, entry, printError, run };
}

function parsedJson(body: string): unknown {
	try {
		return body === "" ? {} : JSON.parse(body);
	} catch {
		throw new AwsError("SerializationException", "The request's body is not JSON.");
	}
}

// Credential=<access key id>/<date>/<region>/<service>/aws4_request; signatures are not checked, the key's last 12 digits name the account.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
const credential = /Credential=([^/,\s]+)\/\d{8}\/([^/]+)\//;

function callerOf(request: IncomingMessage): Caller {
	const [, accessKeyId, region] = credential.exec(request.headers.authorization ?? "") ?? [];
	if (!accessKeyId || !region) throw new AwsError("MissingAuthenticationToken", "Missing Authentication Token", 403);
	const accountId = /\d{12}$/.exec(accessKeyId)?.[0];
	if (accountId) return { accountId, region };
	const told = `The security token included in the request is invalid: no account in '${accessKeyId}' (expected LOCAL<12 digits>).`;
	throw new AwsError("UnrecognizedClientException", told, 403);
}
