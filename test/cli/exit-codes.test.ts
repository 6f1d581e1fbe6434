import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { accepted, aFakeApi, anActiveTenant, aShownOperation, ok, problem, type Reply } from "./a-fake-api.ts";
import { aTerminal } from "./a-terminal.ts";

const list = "GET /v1/tenants?limit=100";
const empty = ok({ tenants: [], next: null });
const unavailable: Reply = { status: 503, body: "", headers: { "retry-after": "2" } };

let api: Awaited<ReturnType<typeof aFakeApi>> | undefined;
afterEach(() => api?.close());

/** A terminal in front of an API that answers so. */
async function facing(script: Record<string, Reply[]>) {
	api = await aFakeApi(script);
	const terminal = aTerminal({ env: api.env });
	return { ...terminal, api };
}

describe("a command ends with", () => {
	it.each<[exit: number, what: string, replies: Reply[]]>([
		[0, "an answer", [empty]],
		[2, "a refusal", [problem(400, "invalid-request")]],
		[3, "a token that is not taken", [{ status: 401, body: { message: "Unauthorized" } }]],
		[3, "a token without the scope", [{ status: 403, body: { message: "Forbidden" } }]],
		[3, "an outage that does not end", [{ status: 503, body: "" }]],
		[3, "a gateway that throttles for ever", [{ status: 429, body: { message: "Too Many Requests" } }]],
		[3, "a connection that breaks", ["drop"]],
		[3, "an answer that is none of ours", [ok({ tenants: "many" })]],
		[3, "an answer that is no JSON", [ok("<html>")]],
		[2, "an address that is another program's", [{ status: 404, body: "<html>" }]],
	])("%i: %s", async (exit, _, replies) => {
		const { type } = await facing({ [list]: replies });
		const ended = await type("tenants list");
		expect(ended.exit, ended.stderr).toBe(exit);
		expect(ended.stderr === "").toBe(exit === 0);
		expect(ended.stdout === "").toBe(exit !== 0);
		const asDocument = await type("tenants list --json");
		expect(asDocument.exit).toBe(exit);
		expect(Object.keys(z.record(z.string(), z.unknown()).parse(JSON.parse(asDocument.stdout)))).toContain(
			exit === 0 ? "tenants" : "error",
		);
	});

	it.each([
		["an unknown command", "tenants lits"],
		["an unknown option", "tenants list --colour"],
		["an argument too few", "tenants show"],
		["an argument too many", "tenants list acme"],
		["a status that is none", "tenants list --status dead"],
		["a number that is none", "tenants list --limit many"],
		["a number too large", "tenants apply f --at-once 51"],
		["an origin that is none", "tenants add acme --origin http://a.test"],
		["a route that is none", "tenants add acme --route a.test"],
		["settings that are no object", "tenants add acme --config [1]"],
		["settings that are no JSON", "tenants add acme --config {"],
		["a mapping that is none", "tenants plan f --origin-map a.test"],
		["a suspension without a reason", "tenants suspend acme"],
		["--all and --limit", "tenants list --all --limit 3"],
		["no verb", "tenants"],
		["no command at all", "--json"],
	])("2: %s", async (_, line) => {
		const ended = await aTerminal({}).type(line);
		expect(ended.exit, ended.stderr).toBe(2);
		expect(ended.stderr).toContain("hostmaster --help");
	});

	it("2: a tenant whose origin nobody names, where there is no demo origin", async () => {
		const { type, api } = await facing({});
		const { exit, stderr } = await type("tenants add acme");
		expect({ exit, stderr }).toMatchObject({ exit: 2, stderr: expect.stringContaining("--origin") });
		expect(api.heard).toEqual([]);
	});

	it("3: a defect, which is told with where it is", async () => {
		const now = () => {
			throw new Error("No clock.");
		};
		const { exit, stderr } = await aTerminal({
			env: { HOSTMASTER_API: "http://[::1]:1", HOSTMASTER_TOKEN: "t" },
			now,
		}).type("tenants list");
		expect(exit).toBe(3);
		expect(stderr).toMatch(/^This is a defect of the command\.\n {2}Error: No clock\.\n {6}at /);
	});

	it("0: --help, which names the exit codes", async () => {
		const { exit, stdout } = await aTerminal({}).type("--help");
		expect(exit).toBe(0);
		expect(stdout).toMatch(/Exit codes: 0 fine; 1 .*; 2 .*; *\n *3 /s);
		const noun = await aTerminal({}).type("tenants add --help");
		expect(noun.stdout).toMatch(/--watch .*Global Options:.*--json/s);
	});
});

