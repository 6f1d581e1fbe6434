import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handler } from "../../../functions/api/create-tenant.ts";
import { routes } from "../../../functions/api/routes.ts";
import { aCloud, type Cloud, setEnvironment } from "../../builders/a-cloud.ts";
import { aClaim, aNewTenant, longAgo } from "../../builders/entities.ts";
import { httpEvent, lambdaContext } from "../../builders/lambda-events.ts";
import { ask, problem } from "./answers.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const post = (body: unknown, headers: Record<string, string> = {}) =>
	({ method: "POST", route: "/v1/tenants", body, headers: { "idempotency-key": "key-1", ...headers } }) as const;

/** A claim that was given back, its quarantine over. */
const released = { intent: "released", quarantinedUntil: longAgo } as const;

describe("POST /v1/tenants", () => {
	it("answers 202 with the tenant, the operation, and where to follow it", async () => {
		const answer = await ask(handler, post(aNewTenant({ externalRef: "cus_1" })));
		expect(answer.status).toBe(202);
		const { tenant, operation } = routes.createTenant.reply.schema.parse(answer.body);
		expect(tenant).toMatchObject({ slug: "acme", hostname: "acme.app.example.com", status: "pending" });
		expect(operation).toMatchObject({ tenantId: tenant.tenantId, status: "queued", requestedBy: "billing" });
		expect(answer.headers).toMatchObject({
			location: `/v1/operations/${operation.operationId}`,
			"content-type": "application/json",
			"cache-control": "no-store",
		});
		expect(cloud.sent("operations")).toEqual([
			{ version: 1, operationId: operation.operationId, attempt: 1, delaySeconds: 0 },
		]);
	});

	it("claims the name for the first generation of the epoch", async () => {
		await ask(handler, post(aNewTenant()));
		expect(await cloud.claim("acme.app.example.com")).toMatchObject({ generation: 1_000_000_001, intent: "serve" });
	});

	it("follows a released claim with a higher generation", async () => {
		await cloud.hold({ claim: aClaim({ ...released, generation: 5_000_000_000, revision: 8 }) });
		await ask(handler, post(aNewTenant()));
		const claim = await cloud.claim("acme.app.example.com");
		expect(claim).toMatchObject({ generation: 5_000_000_001, intent: "serve", revision: 9 });
		expect(claim).not.toHaveProperty("quarantinedUntil");
	});

	it("carries the caller's correlation id, or the request's id", async () => {
		const given = await ask(handler, post(aNewTenant(), { "x-correlation-id": "order-7" }));
		expect(given.body["operation"]).toMatchObject({ correlationId: "order-7" });
		const other = aNewTenant({ slug: "other" });
		const bad = await ask(handler, post(other, { "x-correlation-id": "two words", "idempotency-key": "key-2" }));
		expect(bad.body["operation"]).toMatchObject({ correlationId: "req-1" });
	});

	it("reads a body in base64 as well", async () => {
		const body = Buffer.from(JSON.stringify(aNewTenant())).toString("base64");
		const answer = await handler({ ...httpEvent(post(body)), isBase64Encoded: true }, lambdaContext);
		expect(answer.statusCode).toBe(202);
	});

	it("is accepted when the queue does not answer: the sweeper sends it later", async () => {
		cloud.sqs.on(SendMessageCommand).rejects(Object.assign(new Error("down"), { $fault: "server" }));
		expect((await ask(handler, post(aNewTenant()))).status).toBe(202);
		expect(await cloud.claim("acme.app.example.com")).toBeDefined();
	});
});

describe("a queue that refuses for good", () => {
	it("costs no request: the tenant is accepted, and the sweeper sends the message", async () => {
		const refusal = Object.assign(new Error("no"), { name: "QueueDoesNotExist", $fault: "client" });
		cloud.sqs.on(SendMessageCommand).rejects(refusal);
		expect((await ask(handler, post(aNewTenant()))).status).toBe(202);
	});
});

