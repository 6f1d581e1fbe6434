import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { operationViewSchema } from "../../domain/operation-view.ts";
import { tenantViewSchema } from "../../domain/tenant-view.ts";
import type { Route } from "../../functions/api/contracts/route.ts";
import { problemSchema } from "../../functions/api/problems.ts";
import { routes } from "../../functions/api/routes.ts";
import { type Answer, aWorld, hostnameOf, type World } from "./world.ts";

const scopes = [
	...["tenants:read", "tenants:write", "operations:read", "operations:retry", "operations:write"],
	...["webhooks:read", "webhooks:write"],
];
const acceptedSchema = z.object({ tenant: tenantViewSchema, operation: operationViewSchema });

let world: World;
beforeAll(async () => {
	world = await aWorld();
});
afterAll(() => world?.close());

const post = (body: unknown, key?: string) =>
	world.call("POST", "/v1/tenants", { body, ...(key !== undefined && { key }) });
const get = (path: string) => world.call("GET", path);
const newTenant = (slug: string) => world.client.newTenant(slug);

function problemIn({ headers, json }: Answer) {
	expect(headers.get("content-type")).toBe("application/problem+json");
	return problemSchema.parse(json);
}

describe("POST /v1/tenants", () => {
	it("answers 202 with tenant, operation and the operation's location", async () => {
		const answer = await post(newTenant("acme"), "key-acme");
		expect(answer.status).toBe(202);
		const { tenant, operation } = acceptedSchema.parse(answer.json);
		expect(tenant).toMatchObject({ slug: "acme", hostname: hostnameOf("acme"), status: "pending" });
		expect(operation).toMatchObject({ status: "queued", tenantId: tenant.tenantId, requestedBy: "laptop" });
		expect(answer.headers.get("location")).toBe(`/v1/operations/${operation.operationId}`);
		expect(await get(`/v1/operations/${operation.operationId}`)).toMatchObject({ status: 200 });
	});

	it("gives the same answer, byte for byte, to the same body under the same key, also when the tenant is active by then", async () => {
		const first = await post(newTenant("twin"), "key-twin");
		const again = await post(newTenant("twin"), "key-twin");
		const { operation } = acceptedSchema.parse(first.json);
		await world.client.follow(operation.operationId, 20_000, () => {});
		const later = await post(newTenant("twin"), "key-twin");
		for (const { status, text, headers } of [again, later]) {
			expect({ status, text }).toEqual({ status: 202, text: first.text });
			expect(headers.get("location")).toBe(first.headers.get("location"));
		}
		expect((await world.tenants()).filter(({ slug }) => slug === "twin")).toHaveLength(1);
	});

	it("gives one answer to a request that is sent eight times at once under one key", async () => {
		const answers = await Promise.all(Array.from({ length: 8 }, () => post(newTenant("octet"), "key-octet")));
		expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
		expect(answers[0]?.status).toBe(202);
	});

	it("refuses a key that came before with another body, and takes that body under its own", async () => {
		await post(newTenant("first"), "key-reused");
		const refused = await post(newTenant("other"), "key-reused");
		expect(refused.status).toBe(422);
		expect(problemIn(refused)).toMatchObject({ type: "/errors/idempotency-key-reused", field: "Idempotency-Key" });
		expect((await post(newTenant("other"), "key-other")).status).toBe(202);
	});

	it("keeps one caller's keys apart from another's", async () => {
		const token = await world.cloud.tokens.token({ sub: "somebody-else", scopes, ttlSeconds: 60 });
		await post(newTenant("mine"), "key-shared");
		const body = newTenant("theirs");
		expect((await world.call("POST", "/v1/tenants", { body, key: "key-shared", token })).status).toBe(202);
	});

	it("has one winner when two race for one slug, twenty times of twenty", async () => {
		for (let at = 1; at <= 20; at++) {
			const rivals = ["a", "b"].map((name) => ({ ...newTenant(`race-${at}`), externalRef: `${name}-${at}` }));
			const answers = await Promise.all(rivals.map((body) => post(body, `key-${body.externalRef}`)));
			const [won, lost] = answers.sort((left, right) => left.status - right.status);
			expect([won?.status, lost?.status]).toEqual([202, 409]);
			if (lost) expect(problemIn(lost)).toMatchObject({ type: "/errors/slug-taken", field: "slug", rule: "unique" });
		}
	});

	it("has one winner when two slugs race for one externalRef, and the loser's slug stays free", async () => {
		const rivals = ["ref-one", "ref-two"].map((slug) => ({ ...newTenant(slug), externalRef: "cus_shared" }));
		const answers = await Promise.all(rivals.map((body) => post(body, `key-${body.slug}`)));
		const loser = answers[0]?.status === 202 ? 1 : 0;
		const lost = answers[loser];
		expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
		if (lost) expect(problemIn(lost)).toMatchObject({ type: "/errors/external-ref-taken", field: "externalRef" });
		expect((await get(`/v1/slugs/${rivals[loser]?.slug}`)).json).toMatchObject({ state: "available" });
	});

	it.each([
		["without an Idempotency-Key", {}, undefined, 400, "idempotency-key", "required"],
		["without a name", { name: undefined }, "k1", 400, "name", "required"],
		["with a member that is not known", { color: "red" }, "k2", 400, "color", "unknown"],
		["with a reserved slug", { slug: "www" }, "k3", 409, "slug", "reserved"],
		["with a slug that is no label", { slug: "a_b" }, "k4", 400, "slug", "characters"],
		["with an origin elsewhere", { origin: { host: "attacker.example" } }, "k5", 400, "origin.host", "not-allowed"],
	])("is refused %s, by field and rule", async (_how, change, key, status, field, rule) => {
		const answer = await post({ ...newTenant("refused"), ...change }, key);
		expect(answer.status).toBe(status);
		expect(problemIn(answer)).toMatchObject({ status, field, rule });
		expect((await get("/v1/slugs/refused")).json).toMatchObject({ state: "available" });
	});
});

