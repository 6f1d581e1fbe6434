import { AsyncLocalStorage } from "node:async_hooks";
import diagnostics from "node:diagnostics_channel";
import { ClientRequest } from "node:http";

/** The header by which a request says which function makes it; stays inside this process and its endpoint. */
export const functionHeader = "x-local-function";

/** The header by which a request says in which invocation it is made. */
export const invocationHeader = "x-local-invocation";

const calling = new AsyncLocalStorage<Record<string, string>>();

/** Runs `act` as a function: what it asks of AWS, also later, is asked in this function's name, and in this invocation's if it is one. */
export function asFunction<T>(functionName: string, act: () => T, requestId?: string): T {
	return calling.run(
		{ [functionHeader]: functionName, ...(requestId !== undefined && { [invocationHeader]: requestId }) },
		act,
	);
}

/**
 * Names the function on every request that one makes to `host` (name and port), by node:http or by fetch: all functions share a
 * process and its access key, and their code must not know of a laptop. No other host sees the header. Answers how to end it.
 * https://nodejs.org/api/diagnostics_channel.html#built-in-channels
 */
export function nameFunctionsTo(host: string): () => void {
	const onHttp = (message: unknown) => {
		const headers = calling.getStore();
		const request = requestIn(message);
		if (headers === undefined || !(request instanceof ClientRequest)) return;
		if (request.getHeader("host") !== host || request.headersSent) return;
		for (const [name, value] of Object.entries(headers)) request.setHeader(name, value);
	};
	const onFetch = (message: unknown) => {
		const headers = calling.getStore();
		const request = requestIn(message);
		if (headers === undefined || typeof request !== "object" || request === null) return;
		if (Reflect.get(request, "origin") !== `http://${host}`) return;
		const addHeader: unknown = Reflect.get(request, "addHeader");
		if (typeof addHeader !== "function") return;
		for (const [name, value] of Object.entries(headers)) addHeader.call(request, name, value);
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
