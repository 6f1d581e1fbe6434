import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handler as checkSlug } from "../../../functions/api/check-slug.ts";
import { handler as listOperations } from "../../../functions/api/list-operations.ts";
import { handler as listTenants } from "../../../functions/api/list-tenants.ts";
import { routes } from "../../../functions/api/routes.ts";
import { handler as showHealth } from "../../../functions/api/show-health.ts";
import { handler as showOperation } from "../../../functions/api/show-operation.ts";
import { handler as showTenant } from "../../../functions/api/show-tenant.ts";
import { keys } from "../../../services/registry.ts";
import { park } from "../../../services/waits.ts";
import { aCloud, type Cloud, setEnvironment } from "../../builders/a-cloud.ts";
import {
	aClaim,
	aFailedOperation,
	anOperation,
	aTenant,
	aWait,
	longAgo,
	operationId,
	tenantId,
	withTrue,
} from "../../builders/entities.ts";
import { ask, problem } from "./answers.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const id = (prefix: string, at: number) => `${prefix}_01JZZZZZZZZZZZZZZZZZZZZZZ${at}`;

/** Tenants 0…count-1, each with its claim; odd ones are suspended. */
async function holdTenants(count: number): Promise<void> {
	for (let at = 0; at < count; at++) {
		const [tenantId, slug, hostname] = [id("ten", at), `t${at}`, `t${at}.app.example.com`];
		const intent = at % 2 ? "suspend" : "serve";
		const claim = aClaim({ tenantId, hostname, intent });
		await cloud.hold({
			tenant: aTenant({ tenantId, slug, hostname }),
			claim: at % 2 ? withTrue(claim, "RoutePublished") : claim,
		});
	}
}

const tenantsOf = async (query: Record<string, string>) => {
	const { status, body } = await ask(listTenants, { method: "GET", route: "/v1/tenants", query });
	expect(status).toBe(200);
	const { tenants, next } = routes.listTenants.reply.schema.parse(body);
	return { slugs: tenants.map(({ slug }) => slug), next };
};

describe("GET /v1/tenants", () => {
	it("lists all, page by page, with a cursor until the last", async () => {
		await holdTenants(5);
		const first = await tenantsOf({ limit: "2" });
		const second = await tenantsOf({ limit: "2", cursor: first.next ?? "" });
		const third = await tenantsOf({ limit: "2", cursor: second.next ?? "" });
		expect([first, second, third].map(({ slugs }) => slugs)).toEqual([["t0", "t1"], ["t2", "t3"], ["t4"]]);
		expect(third.next).toBeNull();
	});

	it("lists those of a status, page by page", async () => {
		await holdTenants(5);
		const first = await tenantsOf({ status: "suspended", limit: "1" });
		expect(first.slugs).toEqual(["t1"]);
		expect((await tenantsOf({ status: "suspended", limit: "2", cursor: first.next ?? "" })).slugs).toEqual(["t3"]);
		expect((await tenantsOf({ status: "active" })).slugs).toEqual([]);
	});

	it("finds the one of an externalRef, and none for a ref or a status that is not its own", async () => {
		await holdTenants(1);
		await cloud.put("registry", { ...keys.externalRef("cus_1"), tenantId: id("ten", 0) });
		await cloud.put("registry", { ...keys.externalRef("cus_gone"), tenantId: id("ten", 9) });
		expect(await tenantsOf({ externalRef: "cus_1" })).toEqual({ slugs: ["t0"], next: null });
		expect((await tenantsOf({ externalRef: "cus_1", status: "pending" })).slugs).toEqual(["t0"]);
		expect((await tenantsOf({ externalRef: "cus_1", status: "active" })).slugs).toEqual([]);
		expect((await tenantsOf({ externalRef: "cus_2" })).slugs).toEqual([]);
		expect((await tenantsOf({ externalRef: "cus_gone" })).slugs).toEqual([]);
	});

	it("leaves out a tenant without a claim, and an index that lags behind", async () => {
		await cloud.hold({ tenant: aTenant() });
		expect((await tenantsOf({})).slugs).toEqual([]);
		await cloud.hold({ claim: aClaim() });
		const row = await cloud.claim(aClaim().hostname);
		await cloud.put("registry", { ...row, statusPk: "CLAIM#suspended" });
		expect((await tenantsOf({ status: "suspended" })).slugs).toEqual([]);
	});

	it.each([
		[{ limit: "0" }, "limit", "minimum"],
		[{ limit: "101" }, "limit", "maximum"],
		[{ limit: "many" }, "limit", "type"],
		[{ status: "happy" }, "status", "one-of"],
		[{ cursor: "%%%" }, "cursor", "format"],
		[{ cursor: "" }, "cursor", "format"],
		[{ cursor: Buffer.from('{"pk":7}').toString("base64url") }, "cursor", "format"],
		[{ cursor: Buffer.from('["pk"]').toString("base64url") }, "cursor", "format"],
		[{ page: "2" }, "page", "unknown"],
	])("refuses %j", async (query, field, rule) => {
		const request = { method: "GET", route: "/v1/tenants", query } as const;
		expect(await problem(listTenants, request)).toMatchObject({ status: 400, field, rule });
	});
});

