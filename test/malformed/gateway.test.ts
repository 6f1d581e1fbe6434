import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemSchema } from "../../functions/api/problems.ts";
import { aWorld, stack, type World } from "../acceptance/world.ts";
import { type RawRequest, sendRaw } from "./raw-http.ts";

let world: World;
let tenantId: string;
let before: unknown;
let inputs = 0;

/** Every row, but for what the sweepers note of their rounds. */
async function everything() {
	const rows = [...(await world.rows(stack.registryTable)), ...(await world.rows(stack.mapTable))];
	const own = rows.filter(({ pk }) => !/^(SWEEP|RECONCILIATION)#/.test(String(pk)));
	return own.map((row) => JSON.stringify(row)).sort();
}

beforeAll(async () => {
	world = await aWorld();
	const { tenant } = await world.client.createTenant(world.client.newTenant("acme"));
	({ tenantId } = tenant);
	await world.ended(1, 30_000);
	await world.leftInQueues(5_000);
	before = await everything();
}, 60_000);
afterAll(async () => {
	if (before) expect(await everything()).toEqual(before);
	await world?.close();
	console.info(`${inputs} malformed requests over the wire were refused, and wrote nothing.`);
});

const json = "Content-Type: application/json";
const keyed = "Idempotency-Key: key-1";
const sound = { slug: "other", name: "Other", origin: { host: "attacker.example" } };
/** What a request is refused with; `{tenantId}` in its target is the tenant's. */
async function answerTo(request: RawRequest, token: string | null = world.endpoints.token) {
	inputs++;
	const bearer = token === null ? [] : [`Authorization: Bearer ${token}`];
	const target = request.target.replace("{tenantId}", tenantId);
	return await sendRaw(world.endpoints.api, { ...request, target, headers: [...bearer, ...(request.headers ?? [])] });
}
/** A refusal of ours. */
async function problem(request: RawRequest) {
	const { status, headers, body } = await answerTo(request);
	expect(headers["content-type"], body).toBe("application/problem+json");
	const found = problemSchema.parse(JSON.parse(body));
	expect(found.status).toBe(status);
	expect(status).toBeLessThan(500);
	return found;
}
const post = (body: string | Buffer, headers: string[] = [json, keyed]): RawRequest => ({
	...{ method: "POST", target: "/v1/tenants", headers, body },
});
const withName = (name: string) => JSON.stringify(sound).replace('"Other"', name);

describe("a body over the wire", () => {
	it.each([
		["no JSON", post("{slug:'a'}"), "body", "json"],
		["nothing", post(""), "body", "json"],
		["a form", post("slug=a&name=b", ["Content-Type: application/x-www-form-urlencoded", keyed]), "body", "json"],
		[
			"multipart",
			post("--x\r\n\r\na\r\n--x--", ["Content-Type: multipart/form-data; boundary=x", keyed]),
			"body",
			"json",
		],
		["XML", post("<tenant/>", ["Content-Type: application/xml", keyed]), "body", "json"],
		["of an empty type", post("{", ["Content-Type:", keyed]), "body", "json"],
		["of a type with NULs", post("\u0000\u0000", ["Content-Type: application/octet-stream", keyed]), "body", "json"],
		["UTF-16", post(Buffer.from(JSON.stringify(sound), "utf16le")), "body", "json"],
		[
			"invalid UTF-8 in bytes",
			post(Buffer.from('{"a":"\xff"}', "latin1"), ["Content-Type: a/b", keyed]),
			"body",
			"utf-8",
		],
		["invalid UTF-8 in text", post(Buffer.from(withName('"\xff\xfe"'), "latin1")), "name", "format"],
		["a NUL in a name", post(withName('"a\\u0000"')), "name", "format"],
		["half a character", post(withName('"\\ud800"')), "name", "unicode"],
		["a huge number", post(withName("1e999")), "name", "number"],
		["10,000 levels", post(withName(`${"[".repeat(10_000)}${"]".repeat(10_000)}`)), "name", "depth"],
		["__proto__", post(withName('"Other","__proto__":{"slug":"x"}')), "__proto__", "member-name"],
		["constructor", post(withName('"Other","constructor":{"prototype":1}')), "constructor", "unknown"],
		["a name twice, the last one bad", post(withName('"Other","name":7')), "name", "type"],
		["an origin elsewhere", post(JSON.stringify(sound)), "origin.host", "not-allowed"],
		["5 MB of a name", post(withName(`"${"a".repeat(5_000_000)}"`)), "name", "maximum"],
	])("that is %s is refused", async (_, request, field, rule) => {
		expect(await problem(request)).toMatchObject({ status: 400, field, rule });
	});

	it("of 11 MB does not pass the gateway", async () => {
		const { status, body } = await answerTo(post("a".repeat(11 * 1024 * 1024)));
		expect({ status, body }).toEqual({ status: 413, body: '{"message":"Request Entity Too Large"}' });
	});
});

describe("a header over the wire", () => {
	const patch = (ifMatch: string): RawRequest => ({
		...{ method: "PATCH", target: "/v1/tenants/{tenantId}", headers: [json, ifMatch], body: '{"plan":"x"}' },
	});
	it.each([
		["no key", post("{}", [json]), 400, "idempotency-key", "required"],
		["an empty key", post("{}", [json, "Idempotency-Key:"]), 400, "idempotency-key", "format"],
		["a key with a space", post("{}", [json, "Idempotency-Key: a b"]), 400, "idempotency-key", "format"],
		["a key in UTF-8", post("{}", [json, "Idempotency-Key: \xc3\xbc"]), 400, "idempotency-key", "format"],
		["a long key", post("{}", [json, `Idempotency-Key: ${"k".repeat(256)}`]), 400, "idempotency-key", "format"],
		["no If-Match", patch("X: y"), 428, "If-Match", "required"],
		["a bare If-Match", patch("If-Match: 1"), 400, "if-match", "format"],
		["a weak If-Match", patch('If-Match: W/"1"'), 400, "if-match", "format"],
		["If-Match any", patch("If-Match: *"), 400, "if-match", "format"],
		["two of them", patch('If-Match: "1"\r\nIf-Match: "1"'), 400, "if-match", "format"],
		["an empty If-Match", patch("If-Match:"), 400, "if-match", "format"],
		["an old If-Match", patch('If-Match: "999"'), 412, "If-Match", "current"],
	])("refuses %s", async (_, request, status, field, rule) => {
		expect(await problem(request)).toMatchObject({ status });
		const found = await problem(request);
		const named = [{ field: found.field, rule: found.rule }, ...(found.errors ?? [])];
		expect(named).toContainEqual(expect.objectContaining({ field, rule }));
	});

	it.each([
		["a header of 20,000 characters", [`X-Long: ${"a".repeat(20_000)}`], 431],
		["a header with a NUL", ["X-Odd: a\u0000b"], 400],
		["a header without a name", [": a"], 400],
		["two lengths", ["Content-Length: 1", "Content-Length: 2"], 400],
		["a length and chunks", ["Content-Length: 1", "Transfer-Encoding: chunked"], 400],
	])("does not pass the gateway: %s", async (_, headers, status) => {
		expect((await answerTo({ target: "/v1/tenants", headers })).status).toBe(status);
	});
});

describe("a token over the wire", () => {
	const target = "/v1/tenants";
	it("is needed, and must be ours", async () => {
		const [head, claims, signature] = world.endpoints.token.split(".");
		const none = Buffer.from('{"alg":"none"}').toString("base64url");
		const garbled = [null, "", "x", "a.b.c", `${head}.${claims}.`, `${head}.${claims}`, `${none}.${claims}.`];
		for (const token of [...garbled, `${head}.${claims}.${signature?.slice(2)}`, "\u0000", "a".repeat(9_000)]) {
			const { status, body } = await answerTo({ target }, token);
			expect([status, body], String(token).slice(0, 40)).toEqual(
				token === "\u0000" ? [400, ""] : [401, '{"message":"Unauthorized"}'],
			);
		}
	});

	it("must not be over, and must have the route's scope", async () => {
		const { tokens } = world.cloud;
		const over = await tokens.token({ sub: "a", scopes: ["tenants:read"], ttlSeconds: -10 });
		expect((await answerTo({ target }, over)).status).toBe(401);
		for (const scopes of [[], ["tenants:write"], ["tenants:reader"], ["TENANTS:READ"]]) {
			const token = await tokens.token({ sub: "a", scopes, ttlSeconds: 60 });
			expect((await answerTo({ target }, token)).status, scopes.join()).toBe(403);
		}
	});
});

describe("a path over the wire", () => {
	it.each([
		...["/", "/v1", "/v1/", "/v1/tenant", "/v2/tenants", "//v1/tenants", "/v1//tenants", "/v1/tenants/", "/V1/TENANTS"],
		...[
			"/v1/tenants/../health",
			"/v1/./tenants",
			"/v1/tenants/{tenantId}/history/x",
			"/%76%31/tenants",
			"/v1/operations:stop",
		],
		...["/__proto__", "/constructor", "/v1/tenants%00", "/v1%2Ftenants"],
	])("that no route has is not found: %s", async (target) => {
		const { status, body } = await answerTo({ target });
		expect({ status, body }).toEqual({ status: 404, body: '{"message":"Not Found"}' });
	});

	it.each(["PUT", "HEAD", "OPTIONS", "TRACE", "DELETE", "PROPFIND"])("has no method %s", async (method) => {
		expect((await answerTo({ method, target: "/v1/tenants" })).status).toBe(404);
	});

	it.each(["BREW", "get", "", "G\u0000T"])("has no method that is none: %j", async (method) => {
		expect((await answerTo({ method, target: "/v1/tenants" })).status).toBe(400);
	});

	it.each([
		...["%2F", "..", "%2e%2e", "%00", "ten_1", "%", "%zz", "%ff", "%F0%9F%98%80", "a".repeat(2_000), "__proto__"],
		...[
			"ten_01jzzzzzzzzzzzzzzzzzzzzzzz",
			"{tenantId}%2Fsuspend",
			"{tenantId}%00",
			"{tenantId}%20",
			"TEN_01JZZZZZZZZZZZZZZZZZZZZZZZ",
		],
	])("names no tenant: %.60s", async (id) => {
		const found = await problem({ target: `/v1/tenants/${id}` });
		expect(found).toMatchObject({ status: 400, field: "tenantId", rule: "format" });
	});

	it.each([
		["limit=0", "limit"],
		["limit=1&limit=2", "limit"],
		["limit=", "limit"],
		["limit=%00", "limit"],
		["limit=1e2000", "limit"],
		["status=%F0%9F%98%80", "status"],
		["status=active,failed", "status"],
		["cursor=%00", "cursor"],
		["cursor=bnVsbA", "cursor"],
		[`cursor=${"a".repeat(5_000)}`, "cursor"],
		["limit[$gt]=1", "limit[$gt]"],
		["%=1", "%"],
		["page=1", "page"],
	])("has no such query: %.60s", async (query, field) => {
		expect(await problem({ target: `/v1/tenants?${query}` })).toMatchObject({ status: 400, field });
	});

	it("takes no cursor of another list", async () => {
		await world.client.createTenant(world.client.newTenant("second"));
		await world.ended(2, 30_000);
		const { json: page } = await world.call("GET", "/v1/operations?limit=1");
		const next = String(Reflect.get(Object(page), "next"));
		before = await everything();
		for (const list of ["/v1/tenants?", "/v1/tenants?status=active&", "/v1/operations?status=failed&"]) {
			expect(await problem({ target: `${list}cursor=${next}` })).toMatchObject({ status: 400, field: "cursor" });
		}
	});
});
