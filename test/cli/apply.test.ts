import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lineOf } from "../../domain/tenant-plan.ts";
import {
	accepted,
	aFakeApi,
	anActiveTenant,
	aShownOperation,
	dryRunOf,
	ok,
	problem,
	type Reply,
} from "./a-fake-api.ts";
import { aTerminal } from "./a-terminal.ts";

const acme = anActiveTenant({ revision: 3 });
const path = `/v1/tenants/${acme.tenantId}`;
const line = { ...lineOf(acme), plan: "gold" };
const changed = { ...acme, plan: "gold", revision: 4 };
const operation = aShownOperation({ operationId: "op_1", kind: "update-tenant" });
const ended = { ...operation, status: "succeeded" as const };
const dryRun = "POST /v1/imports?dryRun=true";

let directory: string;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "hostmaster-apply-"));
});
let api: Awaited<ReturnType<typeof aFakeApi>> | undefined;
afterEach(async () => {
	rmSync(directory, { recursive: true, force: true });
	await api?.close();
});

/** Acme stands, and the lines are to be applied. */
async function facing(lines: readonly object[], script: Record<string, Reply[]>) {
	writeFileSync(join(directory, "file.ndjson"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
	api = await aFakeApi({
		"GET /v1/tenants?limit=100": [ok({ tenants: [acme], next: null })],
		[dryRun]: [dryRunOf()],
		"GET /v1/operations/op_1": [ok(ended)],
		...script,
	});
	return { ...aTerminal({ env: api.env, directory }), api };
}
const newLine = (slug: string) => ({ slug, name: slug, origin: { host: "a.test" } });

describe("tenants apply", () => {
	it("PATCHes what differs at the revision that the plan has seen", async () => {
		const { type, api } = await facing([line], { [`PATCH ${path}`]: [accepted(changed, operation)] });
		const { exit, stdout, stderr } = await type("tenants apply file.ndjson");
		expect({ exit, stdout }).toEqual({ exit: 0, stdout: "1 of 1 carried out.\n" });
		expect(stderr).toContain('~ acme  changed\n    plan  (none) -> "gold"\n');
		const patch = api.heard.find(({ line }) => line.startsWith("PATCH"));
		expect(patch).toMatchObject({ headers: { "if-match": '"3"' }, body: '{"plan":"gold"}' });
	});

	it("takes a change for its own whose first answer was lost", async () => {
		const { type } = await facing([line], {
			[`PATCH ${path}`]: ["drop", problem(412, "precondition-failed")],
			[`GET ${path}`]: [ok(changed)],
			[`GET /v1/operations?tenantId=${acme.tenantId}&limit=100`]: [ok({ operations: [operation], next: null })],
		});
		const { exit, stdout } = await type("tenants apply file.ndjson");
		expect({ exit, stdout }).toEqual({ exit: 0, stdout: "1 of 1 carried out.\n" });
	});

	it.each<[what: string, first: Reply[], shown: Reply]>([
		["between plan and change", [], ok(changed)],
		["while the first answer was lost", ["drop"], ok({ ...changed, plan: "tin" })],
	])("overwrites nothing that somebody changed %s", async (_, first, shown) => {
		const { type } = await facing([line], {
			[`PATCH ${path}`]: [...first, problem(412, "precondition-failed")],
			[`GET ${path}`]: [shown],
			[`GET /v1/operations?tenantId=${acme.tenantId}&limit=100`]: [ok({ operations: [operation], next: null })],
		});
		const { exit, stdout } = await type("tenants apply file.ndjson");
		expect(exit).toBe(1);
		expect(stdout).toContain("0 of 1 carried out.\n\nacme\nIt is refused. (412 precondition-failed)");
	});

	it("asks for the same new tenant under the same key, whoever applies the file", async () => {
		const created = { "POST /v1/tenants": [accepted(acme, operation)] };
		const { type, api } = await facing([newLine("globex")], created);
		await type("tenants apply file.ndjson");
		await type("tenants apply file.ndjson");
		const keys = api.heard.flatMap(({ line, headers }) =>
			line === "POST /v1/tenants" ? headers["idempotency-key"] : [],
		);
		expect(keys).toEqual([expect.stringMatching(/^apply-[0-9a-f]{64}$/), keys[0]]);
	});

	it("goes on with the others when one is refused or fails, and says why of each", async () => {
		const failure = {
			step: "SyncRecords",
			error: "ZoneChangeRefused",
			detail: "No.",
			actor: "operator" as const,
			fix: "Mend.",
		};
		const failed = { ...operation, ...aShownOperation({ operationId: "op_2", status: "failed", failure }) };
		const { type } = await facing([line, newLine("globex"), newLine("initech")], {
			[`PATCH ${path}`]: [problem(409, "operation-in-progress", { detail: "Another." })],
			"POST /v1/tenants": [accepted(acme, failed), accepted(acme, operation)],
			"GET /v1/operations/op_2": [ok(failed)],
		});
		const { exit, stdout } = await type("tenants apply file.ndjson --at-once 1");
		expect(exit).toBe(1);
		expect(stdout).toMatch(
			/^1 of 3 carried out\.\n\nacme\nIt is refused.*Another\..*\n\nglobex\nSyncRecords failed: ZoneChangeRefused/s,
		);
	});

	it("begins nothing more once the API cannot be asked, and ends with 3", async () => {
		const lines = [newLine("globex"), newLine("initech")];
		const { type, api } = await facing(lines, {
			"POST /v1/tenants": [{ status: 401, body: { message: "Unauthorized" } }],
		});
		const { exit, stdout } = await type("tenants apply file.ndjson --at-once 1 --json");
		expect(exit).toBe(3);
		expect(JSON.parse(stdout)).toMatchObject({ applied: lines.map(({ slug }) => ({ slug, did: "nothing", exit: 3 })) });
		expect(api.lines().filter((line) => line === "POST /v1/tenants")).toHaveLength(1);
	});

	it("does not call nothing what goes on without it", async () => {
		const { type } = await facing([line], {
			[`PATCH ${path}`]: [accepted(changed, operation)],
			"GET /v1/operations/op_1": [ok(operation)],
		});
		const { exit, stdout } = await type("tenants apply file.ndjson --timeout 5 --json");
		expect(exit).toBe(3);
		expect(JSON.parse(stdout)).toMatchObject({ applied: [{ did: "changed", operation: { status: "queued" } }] });
	});

	it("does nothing at all while there is a conflict, unless it may leave that out", async () => {
		const object = { field: "slug", rule: "quarantine", detail: "Kept." };
		const lines = [line, newLine("globex")];
		const { type, api } = await facing(lines, {
			[dryRun]: [dryRunOf([{ line: 2, state: "conflict", slug: "globex", problem: object }])],
			[`PATCH ${path}`]: [accepted(changed, operation)],
		});
		const held = await type("tenants apply file.ndjson");
		expect(held).toMatchObject({ exit: 1, stdout: expect.stringContaining("Nothing was done") });
		expect(held.stderr).toContain("! globex  conflict  slug: Kept. [quarantine]");
		expect(api.lines().some((line) => line.startsWith("PATCH"))).toBe(false);
		const rest = await type("tenants apply file.ndjson --skip-conflicts");
		expect(rest).toMatchObject({ exit: 1, stdout: "1 of 1 carried out.\n" });
	});
});

describe("tenants plan", () => {
	it("asks nothing more when there is nothing to do, and says how those stand that are not served", async () => {
		const same = lineOf(acme);
		const { type, api } = await facing([same], {
			"GET /v1/tenants?limit=100": [ok({ tenants: [{ ...acme, status: "failed" }], next: null })],
		});
		const { exit, stdout } = await type("tenants plan file.ndjson --expect-empty");
		expect({ exit, stdout }).toEqual({
			exit: 0,
			stdout: "= acme  same  it is failed\n0 new, 0 changed, 1 same, 0 in conflict.\n",
		});
		expect(api.lines()).toEqual(["GET /v1/tenants?limit=100"]);
	});

	it("ends with 1 when something is to be done where nothing was expected", async () => {
		const { type } = await facing([line], {});
		expect((await type("tenants plan file.ndjson")).exit).toBe(0);
		expect((await type("tenants plan file.ndjson --expect-empty")).exit).toBe(1);
	});

	it("sends what is open in portions that an import shows all of", async () => {
		const slugs = Array.from({ length: 1_001 }, (_, at) => `t-${at}`);
		const object = { field: "slug", rule: "reserved", detail: "Kept." };
		const late = dryRunOf([{ line: 1, state: "conflict", problem: object }]);
		const { type, api } = await facing(slugs.map(newLine), { [dryRun]: [dryRunOf(), late] });
		const { stdout } = await type("tenants plan file.ndjson --json");
		const sent = api.heard.flatMap(({ line, body }) => (line === dryRun ? body.split("\n").length : []));
		expect(sent).toEqual([1_000, 1]);
		expect(JSON.parse(stdout)).toMatchObject({ counts: { new: 1_000, conflict: 1 } });
		expect(stdout).toContain('"slug": "t-1000",\n\t\t\t"problem"');
	});

	it("says when a mapping is about no origin", async () => {
		const { type } = await facing([line], {});
		const { stderr } = await type("tenants plan file.ndjson --origin-map typo.test=b.test");
		expect(stderr).toContain("--origin-map typo.test=b.test is about no origin of the file.");
	});
});
