import { afterEach, describe, expect, it } from "vitest";
import { aFakeApi, anActiveTenant, ok, type Reply } from "./a-fake-api.ts";
import { aTerminal } from "./a-terminal.ts";

const tenant = anActiveTenant();
const { tenantId } = tenant;
const traffic = { requests: 12, bytesOut: 3_456, bytesIn: 789 };
const usage = {
	...{ tenantId, month: "2026-06", through: "2026-06-01T05:00:00.000Z", ...traffic },
	hostnames: [{ hostname: "acme.app.example.com", ...traffic }],
};
const nothing = { ...usage, through: null, requests: 0, bytesOut: 0, bytesIn: 0, hostnames: [] };
const asked = (month: string) => `GET /v1/tenants/${tenantId}/usage?month=${month}`;

let api: Awaited<ReturnType<typeof aFakeApi>>;
afterEach(() => api.close());
async function type(line: string, script: Record<string, Reply[]>) {
	api = await aFakeApi({ "GET /v1/tenants?limit=100": [ok({ tenants: [tenant], next: null })], ...script });
	return aTerminal({ env: api.env }).type(line);
}

describe("tenants usage", () => {
	it("shows this month by hostname, how far it is counted, and the sum", async () => {
		const { exit, stdout } = await type("tenants usage acme", { [asked("2026-06")]: [ok(usage)] });
		expect({ exit, lines: stdout.split("\n") }).toEqual({
			exit: 0,
			lines: [
				"2026-06               REQUESTS  BYTES OUT  BYTES IN",
				"acme.app.example.com  12        3456       789",
				"all                   12        3456       789",
				"",
				"All requests before 2026-06-01T05:00:00.000Z are counted.",
				"",
			],
		});
	});

	it("shows another month of a tenant that is named by its id, and what the API said with --json", async () => {
		const line = `tenants usage ${tenantId} --month 2026-05 --json`;
		const { stdout } = await type(line, {
			[`GET /v1/tenants/${tenantId}`]: [ok(tenant)],
			[asked("2026-05")]: [ok({ ...usage, month: "2026-05" })],
		});
		expect(JSON.parse(stdout)).toEqual({ ...usage, month: "2026-05" });
		expect(api.lines()).not.toContain("GET /v1/tenants?limit=100");
	});

	it("says so before anything was counted", async () => {
		const { stdout } = await type("tenants usage acme", { [asked("2026-06")]: [ok(nothing)] });
		expect(stdout).toMatch(/\nall +0 +0 +0\n\nNothing was counted yet\.\n$/);
	});

	it.each(["2026", "2026-13", "06-2026", "now"])("asks nothing for '%s', which is no month", async (month) => {
		const { exit, stderr } = await type(`tenants usage acme --month ${month}`, {});
		expect({ exit, lines: api.lines() }).toEqual({ exit: 2, lines: [] });
		expect(stderr).toContain("Write a month as YYYY-MM");
	});
});
