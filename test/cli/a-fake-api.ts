import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { type OperationView, operationView } from "../../domain/operation-view.ts";
import { type TenantView, tenantView } from "../../domain/tenant-view.ts";
import { aClaim, anOperation, aTenant } from "../builders/entities.ts";

/** What the fake answers to one request; `drop`: it hangs up instead. */
export type Reply = { status: number; body: unknown; headers?: Record<string, string> } | "drop";

/** A request as it came. */
export interface Heard {
	/** `POST /v1/tenants?x=y` */
	line: string;
	headers: IncomingHttpHeaders;
	body: string;
}

/**
 * A server that says what a test tells it to: `replies` of a line of request are given one by one, the last one for ever. What it is
 * not told of is answered as the gateway would.
 */
export async function aFakeApi(script: Record<string, Reply[]>) {
	const heard: Heard[] = [];
	const left = new Map(Object.entries(script).map(([line, replies]) => [line, [...replies]]));
	const server = createServer(async (request, response) => {
		let body = "";
		for await (const chunk of request.setEncoding("utf8")) body += chunk;
		const line = `${request.method} ${request.url}`;
		heard.push({ line, headers: request.headers, body });
		const replies = left.get(line) ?? [];
		const reply = (replies.length > 1 ? replies.shift() : replies[0]) ?? {
			status: 404,
			body: { message: "Not Found" },
		};
		if (reply === "drop") return void request.socket.destroy();
		response.writeHead(reply.status, { connection: "close", ...reply.headers });
		response.end(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body));
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo; // a listening server of TCP has one
	const url = `http://127.0.0.1:${port}`;
	return {
		...{ url, heard },
		env: { HOSTMASTER_API: url, HOSTMASTER_TOKEN: "token" },
		lines: () => heard.map(({ line }) => line),
		async close() {
			server.close();
			server.closeAllConnections();
			await once(server, "close");
		},
	};
}

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const accepted = (tenant: TenantView, operation: OperationView): Reply => ({
	status: 202,
	body: { tenant, operation },
});
export const problem = (status: number, type: string, more: object = {}): Reply => ({
	status,
	body: { type: `/errors/${type}`, title: "It is refused", status, requestId: "req-1", ...more },
});

/** An import's dry run that refuses these lines, and none but these. */
export function dryRunOf(lines: readonly object[] = []): Reply {
	const planned = { new: 0, same: 0, conflict: 0, invalid: 0, adopted: 0 };
	return { status: 202, body: { importId: null, planned, estimatedSeconds: 0, lines } };
}

/** Acme, as an API shows it. */
export function anActiveTenant(more: Partial<TenantView> = {}): TenantView {
	return { ...tenantView(aTenant(), aClaim()), status: "active", nextActor: null, fix: null, ...more };
}

/** Acme's onboarding, as an API shows it. */
export function aShownOperation(more: Parameters<typeof anOperation>[0] = {}): OperationView {
	return operationView(anOperation(more));
}
