import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { HostmasterError } from "../../../domain/errors.ts";
import { defineRoute, type Reply } from "../../../functions/api/http.ts";
import { logger } from "../../../services/log.ts";
import { setEnvironment } from "../../builders/a-cloud.ts";
import { ask, problem } from "./answers.ts";

beforeEach(() => setEnvironment());
afterEach(() => vi.restoreAllMocks());

const route = {
	method: "get",
	path: "/v1/things/{id}",
	summary: "A thing",
	pathParameters: z.object({ id: z.string() }),
	query: z.strictObject({ size: z.coerce.number().default(3) }),
	reply: { status: 200, description: "It.", schema: z.object({}) },
	errors: [],
} as const;
const request = { method: "GET", route: route.path, pathParameters: { id: "1" } } as const;

describe("the stack of every route", () => {
	it("hands over what the schemas made of the request, and who asks", async () => {
		const echo = defineRoute(route, async (asked) => ({ body: asked }));
		const { body, status } = await ask(echo, { ...request, query: { size: "7" }, caller: "console" });
		expect(status).toBe(200);
		expect(body).toMatchObject({ path: { id: "1" }, query: { size: 7 }, caller: "console", correlationId: "req-1" });
	});

	it("takes who has no token for anonymous", async () => {
		const echo = defineRoute(route, async ({ caller }) => ({ body: { caller } }));
		expect((await ask(echo, { ...request, caller: null })).body).toEqual({ caller: "anonymous" });
	});

	it("leaves nobody nameless where a token is asked for", async () => {
		const echo = defineRoute({ ...route, scope: "things:read" }, async ({ caller }) => ({ body: { caller } }));
		expect((await ask(echo, { ...request, claims: { client_id: "console" } })).body).toEqual({ caller: "console" });
		expect((await ask(echo, { ...request, claims: { client_id: "a", sub: "b" } })).body).toEqual({ caller: "b" });
		expect(await problem(echo, { ...request, claims: {} })).toMatchObject({ status: 400, field: "Authorization" });
		expect(await problem(echo, { ...request, caller: null })).toMatchObject({ status: 400, field: "Authorization" });
	});

	it("lets a handler choose status, headers and the very text of an answer", async () => {
		const odd = defineRoute(route, async () => ({ body: '{"a":1}', status: 201, headers: { location: "/a" } }));
		expect(await ask(odd, request)).toMatchObject({ status: 201, body: { a: 1 }, headers: { location: "/a" } });
	});

	it("finds the query missing without any", async () => {
		const echo = defineRoute(route, async ({ query }) => ({ body: query }));
		expect((await ask(echo, request)).body).toEqual({ size: 3 });
		expect(await problem(echo, { ...request, query: { colour: "red" } })).toMatchObject({ field: "colour" });
	});

	it("says that a path parameter is missing rather than to fail", async () => {
		const echo = defineRoute(route, async ({ path }) => ({ body: path }));
		const { pathParameters: _none, ...without } = request;
		expect(await problem(echo, without)).toMatchObject({ status: 400, field: "id", rule: "required" });
	});

	it("answers a defect with an id and no detail, and logs it", async () => {
		const logged = vi.spyOn(logger, "error").mockReturnValue(undefined);
		const failing = defineRoute(route, (): Promise<Reply> => Promise.reject(new Error("password=secret")));
		expect(await problem(failing, request)).toEqual({
			type: "about:blank",
			title: "Internal Server Error",
			status: 500,
			requestId: "req-1",
			retryAfter: undefined,
		});
		expect(logged).toHaveBeenCalledOnce();
	});

	it("answers an error of the table with its status, its detail and nothing of its cause", async () => {
		const failing = defineRoute(route, (): Promise<Reply> => {
			throw new HostmasterError("TenantNotFound", "There is none.", { cause: new Error("secret") });
		});
		const found = await problem(failing, request);
		expect(found).toMatchObject({ type: "/errors/tenant-not-found", status: 404, detail: "There is none." });
		expect(JSON.stringify(found)).not.toContain("secret");
	});

	it("asks to come again soon when it may work then", async () => {
		const busy = defineRoute(route, (): Promise<Reply> => {
			throw new HostmasterError("Throttled", "Later.");
		});
		expect(await problem(busy, request)).toMatchObject({ status: 503, retryAfter: "2" });
	});
});
