import { afterEach, describe, expect, it } from "vitest";
import { accepted, aFakeApi, anActiveTenant, aShownOperation, ok, type Reply } from "./a-fake-api.ts";
import { aTerminal } from "./a-terminal.ts";

const doneAt = "2026-01-01T00:00:02.500Z";
const queued = aShownOperation({ operationId: "op_1" });
const running = aShownOperation({ operationId: "op_1", status: "running", stepsDone: { CheckCertificate: doneAt } });
const check = {
	kind: "route53-change" as const,
	since: "2026-05-31T23:58:30.000Z",
	nextCheckAt: "2026-06-01T00:00:20.000Z",
};
const waiting = { ...running, waiting: { ...check, lastSeen: "Route 53 change C1 is PENDING" } };
const stepsDone = Object.fromEntries(running.steps.map(({ name }) => [name, doneAt]));
const succeeded = aShownOperation({ operationId: "op_1", status: "succeeded", stepsDone });
const failure = {
	...{ step: "SyncRecords", error: "ZoneChangeRefused", detail: "A CNAME stands there." },
	...{ actor: "operator" as const, fix: "Remove it." },
};
const failed = aShownOperation({ operationId: "op_1", status: "failed", failure });

let api: Awaited<ReturnType<typeof aFakeApi>> | undefined;
afterEach(() => api?.close());

async function typed(line: string, replies: Reply[], isTTY = false) {
	api = await aFakeApi({
		"GET /v1/operations/op_1": replies,
		"POST /v1/tenants": [accepted(anActiveTenant({ status: "pending" }), queued)],
		[`GET /v1/tenants/${anActiveTenant().tenantId}`]: [ok(anActiveTenant())],
	});
	const terminal = aTerminal({ env: api.env, isTTY });
	const ended = await terminal.type(line);
	return { ...ended, pauses: terminal.pauses, api };
}

describe("--watch", () => {
	it("tells each step once as it is done, and what is waited for, and shows the tenant at the end", async () => {
		const replies = [queued, running, waiting, waiting, succeeded].map(ok);
		const { exit, stdout, stderr } = await typed("tenants add acme --origin a.test --watch", replies);
		expect(stderr.split("\n")).toEqual([
			"op_1 onboard-tenant acme.app.example.com",
			"  CheckCertificate done after 2.5 s",
			"  SyncRecords waits: Route 53 change C1 is PENDING",
			...["SyncRecords", "PublishRoute", "ProbeRoute", "ActivateTenant"].map((step) => `  ${step} done after 2.5 s`),
			"",
		]);
		expect(stdout).toMatch(/^acme\.app\.example\.com {2}active\n/);
		expect(exit).toBe(0);
	});

	it("has tenant and operation as one document", async () => {
		const { stdout } = await typed("tenants add acme --origin a.test --watch --json", [ok(succeeded)]);
		expect(JSON.parse(stdout)).toMatchObject({ tenant: { status: "active" }, operation: { status: "succeeded" } });
	});

	it("asks seldom while nothing happens, and soon after something did", async () => {
		const replies = [...Array.from({ length: 20 }, () => queued), running, succeeded].map(ok);
		const { pauses } = await typed("operations show op_1 --watch", replies);
		expect(pauses[0]).toBe(260);
		expect(Math.max(...pauses)).toBe(3_000);
		expect(pauses.at(-1)).toBe(200);
	});

	it("ends with 1 when the operation fails: step, reason, actor, fix, and how to retry", async () => {
		const { exit, stdout } = await typed("tenants add acme --origin a.test --watch", [ok(failed)]);
		expect(exit).toBe(1);
		expect(stdout.trimEnd().split("\n").slice(-3)).toEqual([
			"SyncRecords failed: ZoneChangeRefused, A CNAME stands there.",
			"Operator: Remove it.",
			"Retry: hostmaster operations retry op_1 --watch",
		]);
	});

	it("ends with 1 when another operation took over, and offers no retry", async () => {
		const { step: _none, ...outside } = { ...failure, error: "Superseded" };
		const over = aShownOperation({ operationId: "op_1", status: "superseded", failure: outside });
		const { exit, stdout } = await typed("operations show op_1 --watch", [ok(over)]);
		expect(exit).toBe(1);
		expect(stdout).toContain("The execution failed: Superseded");
		expect(stdout).not.toContain("Retry");
	});

	it("bears an outage of the API, and takes nothing for failed because of it", async () => {
		const outage: Reply[] = Array.from({ length: 10 }, () => ({
			status: 503,
			body: "",
			headers: { "retry-after": "5" },
		}));
		const { exit, pauses } = await typed("operations show op_1 --watch", [
			ok(running),
			...outage,
			"drop",
			ok(succeeded),
		]);
		expect(exit).toBe(0);
		expect(pauses.filter((pause) => pause === 5_000).length).toBeGreaterThanOrEqual(10);
	});

	it("ends with 3 when no end is seen in time, and says how to see on", async () => {
		const { exit, stderr, pauses } = await typed("operations show op_1 --watch --timeout 60", [ok(running)]);
		expect(exit).toBe(3);
		expect(stderr).toContain("op_1 is still running after 60 s.");
		expect(stderr).toContain("hostmaster operations show op_1 --watch");
		expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeLessThanOrEqual(60_000);
	});
});

describe("an operation that is shown", () => {
	it("says of each step how it stands, and what the present one waits for", async () => {
		const { stdout, exit, api } = await typed("operations show op_1", [ok(waiting)]);
		expect(stdout.split("\n").slice(4)).toEqual([
			"STEP              STATE",
			"CheckCertificate  done          after 2.5 s",
			"SyncRecords       waiting 90 s  Route 53 change C1 is PENDING; nothing to do, next check in 20 s",
			...["PublishRoute      to come", "ProbeRoute        to come", "ActivateTenant    to come", ""],
		]);
		expect({ exit, asked: api.lines() }).toEqual({ exit: 0, asked: ["GET /v1/operations/op_1"] });
	});

	it("says so when nothing was looked at yet, and of a step that goes on without waiting", async () => {
		const unseen = await typed("operations show op_1", [ok({ ...running, waiting: { ...check, lastSeen: null } })]);
		expect(unseen.stdout).toContain("not looked yet; nothing to do, next check in 20 s");
		await unseen.api.close();
		expect((await typed("operations show op_1", [ok(running)])).stdout).toContain("SyncRecords       under way\n");
	});

	it("has colours on a terminal", async () => {
		const { stdout } = await typed("operations show op_1", [ok(failed)], true);
		expect(stdout).toContain("\u001b[31mfailed\u001b[39m");
		expect(stdout).toContain("\u001b[31mSyncRecords failed\u001b[39m: ZoneChangeRefused");
	});
});
