import { describe, expect, it } from "vitest";
import {
	newTenantSchema,
	renameRequestSchema,
	resumptionRequestSchema,
	suspensionRequestSchema,
	tenantPatchSchema,
} from "../../domain/new-tenant.ts";
import { aNewTenant } from "../builders/entities.ts";

const origin = { host: "acme.origins.example.net" };
const route = { prefix: "/ai", origin };

describe("the request for a new tenant", () => {
	it("takes the smallest one, and one with everything", () => {
		expect(newTenantSchema.parse(aNewTenant())).toEqual(aNewTenant());
		const whole = aNewTenant({
			externalRef: "cus_1",
			plan: "pro",
			origin: { host: origin.host, port: 8443, protocol: "https", pathPrefix: "/v2" },
			routes: Array.from({ length: 10 }, () => route),
			config: { theme: { colour: "#123456" } },
		});
		expect(newTenantSchema.parse(whole)).toEqual(whole);
	});

	it("trims the name and the plan", () => {
		expect(newTenantSchema.parse(aNewTenant({ name: " Acme ", plan: " pro " }))).toMatchObject({
			name: "Acme",
			plan: "pro",
		});
	});

	it.each([
		["no name", { name: undefined }, ["name"]],
		["a blank name", { name: "  " }, ["name"]],
		["a member that is not known", { colour: "red" }, []],
		["an externalRef with a space", { externalRef: "cus 1" }, ["externalRef"]],
		["an externalRef of 129 characters", { externalRef: "x".repeat(129) }, ["externalRef"]],
		["an origin over http", { origin: { ...origin, protocol: "http" } }, ["origin", "protocol"]],
		["an origin on port 0", { origin: { ...origin, port: 0 } }, ["origin", "port"]],
		["an origin's unknown member", { origin: { ...origin, weight: 1 } }, ["origin"]],
		["an eleventh route", { routes: Array.from({ length: 11 }, () => route) }, ["routes"]],
		["a config that is larger than 16,384 characters", { config: { text: "x".repeat(16_384) } }, ["config"]],
	])("refuses %s, naming where", (_, change, path) => {
		const result = newTenantSchema.safeParse({ ...aNewTenant(), ...change });
		expect(result.error?.issues.map((issue) => issue.path)).toEqual([path]);
	});

	it("takes a config of exactly 16,384 characters of JSON", () => {
		const config = { text: "x".repeat(16_384 - '{"text":""}'.length) };
		expect(newTenantSchema.safeParse(aNewTenant({ config })).success).toBe(true);
	});
});

describe("a patch", () => {
	const issuesOf = (patch: object) => {
		const issues = tenantPatchSchema.safeParse(patch).error?.issues ?? [];
		return [...new Set(issues.map(({ path }) => path.join(".")))];
	};

	it.each([
		{ name: "Other" },
		{ plan: null },
		{ externalRef: null },
		{ plan: "pro", externalRef: "cus_1" },
		{ origin, routes: [route], config: {} },
		{ routes: [] },
	])("may name any of the members, and take away what a tenant can do without: %j", (patch) => {
		expect(tenantPatchSchema.parse(patch)).toEqual(patch);
	});

	it.each<[object, string]>([
		[{}, ""],
		[{ name: null }, "name"],
		[{ config: null }, "config"],
		[{ slug: "other" }, ""],
		[{ hostname: "other.app.example.com" }, ""],
		[{ origin: { ...origin, weight: 1 } }, "origin"],
	])("is refused when it names nothing, or what it may not: %j", (patch, path) => {
		expect(issuesOf(patch)).toEqual([path]);
	});
});

describe("a request with a reason", () => {
	it("needs one to suspend, and may have one to resume", () => {
		expect(suspensionRequestSchema.parse({ reason: " Unpaid. " })).toEqual({ reason: "Unpaid." });
		expect(resumptionRequestSchema.parse({})).toEqual({});
		for (const bad of [{}, { reason: " " }, { reason: "x".repeat(201) }, { reason: "x", more: 1 }]) {
			expect(suspensionRequestSchema.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
		}
		expect(resumptionRequestSchema.safeParse({ reason: "" }).success).toBe(false);
		expect(renameRequestSchema.safeParse({ slug: "new", name: "New" }).success).toBe(false);
	});
});