describe("a conflict", () => {
	it.each([
		["taken", aClaim(), "/errors/slug-taken", "unique"],
		[
			"in quarantine",
			aClaim({ intent: "released", quarantinedUntil: "2999-01-01T00:00:00.000Z" }),
			"/errors/slug-quarantined",
			"quarantine",
		],
	])("is answered when the slug is %s", async (_, claim, type, rule) => {
		await cloud.hold({ claim });
		expect(await problem(handler, post(aNewTenant()))).toMatchObject({ type, status: 409, field: "slug", rule });
	});

	it("is answered when the slug is reserved", async () => {
		expect(await problem(handler, post(aNewTenant({ slug: "www" })))).toMatchObject({
			type: "/errors/slug-reserved",
			status: 409,
			field: "slug",
			rule: "reserved",
		});
	});

	it("is answered when the externalRef has a tenant", async () => {
		await ask(handler, post(aNewTenant({ externalRef: "cus_1" })));
		const second = post(aNewTenant({ slug: "other", externalRef: "cus_1" }), { "idempotency-key": "key-2" });
		expect(await problem(handler, second)).toMatchObject({
			type: "/errors/external-ref-taken",
			status: 409,
			field: "externalRef",
		});
	});

	it("has one winner: the others are told who was faster", async () => {
		const racers = Array.from({ length: 5 }, (_, at) => post(aNewTenant(), { "idempotency-key": `key-${at}` }));
		const statuses = (await Promise.all(racers.map((racer) => ask(handler, racer)))).map(({ status }) => status);
		expect(statuses.sort()).toEqual([202, 409, 409, 409, 409]);
	});

	it("is one to repeat when the name changed hands in between, and is free by now", async () => {
		await cloud.hold({ claim: aClaim(released) });
		cloud.overtake(() => cloud.hold({ claim: aClaim({ ...released, revision: 2 }) }));
		expect(await problem(handler, post(aNewTenant()))).toMatchObject({
			type: "/errors/service-unavailable",
			retryAfter: "2",
		});
	});
});

describe("a request that is not valid", () => {
	const origin = { host: "acme.origins.example.net" };
	it.each([
		["no body", undefined, "body", "json"],
		["no JSON", "{", "body", "json"],
		["a list", [], "body", "type"],
		["no slug", { ...aNewTenant(), slug: undefined }, "slug", "required"],
		["a number for a slug", { ...aNewTenant(), slug: 7 }, "slug", "type"],
		["a member nobody knows", { ...aNewTenant(), colour: "red" }, "colour", "unknown"],
		[
			"a nested member nobody knows",
			aNewTenant({ origin: Object.assign({ weight: 1 }, origin) }),
			"origin.weight",
			"unknown",
		],
		["an empty name", aNewTenant({ name: "" }), "name", "minimum"],
		["a long name", aNewTenant({ name: "x".repeat(201) }), "name", "maximum"],
		["an externalRef with a space", aNewTenant({ externalRef: "a b" }), "externalRef", "format"],
		["an origin over http", { ...aNewTenant(), origin: { ...origin, protocol: "http" } }, "origin.protocol", "one-of"],
		["a config that is too large", aNewTenant({ config: { x: "x".repeat(20_000) } }), "config", "limit"],
		["a slug with a dot", aNewTenant({ slug: "a.b" }), "slug", "characters"],
	])("says which member and which rule: %s", async (_, body, field, rule) => {
		expect(await problem(handler, post(body))).toMatchObject({
			type: "/errors/invalid-request",
			status: 400,
			field,
			rule,
			requestId: "req-1",
		});
	});

	it.each([
		["origin.host", aNewTenant({ origin: { host: "evil.example.org" } })],
		["routes.0.origin.host", aNewTenant({ routes: [{ prefix: "/ai", origin: { host: "evil.example.org" } }] })],
	])("names no origin outside of the allow-list: %s", async (field, body) => {
		expect(await problem(handler, post(body))).toMatchObject({ status: 400, field });
	});

	it("without an Idempotency-Key says so", async () => {
		const { headers: _none, ...request } = post(aNewTenant());
		expect(await problem(handler, request)).toMatchObject({ field: "idempotency-key", rule: "required" });
	});

	it("lists everything that is wrong, not only the first", async () => {
		const found = await problem(handler, post({ colour: "red", origin }, { "idempotency-key": "two words" }));
		expect(found.errors?.map(({ field, rule }) => `${field} ${rule}`).sort()).toEqual([
			"colour unknown",
			"idempotency-key format",
			"name required",
			"slug required",
		]);
	});

	it("refuses a slug that is too long under a long platform domain", async () => {
		setEnvironment({ PLATFORM_DOMAIN: `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.example.com` });
		const found = await problem(handler, post(aNewTenant({ slug: "s".repeat(63) })));
		expect(found).toMatchObject({ status: 400, field: "slug" });
		setEnvironment();
	});
});

describe("a deployment that is not right", () => {
	afterEach(() => setEnvironment());

	it("says which entry of the allow-list is wrong", async () => {
		setEnvironment({ ALLOWED_ORIGINS: "not a host" });
		expect(await problem(handler, post(aNewTenant()))).toMatchObject({
			type: "/errors/misconfigured",
			status: 500,
			detail: expect.stringContaining("not a host"),
		});
	});

	it("is a 503 to repeat while DynamoDB does not answer", { timeout: 20_000 }, async () => {
		cloud.dynamodb.setUnreachable("registry", true);
		expect(await problem(handler, post(aNewTenant()))).toMatchObject({ status: 503, retryAfter: "2" });
	});
});
