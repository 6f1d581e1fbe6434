import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { CloudFrontRequest, CloudFrontRequestEvent } from "aws-lambda";
import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";
import type { EdgeOptions } from "../../../local/edge/start-edge.ts";
import {
	distributionDomain,
	distributionProperties,
	get,
	openTestAuthority,
	startTestEdge,
	type TestAuthority,
} from "./world.ts";

export const originHost = "origin.saas.test";

/** An origin whose answer each test sets, and edges before it; opened and closed around the tests of the file that asks for it. */
export function useScene() {
	let server: Server;
	let originPort = 0;
	let authority: TestAuthority;
	let started: Awaited<ReturnType<typeof startTestEdge>>[] = [];

	const forward = vi.fn(
		(event: CloudFrontRequestEvent): Promise<unknown> => Promise.resolve(toOrigin(requestIn(event), originPort)),
	);
	const scene = {
		answer: (_request: IncomingMessage, response: ServerResponse): unknown => response.end("hello"),
		/** The function of an edge that names no other: sends every request to the origin. */
		forward,
		get authority() {
			return authority;
		},
		cacheable(seconds: number) {
			scene.answer = (_request, response) => response.setHeader("Cache-Control", `max-age=${seconds}`).end("hello");
		},
		async edgeWith(options: Partial<EdgeOptions> & { changes?: Parameters<typeof distributionProperties>[0] } = {}) {
			const { changes, ...others } = options;
			forward.mockClear();
			const world = await startTestEdge(authority, {
				invokeEdge: forward,
				distribution: { id: "E1TEST", domainName: distributionDomain, properties: distributionProperties(changes) },
				...others,
			});
			started.push(world);
			const ask = (path = "/", headers: Record<string, string> = {}, host = "acme.app.test") =>
				get(world.edge.httpsPort, authority.pem, host, path, headers);
			return { ...world, ask };
		},
	};

	beforeAll(async () => {
		authority = await openTestAuthority();
		server = createServer(await authority.issue(originHost), (request, response) => scene.answer(request, response));
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		const address = server.address();
		originPort = typeof address === "object" ? (address?.port ?? 0) : 0;
	});
	afterAll(async () => {
		server.closeAllConnections();
		server.close();
		await authority.close();
	});
	beforeEach(() => {
		vi.spyOn(console, "error").mockImplementation(() => {});
		started = [];
		scene.answer = (_request, response) => response.end("hello");
	});
	afterEach(async () => {
		await Promise.all(started.map(({ edge }) => edge.close()));
		vi.restoreAllMocks();
	});
	return scene;
}

/** The request that a function was given. */
export function requestIn(event: CloudFrontRequestEvent | undefined): CloudFrontRequest {
	const record = event?.Records[0];
	if (!record) throw new Error("no record");
	return record.cf.request;
}

/** How the edge says that an answer came about: `Hit`, `Miss`, … */
export function note({ headers }: { headers: Record<string, string> }): string | undefined {
	return headers["x-cache"]?.split(" ")[0];
}

function toOrigin(request: CloudFrontRequest, port: number): object {
	const custom = {
		domainName: originHost,
		port,
		protocol: "https",
		path: "",
		sslProtocols: ["TLSv1.2"],
		readTimeout: 4,
		keepaliveTimeout: 5,
		customHeaders: {},
	};
	return {
		...request,
		headers: { ...request.headers, host: [{ key: "Host", value: originHost }] },
		origin: { custom },
	};
}