describe("a refusal", () => {
	it("is told with member, rule and what to do, and as a document", async () => {
		const refused = problem(409, "slug-taken", { field: "slug", rule: "unique", detail: "'acme' is taken." });
		const { type } = await facing({ "POST /v1/tenants": [refused] });
		const { stderr, exit } = await type("tenants add acme --origin a.test");
		expect(exit).toBe(2);
		expect(stderr.split("\n")).toEqual([
			"It is refused. (409 slug-taken)",
			"  slug: 'acme' is taken. [unique]",
			"  Do: Choose another slug; 'hostmaster tenants show <slug>' tells whose it is.",
			"",
		]);
		const { stdout } = await type("tenants add acme --origin a.test --json");
		expect(JSON.parse(stdout)).toEqual({
			error: {
				...{ title: "It is refused.", type: "/errors/slug-taken", status: 409, requestId: "req-1" },
				errors: [{ field: "slug", rule: "unique", detail: "'acme' is taken." }],
				fix: "Choose another slug; 'hostmaster tenants show <slug>' tells whose it is.",
			},
		});
	});

	it("of several members names each", async () => {
		const errors = ["name", "origin.host"].map((field) => ({ field, rule: "required", detail: "Missing." }));
		const more = { field: "name", rule: "required", detail: "Missing.", errors };
		const { type } = await facing({ "POST /v1/tenants": [problem(400, "invalid-request", more)] });
		const { stderr } = await type("tenants add acme --origin a.test");
		expect(stderr).toContain("  name: Missing. [required]\n  origin.host: Missing. [required]\n");
	});

	it("without a member has its detail, and a defect its id to quote", async () => {
		const { type } = await facing({ [list]: [problem(500, "unheard-of", { detail: "It broke." })] });
		const { stderr } = await type("tenants list");
		expect(stderr).toMatch(
			/^It is refused\. \(500 unheard-of\)\n {2}It broke\.\n {2}Do: .*errors\.md.*\n {2}Request req-1\n$/,
		);
	});

	it("of the gateway's says which scope a token lacks", async () => {
		const { type } = await facing({ [list]: [{ status: 403, body: { message: "Forbidden" } }] });
		expect((await type("tenants list")).stderr).toContain("The token lacks the scope 'tenants:read'");
	});
});

describe("a request", () => {
	it("is sent again when it may be, as late as the answer says, under one key", async () => {
		const script = {
			"POST /v1/tenants": [unavailable, "drop" as const, accepted(anActiveTenant(), aShownOperation())],
		};
		const { type, pauses, api } = await facing(script);
		const ended = await type(
			'tenants add acme --origin https://a.test:8443/v2 --route /ai=b.test/ --config {"theme":"dark"} --json',
		);
		expect(ended.exit, ended.stderr).toBe(0);
		expect(pauses).toEqual([2_000, 400]);
		const keys = new Set(api.heard.map(({ headers }) => headers["idempotency-key"]));
		expect({ keys: keys.size, sent: api.heard.length }).toEqual({ keys: 1, sent: 3 });
		expect(api.heard[0]?.headers).toMatchObject({ authorization: "Bearer token", "content-type": "application/json" });
		expect(JSON.parse(api.heard[0]?.body ?? "")).toEqual({
			...{
				slug: "acme",
				name: "acme",
				config: { theme: "dark" },
				origin: { host: "a.test", port: 8443, pathPrefix: "/v2" },
			},
			routes: [{ prefix: "/ai", origin: { host: "b.test" } }],
		});
	});

	it("has a key of its own each time that a command is typed, or the one that is given", async () => {
		const { type, api } = await facing({ "POST /v1/tenants": [accepted(anActiveTenant(), aShownOperation())] });
		for (const more of ["", "", " --idempotency-key mine"]) await type(`tenants add acme --origin a.test${more}`);
		const keys = api.heard.map(({ headers }) => headers["idempotency-key"]);
		expect(new Set(keys).size).toBe(3);
		expect(keys[2]).toBe("mine");
	});

	it("is not sent again when the answer asks for more patience than there is", async () => {
		const { type, pauses, api } = await facing({ [list]: [{ ...unavailable, headers: { "retry-after": "600" } }] });
		expect((await type("tenants list")).exit).toBe(3);
		expect({ pauses, sent: api.heard.length }).toEqual({ pauses: [], sent: 1 });
	});

	it("that nobody listens to says why", async () => {
		const { stderr } = await aTerminal({ env: { HOSTMASTER_API: "http://127.0.0.1:1", HOSTMASTER_TOKEN: "t" } }).type(
			"tenants list",
		);
		expect(stderr).toMatch(/^http:\/\/127\.0\.0\.1:1 does not answer\.\n {2}\S.*\n {2}Do: /);
	});

	it("for a retry whose first answer was lost finds that it goes on", async () => {
		const script = {
			"POST /v1/operations/op_1/retry": ["drop" as const, problem(409, "operation-not-failed")],
			"GET /v1/operations/op_1": [ok(aShownOperation({ operationId: "op_1", status: "running" }))],
		};
		const { type, api } = await facing(script);
		const ended = await type("operations retry op_1 --json");
		expect(ended.exit, ended.stderr).toBe(0);
		expect(JSON.parse(ended.stdout)).toMatchObject({ operationId: "op_1", status: "running" });
		expect(api.lines()).toHaveLength(3);
	});

	it("for a retry of what has not failed is refused", async () => {
		const { type } = await facing({ "POST /v1/operations/op_1/retry": [problem(409, "operation-not-failed")] });
		const { exit, stderr } = await type("operations retry op_1");
		expect({ exit, stderr }).toMatchObject({ exit: 2, stderr: expect.stringContaining("Only a failed operation") });
	});
});
