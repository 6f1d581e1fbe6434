import { describe, expect, it } from "vitest";
import { newTenantSchema } from "../../domain/new-tenant.ts";
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
