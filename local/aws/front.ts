import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { CallFault, Faults } from "../faults.ts";
import type { ServiceCall } from "../iam/call.ts";
import { functionHeader, invocationHeader } from "../iam/calling-function.ts";
import type { Identify } from "../iam/identify.ts";
import type { Invocation } from "../lambda/invocations.ts";
import { accountNamedBy, credentialsOf, principalHeader } from "./credentials.ts";
import { forward } from "./forward.ts";
import { type Listening, listen, readBody } from "./http.ts";
import type { Answer } from "./protocols.ts";
import { type Call, callOf, type FrontedServices, pathOf } from "./read-call.ts";
import { AwsError, type Caller } from "./service.ts";

export interface FrontOptions extends FrontedServices {
	faults?: Faults;
	/** Answers who makes a call; whoever the key names, unless told. Throws AwsError. */
	identify?: Identify;
	/** Asked before every call. Throws AwsError. */
	authorize?: (call: ServiceCall) => void;
	/** AWS endpoints of other accounts, by account id: what is called with their keys is theirs to answer. */
	peers?: Readonly<Record<string, string>>;
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
		const bytes = (await readBody(request, bodyLimitBytes)) ?? Buffer.alloc(0);
		const body = bytes.toString("utf8");
		const document = request.method === "GET" && options.document?.(request.url ?? "/");
		if (document) {
			response.writeHead(200, { "content-type": document.contentType }).end(document.body);
			return;
		}
		const invocation = options.invocation?.(request.headers[invocationHeader]?.toString() ?? "");
		if (invocation?.isDead) return void request.socket.destroy();
		const control = options.control?.({ method: request.method ?? "GET", path: request.url ?? "/", body });
		if (control) {
			response.writeHead(control.status, { "content-type": control.contentType }).end(control.body);
			return;
		}
		const peer = options.peers?.[accountNamedBy(request) ?? ""];
		// What a peer asks on behalf of its own caller is for us to answer.
		if (peer !== undefined && !(principalHeader in request.headers)) {
			const answer = await relayed(request, bytes, peer);
			invocation?.noteCall();
			response.writeHead(answer.status, answer.headers).end(answer.body);
			return;
		}
		const call = callOf(request, body, options, bytes);
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
			const caller = callerOf(request, call);
			options.authorize?.({ ...call, path: pathOf(request), body, caller });
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

	function callerOf(request: IncomingMessage, { service, operation }: Call): Caller {
		const credentials = credentialsOf(request);
		const { accountId, region } = credentials;
		const { [functionHeader]: functionName, [principalHeader]: principal } = request.headers;
		const mayStandIn = service === "sts" && operation === "AssumeRole";
		const shown = { functionName: functionName?.toString(), principal: mayStandIn ? principal?.toString() : undefined };
		return options.identify?.({ credentials, ...shown }) ?? { accountId, region };
	}

	/** As the other account's front answers; one that is down is a service that is down. */
	async function relayed(request: IncomingMessage, body: Buffer, endpoint: string): Promise<Answer> {
		const { method = "GET", url: path = "/" } = request;
		// Which function calls is this process's own matter.
		const { [functionHeader]: _function, [invocationHeader]: _invocation, ...headers } = request.headers;
		try {
			return await forward({ method, path, headers, body }, endpoint);
		} catch (error) {
			if (!isUnreachable(error)) throw error;
			const { printError, entry } = callOf(request, body.toString("utf8"), options);
			return printError(entry.unavailable(), randomUUID());
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

/** Told by the system, not by Node about us. */
function isUnreachable(error: unknown): boolean {
	return error instanceof Error && "code" in error && /^E[A-Z]+$/.test(String(error.code));
}

/** The SDK counts its tries of a call, e.g. `attempt=2; max=3`. */
function tryOf({ headers }: IncomingMessage): number {
	return Number(/attempt=(\d+)/.exec(headers["amz-sdk-request"]?.toString() ?? "")?.[1] ?? 1);
}