describe("the lists", () => {
	beforeAll(async () => {
		await world.ended((await world.operations()).length, 40_000);
	});

	/** Pages of a list, to its end. */
	async function pages(path: string, name: "tenants" | "operations", limit: number) {
		const found: Record<string, unknown>[][] = [];
		for (let next: string | null = ""; next !== null; ) {
			const { json, status } = await get(`${path}?limit=${limit}${next && `&cursor=${next}`}`);
			expect(status).toBe(200);
			const page = z.looseObject({ next: z.string().nullable() }).parse(json);
			found.push(z.array(z.record(z.string(), z.unknown())).parse(page[name]));
			next = page.next;
		}
		return found;
	}

	it.each([
		["tenants", "tenantId"],
		["operations", "operationId"],
	] as const)("give all %s page by page, each once, in order of creation", async (name, id) => {
		const found = await pages(`/v1/${name}`, name, 7);
		const ids = found.flat().map((row) => String(row[id]));
		expect(found.length).toBeGreaterThan(3);
		expect(found.slice(0, -1).every((page) => page.length === 7)).toBe(true);
		expect(ids).toEqual([...new Set(ids)].sort());
		const all = name === "tenants" ? await world.tenants() : await world.operations();
		expect(ids).toHaveLength(all.length);
	});

	it("filter tenants by status and by externalRef", async () => {
		const all = await world.tenants();
		const active = await get("/v1/tenants?status=active&limit=100");
		expect(active.json).toMatchObject({ next: null });
		expect(z.object({ tenants: z.array(tenantViewSchema) }).parse(active.json).tenants).toHaveLength(all.length);
		expect((await get("/v1/tenants?status=failed")).json).toEqual({ tenants: [], next: null });
		expect((await get("/v1/tenants?externalRef=cus_acme")).json).toMatchObject({
			tenants: [{ slug: "acme" }],
			next: null,
		});
		expect((await get("/v1/tenants?externalRef=cus_acme&status=failed")).json).toEqual({ tenants: [], next: null });
		expect((await get("/v1/tenants?externalRef=nobody")).json).toEqual({ tenants: [], next: null });
	});

	it("filter operations by status and by tenant", async () => {
		const [acme] = (await world.tenants()).filter(({ slug }) => slug === "acme");
		const own = await get(`/v1/operations?tenantId=${acme?.tenantId}`);
		expect(own.json).toMatchObject({ operations: [{ tenantId: acme?.tenantId, status: "succeeded" }], next: null });
		expect((await get(`/v1/operations?tenantId=${acme?.tenantId}&status=failed`)).json).toMatchObject({
			operations: [],
		});
		expect((await get("/v1/operations?status=running")).json).toEqual({ operations: [], next: null });
	});

	it.each(["limit=0", "limit=101", "limit=many", "cursor=nonsense", "status=sleeping", "color=red"])(
		"refuse '%s'",
		async (query) => {
			for (const path of ["/v1/tenants", "/v1/operations"]) {
				const answer = await get(`${path}?${query}`);
				expect(answer.status).toBe(400);
				expect(problemIn(answer)).toMatchObject({ type: "/errors/invalid-request", field: query.split("=")[0] });
			}
		},
	);
});

