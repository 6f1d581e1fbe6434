import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TenantView } from "../../domain/tenant-view.ts";
import { aFakeApi, anActiveTenant, aShownOperation, dryRunOf, ok } from "./a-fake-api.ts";
import { aTerminal } from "./a-terminal.ts";

const acme = anActiveTenant({ externalRef: "cus_1" });
const named = (slug: string, more: Partial<TenantView> = {}) => {
	return anActiveTenant({ slug, hostname: `${slug}.app.example.com`, tenantId: `ten_${slug}`, ...more });
};
const operation = aShownOperation({ status: "succeeded" });
/** In two pages, of which one is empty; the newest Acme took its name over from one that has left. */
const all = [
	...[named("zeta"), named("acme", { status: "released", tenantId: "ten_old" }), acme],
	...[named("leaving", { status: "removing" }), named("left", { status: "released" })],
	named("renamed", { formerHostnames: ["former.app.example.com"] }),
];

let directory: string;
let api: Awaited<ReturnType<typeof aFakeApi>>;
beforeAll(async () => {
	directory = mkdtempSync(join(tmpdir(), "hostmaster-file-"));
	api = await aFakeApi({
		"GET /v1/tenants?limit=100": [ok({ tenants: all.slice(0, 3), next: "a" })],
		"GET /v1/tenants?limit=100&cursor=a": [ok({ tenants: [], next: "b" })],
		"GET /v1/tenants?limit=100&cursor=b": [ok({ tenants: all.slice(3), next: null })],
		"GET /v1/operations?status=succeeded&limit=1": [ok({ operations: [operation], next: "a" })],
		"GET /v1/operations?limit=100": [ok({ operations: [], next: null })],
		"POST /v1/imports?dryRun=true": [dryRunOf()],
		"GET /v1/tenants?limit=3": [ok({ tenants: all.slice(0, 3), next: "a" })],
	});
});
afterAll(async () => {
	rmSync(directory, { recursive: true, force: true });
	await api.close();
});
const type = (line: string, stdin = "") => aTerminal({ env: api.env, directory, stdin }).type(line);
const slugsIn = (ndjson: string) =>
	ndjson
		.trimEnd()
		.split("\n")
		.map((line) => Reflect.get(JSON.parse(line), "slug"));

describe("an export", () => {
	it("has all tenants that are not leaving, one a line, in the order of their slugs", async () => {
		const { stdout, exit } = await type("tenants export");
		expect({ exit, slugs: slugsIn(stdout) }).toEqual({ exit: 0, slugs: ["acme", "renamed", "zeta"] });
		const { name, origin } = acme;
		const line = { slug: "acme", name, externalRef: "cus_1", origin, routes: [], config: {} };
		expect(stdout.split("\n")[0]).toBe(JSON.stringify(line));
	});

	it("has those that are named, by slug, hostname, former name or id, each once", async () => {
		const { stdout } = await type("tenants export zeta ACME acme.app.example.com former ten_zeta --json");
		const { tenants } = JSON.parse(stdout);
		expect(tenants.map(({ slug }: TenantView) => slug)).toEqual(["acme", "renamed", "zeta"]);
		expect(await type("tenants export nobody")).toMatchObject({ exit: 2, stderr: expect.stringContaining("'nobody'") });
	});

	it("leaves out the billing system's ids when it is to", async () => {
		expect((await type("tenants export acme --without-external-ref")).stdout).not.toContain("cus_1");
	});

	it("goes to a file, line by line or as one document, and comes back from it", async () => {
		const told = await type("tenants export --output t.ndjson");
		expect(told.stdout).toBe("3 tenants written to t.ndjson.\n");
		expect(slugsIn(readFileSync(join(directory, "t.ndjson"), "utf8"))).toEqual(["acme", "renamed", "zeta"]);
		await type("tenants export --output t.json");
		for (const file of ["t.ndjson", "t.json"]) {
			expect((await type(`tenants plan ${file}`)).stdout).toBe("0 new, 0 changed, 3 same, 0 in conflict.\n");
		}
		expect((await type("tenants export --output no/such/folder.json")).exit).toBe(2);
	});
});

describe("a file", () => {
	const line = JSON.stringify({ slug: "acme", name: "Größe", origin: { host: "a.test" } });

	it("may come from stdin, be an array, or have blank lines", async () => {
		for (const text of [line, `\n${line}\n\n`, line.replaceAll(",", ",\n"), `[${line}]`, `{"tenants":[${line}]}`]) {
			const { stdout } = await type(
				"tenants plan - --expect-empty",
				text.replace("acme", "zeta").replace("Größe", "Acme Ltd"),
			);
			expect(stdout, text).toContain('origin.host  "acme.origins.example.net" -> "a.test"');
		}
		expect((await type("tenants plan -", line)).stderr).not.toContain("\ufffd");
	});

	it("is refused with everything that is wrong with it", async () => {
		const text = ['{"slug":"a"}', "{no json", line, '{"slug":"b","name":"B","origin":{"host":"h","user":"x"}}'].join(
			"\n",
		);
		const { exit, stderr } = await type("tenants plan -", text);
		expect(exit).toBe(2);
		expect(stderr.split("\n").slice(0, -2)).toEqual([
			"- does not hold sound tenants.",
			"  line 2: The line is not JSON. [json]",
			"  line 1, name: 'name' is missing. [required]",
			"  line 1, origin: 'origin' is missing. [required]",
			"  line 4, origin.user: 'origin.user' is not known here: leave it out. [unknown]",
		]);
		const doubtful = '[{"slug":"a","name":"A","origin":{"host":"h"},"config":{"__proto__":1}}]';
		expect((await type("tenants plan -", doubtful)).stderr).toContain("tenant 1, config.__proto__");
		expect((await type("tenants plan -", "7")).stderr).toContain("tenant 1, tenant: ");
		expect((await type("tenants plan - --expect-empty")).stderr).toContain("line 1: There is no tenant. [required]");
		expect((await type("tenants plan nothing.ndjson")).stderr).toContain("nothing.ndjson cannot be read");
	});
});

describe("a list", () => {
	it("of operations is a table, and says that there are more than it shows", async () => {
		const { stdout, stderr } = await type("operations list --limit 1 --status succeeded");
		expect(stdout.split("\n")).toEqual([
			"OPERATION                      KIND            STATUS     HOSTNAME              WHO ACTS  ACCEPTED",
			`${operation.operationId}  onboard-tenant  succeeded  acme.app.example.com  nobody    ${operation.createdAt}`,
			"",
		]);
		expect(stderr).toContain("There are more");
		expect((await type("operations list")).stdout).toBe("No operations.\n");
	});

	it("says that there are more than it shows", async () => {
		const some = await type("tenants list --limit 3");
		expect(some.stdout.split("\n")).toHaveLength(5);
		expect(some.stderr).toContain("There are more");
		const every = await type("tenants list --all --json");
		expect(JSON.parse(every.stdout)).toMatchObject({ more: false, tenants: all.map(({ slug }) => ({ slug })) });
		expect(every.stderr).toBe("");
	});

	it("goes by a tenant that stands before one that has left with the same slug", async () => {
		expect(JSON.parse((await type("tenants show acme --json")).stdout)).toMatchObject({ tenantId: acme.tenantId });
		expect(JSON.parse((await type("tenants show left --json")).stdout)).toMatchObject({ status: "released" });
	});
});
