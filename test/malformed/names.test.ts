import { afterAll, describe, expect, it } from "vitest";
import { slugAnswerSchema } from "../../functions/api/contracts/tenants.ts";
import { malformedConfigs, malformedHosts, malformedPrefixes, malformedSlugs } from "./malformed-names.ts";
import { replaced } from "./malformed-values.ts";
import { aReadOnlyAccount } from "./read-only-account.ts";
import { inputCount, type RouteName, refuse, send } from "./refusing.ts";
import { soundRequests } from "./sound-requests.ts";

const account = aReadOnlyAccount();
afterAll(() => {
	console.info(`${inputCount()} malformed names and settings were refused, by field and rule.`);
	expect(inputCount()).toBeGreaterThanOrEqual(1_000);
});

/** The sound request with another value somewhere in its body. */
function withBody(name: RouteName, field: string, value: unknown) {
	return { ...soundRequests[name], body: replaced(soundRequests[name].body, field.split("."), value) };
}

describe.each(["createTenant", "renameTenant"] as const)("a malformed slug in %s", (name) => {
	it.each(malformedSlugs)("is refused: %j", async (slug) => {
		expect(await refuse(account, name, withBody(name, "slug", slug), JSON.stringify(slug))).toMatchObject({
			field: "slug",
		});
	});
});

describe.each([
	["createTenant", "origin"],
	["createTenant", "routes.0.origin"],
	["updateTenant", "origin"],
	["updateTenant", "routes.0.origin"],
] as const)("a malformed origin in %s, %s", (name, at) => {
	it.each(malformedHosts)("is refused for its host: %j", async (host) => {
		const field = `${at}.host`;
		expect(await refuse(account, name, withBody(name, field, host), JSON.stringify(host))).toMatchObject({ field });
	});

	it.each(malformedPrefixes)("is refused for its path: %j", async (text, rule) => {
		const field = `${at}.pathPrefix`;
		expect(await refuse(account, name, withBody(name, field, text), JSON.stringify(text))).toMatchObject({
			field,
			rule,
		});
	});

	it("is refused for a port that is not listed", async () => {
		const field = `${at}.port`;
		expect(await refuse(account, name, withBody(name, field, 8443), "8443")).toMatchObject({
			field,
			rule: "not-allowed",
		});
	});
});

describe.each(["createTenant", "updateTenant"] as const)("malformed routes and settings in %s", (name) => {
	it.each([...malformedPrefixes, ["", "leading-slash"], ["/.well-known/hostmaster", "reserved-path"]] as const)(
		"are refused for a prefix: %j",
		async (text, rule) => {
			const field = "routes.0.prefix";
			const problem = await refuse(account, name, withBody(name, field, text), JSON.stringify(text));
			expect(problem).toMatchObject({ field, rule });
		},
	);

	it("are refused for a prefix that is given twice", async () => {
		const route = { prefix: "/a", origin: { host: "acme.origins.example.net" } };
		const problem = await refuse(account, name, withBody(name, "routes", [route, route]), "twice");
		expect(problem).toMatchObject({ field: "routes.1.prefix", rule: "duplicate" });
	});

	it.each(malformedConfigs)("are refused for a config: %.40s", async (config, rule) => {
		const body = JSON.stringify(withBody(name, "config", "CONFIG").body).replace('"CONFIG"', () => config);
		const problem = await refuse(account, name, { ...soundRequests[name], body }, config.slice(0, 40));
		expect(problem.field).toMatch(/^config/);
		expect(problem.rule).toBe(rule);
	});
});

describe("a PATCH", () => {
	it("is refused without If-Match, with an old one, and without a member", async () => {
		const { headers: _ifMatch, ...without } = soundRequests.updateTenant;
		const missing = await refuse(account, "updateTenant", without, "no If-Match");
		expect(missing).toMatchObject({ status: 428, field: "If-Match", rule: "required" });
		const stale = { ...soundRequests.updateTenant, headers: { "if-match": '"2"' } };
		const old = await refuse(account, "updateTenant", stale, "an old ETag");
		expect(old).toMatchObject({ status: 412, field: "If-Match", rule: "current" });
		const empty = await refuse(account, "updateTenant", { ...soundRequests.updateTenant, body: {} }, "empty");
		expect(empty).toMatchObject({ status: 400, field: "body", rule: "limit" });
	});
});

describe("a question for a malformed slug", () => {
	it.each(malformedSlugs.filter((slug) => slug !== "" && slug.length < 256))(
		"is answered with the rule: %j",
		async (slug) => {
			const { statusCode, body } = await send("checkSlug", { pathParameters: { slug } });
			expect(statusCode).toBe(200);
			const { state, rule, why, hostname } = slugAnswerSchema.parse(JSON.parse(body ?? ""));
			expect({ state, hostname }).toEqual({ state: expect.stringMatching(/^(invalid|reserved)$/), hostname: null });
			expect([rule, why]).toEqual([expect.stringMatching(/./s), expect.stringMatching(/./s)]);
			expect(account.acts()).toEqual([]);
		},
	);
});

/** What DynamoDB's key of a list's last row looks like, but for one fault. */
const key = { kindPk: "TENANTS", kindSk: "ten_1", pk: "TENANT#ten_1", sk: "TENANT" };
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const forgedCursors = [
	...[
		"",
		" ",
		"x",
		"%00",
		"null",
		"e30=",
		"../..",
		"a".repeat(2_048),
		"\u0000",
		"eyJ",
		Buffer.from("{").toString("base64url"),
	],
	...[{}, [], null, 7, "text", [key], { pk: key.pk }, { ...key, pk: 7 }, { ...key, kindPk: "IDEMPOTENCY" }].map(
		encoded,
	),
	...[
		{ ...key, more: 1 },
		{ ...key, kindSk: "" },
		{ ...key, kindSk: "a".repeat(600) },
		{ ...key, sk: null },
	].map(encoded),
	...[{ tenantPk: "TENANT#other", tenantSk: "OPERATION#op_1", pk: "OPERATION#op_1", sk: "OPERATION" }].map(encoded),
	...[{ statusPk: "EVENT#pending", statusSk: "evt_1", pk: "EVENT#evt_1", sk: "EVENT" }].map(encoded),
	Buffer.from('{"__proto__":{"pk":"a"}}').toString("base64url"),
	Buffer.from("[".repeat(1_500)).toString("base64url"),
];

describe.each([
	["listTenants", {}],
	["listTenants", { status: "active" }],
	["listOperations", {}],
	["listOperations", { status: "failed" }],
	["listOperations", { tenantId: "ten_01JZZZZZZZZZZZZZZZZZZZZZZZ" }],
	["showHistory", {}],
] as const)("a forged cursor for %s %j", (name, filters) => {
	it.each(forgedCursors)("is refused: %.60s", async (cursor) => {
		// The tenants' own list is the one that the sound key is of: it differs from it in one place each.
		const request = { ...soundRequests[name], query: { ...filters, cursor } };
		const problem = await refuse(account, name, request, cursor);
		expect(problem).toMatchObject({ status: 400, field: "cursor", rule: "format" });
	});
});