describe("a cursor that no list of its kind gave", () => {
	const keyOfOperation = { kindPk: "OPERATIONS", kindSk: "op_1", pk: "OPERATION#op_1", sk: "OPERATION" };
	it.each([
		["of no key", {}],
		["of half a key", { pk: "TENANT#1" }],
		["of another list", keyOfOperation],
		["of another index", { statusPk: "CLAIM#active", statusSk: "ten_1", pk: "HOSTNAME#a", sk: "CLAIM" }],
		["with more than a key", { kindPk: "TENANTS", kindSk: "ten_1", pk: "TENANT#ten_1", sk: "TENANT", more: "x" }],
	])("is a bad request, not a defect: %s", async (_, key) => {
		await holdTenants(1);
		const cursor = Buffer.from(JSON.stringify(key)).toString("base64url");
		const request = { method: "GET", route: "/v1/tenants", query: { cursor } } as const;
		expect(await problem(listTenants, request)).toMatchObject({ status: 400, field: "cursor", rule: "format" });
	});
});

describe("a cursor of a tenant's operations", () => {
	it.each([["TENANT"], ["HOSTNAME#a.app.example.com"], ["Z"]])("may not point elsewhere: %s", async (tenantSk) => {
		const key = { tenantPk: `TENANT#${tenantId}`, tenantSk, pk: "OPERATION#op_1", sk: "OPERATION" };
		const cursor = Buffer.from(JSON.stringify(key)).toString("base64url");
		const request = { method: "GET", route: "/v1/operations", query: { tenantId, cursor } } as const;
		expect(await problem(listOperations, request)).toMatchObject({ status: 400, field: "cursor" });
	});
});

describe("GET /v1/tenants/{tenantId}", () => {
	const request = { method: "GET", route: "/v1/tenants/{tenantId}", pathParameters: { tenantId } } as const;

	it("shows the tenant and how it stands", async () => {
		await cloud.hold({ tenant: aTenant(), claim: aClaim() });
		const { status, body } = await ask(showTenant, request);
		expect(status).toBe(200);
		expect(routes.showTenant.reply.schema.parse(body)).toMatchObject({ tenantId, status: "pending" });
	});

	it("gives the ETag by which the next PATCH says what it has seen", async () => {
		await cloud.hold({ tenant: aTenant({ revision: 7 }), claim: aClaim() });
		const { headers, body } = await ask(showTenant, request);
		expect(headers).toMatchObject({ etag: '"7"' });
		expect(body).toMatchObject({ revision: 7 });
	});

	it("is a 404 when there is none", async () => {
		expect(await problem(showTenant, request)).toMatchObject({ type: "/errors/tenant-not-found", status: 404 });
	});

	it("shows one that has left, also when its name is somebody else's by now", async () => {
		const left = { status: "released", conditions: [], nextActor: null };
		await cloud.hold({ tenant: aTenant({ releasedAt: longAgo }) });
		expect((await ask(showTenant, request)).body).toMatchObject(left);
		await cloud.hold({ claim: aClaim({ tenantId: id("ten", 1) }) });
		expect((await ask(showTenant, request)).body).toMatchObject(left);
	});

	it("is a 400 for what cannot be an id", async () => {
		const odd = { ...request, pathParameters: { tenantId: "acme" } };
		expect(await problem(showTenant, odd)).toMatchObject({ status: 400, field: "tenantId", rule: "format" });
	});
});