describe("what is not there", () => {
	const ulid = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

	it.each([
		["GET", `/v1/tenants/ten_${ulid}`, "/errors/tenant-not-found"],
		["GET", `/v1/operations/op_${ulid}`, "/errors/operation-not-found"],
		["POST", `/v1/operations/op_${ulid}/retry`, "/errors/operation-not-found"],
	])("is a problem of ours for %s %s", async (method, path, type) => {
		const answer = await world.call(method, path);
		expect(answer.status).toBe(404);
		expect(problemIn(answer)).toMatchObject({ type });
	});

	it.each([
		["GET", "/v1/nothing"],
		["DELETE", "/v1/tenants"],
		["GET", "/"],
	])("is the gateway's own 404 for %s %s, which no route has", async (method, path) => {
		expect(await world.call(method, path)).toMatchObject({ status: 404, text: '{"message":"Not Found"}' });
	});
});

describe("tokens", () => {
	const all: Route[] = Object.values(routes);
	const guarded = all.filter(({ scope }) => scope !== undefined);
	const open = all.filter(({ scope }) => scope === undefined);
	const ask = ({ method, path }: Route, token: string | null) =>
		world.call(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, "x"), {
			token,
			...(method === "post" && { body: {} }),
		});
	const tokenFor = (granted: readonly string[], ttlSeconds = 60) =>
		world.cloud.tokens.token({ sub: "test", scopes: granted, ttlSeconds });

	it.each(guarded)("$method $path answers 401 in the gateway's shape without a good one", async (route) => {
		const good = await tokenFor(scopes);
		const forged = `${good.slice(0, -8)}AAAAAAAA`;
		for (const token of [null, "nonsense", forged, await tokenFor(scopes, -1)]) {
			const answer = await ask(route, token);
			expect(answer).toMatchObject({ status: 401, text: '{"message":"Unauthorized"}' });
			expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer/);
		}
	});

	it.each(guarded)("$method $path asks for the scope $scope and no other", async (route) => {
		const others = scopes.filter((scope) => scope !== route.scope);
		expect(await ask(route, await tokenFor(others))).toMatchObject({ status: 403, text: '{"message":"Forbidden"}' });
		const { status } = await ask(route, await tokenFor([route.scope ?? ""]));
		expect([200, 400]).toContain(status); // the request is a poor one; who sends it is not in question any more
	});

	it.each(open)("$method $path asks for none", async (route) => {
		expect((await ask(route, null)).status).toBe(200);
	});
});
