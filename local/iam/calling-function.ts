import { AsyncLocalStorage } from "node:async_hooks";
import diagnostics from "node:diagnostics_channel";
import { ClientRequest } from "node:http";

/** The header by which a request says which function makes it; stays inside this process and its endpoint. */
export const functionHeader = "x-local-function";

const calling = new AsyncLocalStorage<string>();

/** Runs `act` as a function: what it asks of AWS, also later, is asked in this function's name. */
export function asFunction<T>(functionName: string, act: () => T): T {
	return calling.run(functionName, act);
}

/**
 * Names the function on every request that one makes to `host` (name and port), by node:http or by fetch: all functions share a
 * process and its access key, and their code must not know of a laptop. No other host sees the header. Answers how to end it.
 * https://nodejs.org/api/diagnostics_channel.html#built-in-channels
 */
export function nameFunctionsTo(host: string): () => void {
	const onHttp = (message: unknown) => {
		const functionName = calling.getStore();
		const request = requestIn(message);
		if (functionName === undefined || !(request instanceof ClientRequest)) return;
		if (request.getHeader("host") === host && !request.headersSent) request.setHeader(functionHeader, functionName);
	};
	const onFetch = (message: unknown) => {
		const functionName = calling.getStore();
		const request = requestIn(message);
		if (functionName === undefined || typeof request !== "object" || request === null) return;
		if (Reflect.get(request, "origin") !== `http://${host}`) return;
		const addHeader: unknown = Reflect.get(request, "addHeader");
		if (typeof addHeader === "function") addHeader.call(request, functionHeader, functionName);
	};
	diagnostics.subscribe("http.client.request.created", onHttp);
	diagnostics.subscribe("undici:request:create", onFetch);
	return () => {
		diagnostics.unsubscribe("http.client.request.created", onHttp);
		diagnostics.unsubscribe("undici:request:create", onFetch);
	};
}

function requestIn(message: unknown): unknown {
	return Reflect.get(Object(message), "request");
}