describe("operations", () => {
	const list = async (query: Record<string, string>) => {
		const { body } = await ask(listOperations, { method: "GET", route: "/v1/operations", query });
		const { operations, next } = routes.listOperations.reply.schema.parse(body);
		return { ids: operations.map((operation) => operation.operationId), next };
	};

	it("are listed by status, by tenant, by both, page by page", async () => {
		const other = id("ten", 1);
		await cloud.hold({ operation: anOperation({ operationId: id("op", 1) }) });
		await cloud.hold({ operation: aFailedOperation({ operationId: id("op", 2) }) });
		await cloud.hold({ operation: aFailedOperation({ operationId: id("op", 3), tenantId: other }) });
		expect((await list({})).ids).toEqual([id("op", 1), id("op", 2), id("op", 3)]);
		expect((await list({ status: "failed" })).ids).toEqual([id("op", 2), id("op", 3)]);
		expect((await list({ tenantId: other })).ids).toEqual([id("op", 3)]);
		expect((await list({ tenantId, status: "failed" })).ids).toEqual([id("op", 2)]);
		const first = await list({ limit: "1" });
		expect((await list({ limit: "1", cursor: first.next ?? "" })).ids).toEqual([id("op", 2)]);
	});

	it("are shown with the failed step and who has to act", async () => {
		await cloud.hold({ operation: aFailedOperation() });
		const request = { method: "GET", route: "/v1/operations/{operationId}", pathParameters: { operationId } } as const;
		const { body } = await ask(showOperation, request);
		expect(routes.showOperation.reply.schema.parse(body)).toMatchObject({ status: "failed", nextActor: "operator" });
		const none = { ...request, pathParameters: { operationId: id("op", 9) } };
		expect(await problem(showOperation, none)).toMatchObject({ type: "/errors/operation-not-found", status: 404 });
	});
});

describe("a running operation", () => {
	const request = { method: "GET", route: "/v1/operations/{operationId}", pathParameters: { operationId } } as const;
	const waiting = async () => routes.showOperation.reply.schema.parse((await ask(showOperation, request)).body).waiting;

	it("is shown with what its parked task waits for, and with nothing otherwise", async () => {
		await cloud.hold({ operation: anOperation({ status: "running" }) });
		expect(await waiting()).toBeNull();
		await park({ kind: "route53-change", subject: "C1" }, aWait(), longAgo);
		const nextCheckAt = "2026-01-01T00:00:02.000Z";
		expect(await waiting()).toEqual({ kind: "route53-change", since: longAgo, lastSeen: null, nextCheckAt });
	});
});

describe("GET /v1/slugs/{slug}", () => {
	const answerTo = async (slug: string) => {
		const request = { method: "GET", route: "/v1/slugs/{slug}", pathParameters: { slug } } as const;
		return routes.checkSlug.reply.schema.parse((await ask(checkSlug, request)).body);
	};
	const quarantinedUntil = "2999-01-01T00:00:00.000Z";

	it.each([
		["acme", undefined, { state: "available", hostname: "acme.app.example.com", rule: null, why: null }],
		["ACME", undefined, { state: "available", slug: "acme" }],
		["acme", aClaim(), { state: "taken", rule: "unique" }],
		["acme", aClaim({ intent: "released", quarantinedUntil }), { state: "quarantined", rule: "quarantine" }],
		["acme", aClaim({ intent: "released", quarantinedUntil: longAgo }), { state: "available" }],
		["acme", aClaim({ intent: "released" }), { state: "quarantined" }],
		["www", undefined, { state: "reserved", hostname: null, rule: "reserved" }],
		["-a", undefined, { state: "invalid", slug: "-a", hostname: null, rule: "hyphens" }],
	])("says of '%s' whether it can be had, and why not", async (slug, claim, answer) => {
		if (claim) await cloud.hold({ claim });
		expect(await answerTo(slug)).toMatchObject(answer);
	});

	it("says that a slug is too long for the platform domain", async () => {
		setEnvironment({ PLATFORM_DOMAIN: `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.example.com` });
		expect(await answerTo("s".repeat(63))).toMatchObject({ state: "invalid", hostname: null });
		setEnvironment({ PLATFORM_DOMAIN: "" });
		const request = { method: "GET", route: "/v1/slugs/{slug}", pathParameters: { slug: "acme" } } as const;
		expect(await problem(checkSlug, request)).toMatchObject({ type: "/errors/misconfigured", status: 500 });
		setEnvironment();
	});
});

describe("GET /v1/health", () => {
	it("answers, without a token, what it is the health of", async () => {
		const { status, body } = await ask(showHealth, { method: "GET", route: "/v1/health", caller: null });
		expect(status).toBe(200);
		expect(body).toEqual({ status: "ok", stage: "nonprod", platformDomain: "app.example.com", pause: null });
	});
});
