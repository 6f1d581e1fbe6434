import type { IncomingMessage } from "node:http";
import type { S3 } from "../s3/s3.ts";
import { catalogEntry, restOperation } from "./catalog.ts";
import { signedFor } from "./credentials.ts";
import { type Answer, jsonError, type PrintError, xmlError } from "./protocols.ts";
import type { QueryService } from "./query.ts";
import { AwsError, type Caller, type JsonService, type RestService } from "./service.ts";

/** A JSON service, with headers that its errors need beside the protocol's own. */
export type FrontedJson = JsonService & { errorHeaders?(error: AwsError): Record<string, string> };

/** The services behind one endpoint. */
export interface FrontedServices {
	json: readonly FrontedJson[];
	rest: readonly RestService[];
	query: readonly QueryService[];
	/** It has no path of its own, and speaks of bytes: requests are told by the service that they were signed for. */
	s3?: S3;
}

/** One request, told apart: which operation it asks for, how to run it, and how its protocol prints errors. */
export interface Call {
	service: string;
	operation: string;
	entry: ReturnType<typeof catalogEntry>;
	printError: PrintError;
	/** Undefined: not emulated. */
	run(caller: Caller, requestId: string): Promise<Answer | undefined>;
}

/** Tells which operation a request asks for. */
export function callOf(
	request: IncomingMessage,
	body: string,
	services: FrontedServices,
	bytes: Buffer = Buffer.from(body),
): Call {
	const { method = "GET" } = request;
	const { s3 } = services;
	if (s3 && signedFor(request) === "s3") {
		const { headers, url = "/" } = request;
		const asked = {
			method,
			path: pathOf(request),
			query: new URLSearchParams(url.split("?", 2)[1] ?? ""),
			headers,
			body: bytes,
		};
		return named("s3", s3.operationOf(asked), s3.printError, () => Promise.resolve(s3.handle(asked)));
	}
	const path = pathOf(request);
	const query = request.url?.split("?", 2)[1] ?? "";
	const target = request.headers["x-amz-target"];
	if (typeof target === "string") return jsonCall(target, request, body, services.json);
	const rest = services.rest.find(({ prefix }) => path.startsWith(prefix));
	if (rest) {
		const run = async (caller: Caller): Promise<Answer | undefined> => {
			const ifMatch = request.headers["if-match"];
			const answer = await rest.handle({ method, path, query: new URLSearchParams(query), body, ifMatch }, caller);
			if (!answer) return undefined;
			const headers = { "content-type": "text/xml", ...answer.headers };
			return { status: answer.status, headers, body: answer.body };
		};
		return named(rest.name, restOperation(method, path), xmlError, run);
	}
	if (request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) {
		return queryCall(new URLSearchParams(body), services.query);
	}
	return named("unknown", restOperation(method, path), xmlError, () => Promise.resolve(undefined));
}

/** Without its query. */
export function pathOf({ url = "/" }: IncomingMessage): string {
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
	return named(service?.name ?? "query", operation, xmlError, async (caller, requestId) => {
		const result = await service?.operations[operation]?.(form, caller);
		if (!service || result === undefined) return undefined;
		if (typeof result !== "string") return result;
		const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
		const content = `<${operation}Result>${result}</${operation}Result>${metadata}`;
		const text = `<${operation}Response xmlns="${service.namespace}">${content}</${operation}Response>`;
		return { status: 200, headers: { "content-type": "text/xml" }, body: text };
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
