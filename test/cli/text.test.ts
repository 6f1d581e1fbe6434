import { describe, expect, it } from "vitest";
import { adviceFor } from "../../cli/advice.ts";
import { elapsed } from "../../cli/follow.ts";
import { harmless, paintFor } from "../../cli/paint.ts";
import { fields, table } from "../../cli/table.ts";
import { tenantText } from "../../cli/tenant-text.ts";
import { type ErrorName, problemType } from "../../domain/errors.ts";
import { domainRoutes } from "../../functions/api/contracts/domains.ts";
import { importRoutes } from "../../functions/api/contracts/imports.ts";
import { operationRoutes } from "../../functions/api/contracts/operations.ts";
import { tenantRoutes } from "../../functions/api/contracts/tenants.ts";
import { anActiveTenant } from "./a-fake-api.ts";

const sink = (isTTY: boolean) => ({ isTTY, write: () => {} });
const plain = paintFor(sink(false), {});
const coloured = paintFor(sink(true), {});

describe("colours", () => {
	it.each([
		["on a terminal", true, {}, "\u001b[31mx\u001b[39m"],
		["not in a pipe", false, {}, "x"],
		["not with NO_COLOR", true, { NO_COLOR: "1" }, "x"],
		["with an empty NO_COLOR", true, { NO_COLOR: "" }, "\u001b[31mx\u001b[39m"],
		["not on a dumb terminal", true, { TERM: "dumb" }, "x"],
	])("%s", (_, isTTY, env, text) => {
		expect(paintFor(sink(isTTY), env).red("x")).toBe(text);
	});
});

describe("a table", () => {
	it("is aligned by what is seen, colours or not", () => {
		const rows = [
			["acme", coloured.green("active"), "1"],
			["größe", "failed", ""],
		];
		expect(table(["SLUG", "STATUS", "N"], rows, plain).split("\n")).toEqual([
			"SLUG   STATUS  N",
			"acme   \u001b[32mactive\u001b[39m  1",
			"größe  failed",
		]);
	});

	it("is nothing without rows, and fields leave out what is not there", () => {
		expect(table(["SLUG"], [], plain)).toBe("");
		const given = { a: "1", long: undefined, b: "" };
		expect(fields(Object.entries(given), plain)).toBe("  a  1");
	});
});

describe("what others wrote", () => {
	it("cannot steer a terminal: control characters go, but line ends and our own colours", () => {
		expect(harmless("a\u001b[2Jb\u001b]0;x\u0007c\rd\u009be\nf\tg")).toBe("a[2Jb]0;xcde\nfg");
		expect(harmless(coloured.red("x"))).toBe(coloured.red("x"));
	});
});

describe("advice", () => {
	const tables = [tenantRoutes, operationRoutes, importRoutes, domainRoutes];
	const routes = tables.flatMap((table): { errors: readonly ErrorName[] }[] => Object.values(table));
	const names = [...new Set(routes.flatMap(({ errors }) => [...errors]))];

	it.each(names)("is there for %s", (name) => {
		expect(adviceFor(`/errors/${problemType(name)}`)).not.toContain("docs/errors.md");
	});

	it("of an error that nobody has heard of is to look it up", () => {
		expect(adviceFor("about:blank")).toContain("docs/errors.md");
	});
});

describe("a time that has passed", () => {
	it.each([
		[0, "0.0 s"],
		[9_940, "9.9 s"],
		[59_600, "60 s"],
		[240_000, "4 min"],
		[10_800_000, "3 h"],
		[-5_000, "0.0 s"],
	])("of %i ms reads %s", (millis, text) => {
		expect(elapsed("2026-01-01T00:00:00.000Z", new Date(Date.UTC(2026, 0, 1) + millis).toISOString())).toBe(text);
	});
});

describe("a tenant", () => {
	it("is shown with all that was asked for, and who has to act", () => {
		const origin = { host: "ai.test", port: 8443, protocol: "https" as const, pathPrefix: "/v2" };
		const tenant = anActiveTenant({
			...{ status: "suspended", nextActor: "operator", fix: "Resume it.", plan: "gold", externalRef: "cus_1" },
			...{ routes: [{ prefix: "/ai", origin }], config: { theme: "dark" }, formerHostnames: ["old.app.test"] },
			suspension: { reason: "Invoice 7", since: "2026-01-01", requestedBy: "desk" },
		});
		expect(tenantText(tenant, plain).split("\n\n")[0]?.split("\n")).toEqual([
			"acme.app.example.com  suspended",
			`  tenant        ${tenant.tenantId}`,
			"  who acts      operator: Resume it.",
			"  slug          acme",
			"  name          Acme Ltd",
			"  plan          gold",
			"  external ref  cus_1",
			"  origin        https://acme.origins.example.net",
			"  route         /ai to https://ai.test:8443/v2",
			'  config        {"theme":"dark"}',
			"  former names  old.app.test",
			"  suspended     Invoice 7 (desk, 2026-01-01)",
			"  revision      1",
		]);
		expect(tenantText({ ...tenant, conditions: [] }, plain)).not.toContain("CONDITION");
	});

	it.each([
		["active", "green"],
		["failed", "red"],
		["degraded", "red"],
		["action-required", "red"],
		["pending", "yellow"],
	] as const)("that is %s is %s", (status, colour) => {
		expect(tenantText(anActiveTenant({ status }), coloured)).toContain(coloured[colour](status));
	});
});
