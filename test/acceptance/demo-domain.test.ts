import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { order } from "../../local/customer-dns/desk-client.ts";
import type { CustomerDnsOrder } from "../../local/customer-dns/orders.ts";
import { type BroughtDomain, bringDomain, isBrought } from "../../local/demo/custom-domain.ts";
import { aWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
	world = await aWorld();
});
afterAll(() => world?.close());

describe("the demo's custom domain", () => {
	it("goes from a wrong CNAME, which is explained, to a page with a certificate of its own", async () => {
		const { client, viewer, endpoints } = world;
		const { tenant, operation } = await client.createTenant(client.newTenant("globex"));
		await client.follow(operation.operationId, 40_000, () => {});
		const lines: string[] = [];
		const customerDns = (wanted: CustomerDnsOrder) => order(endpoints.aws, wanted);
		const stage = { client, viewer, customerDns, say: (line: string) => lines.push(line), deadlineMs: 60_000 };
		const brought = await bringDomain(tenant, stage);
		expect(brought).toMatchObject({
			hostname: "shop.globex.com",
			status: "active",
			mistake: { reason: "cname-wrong-target", actor: "customer" },
			https: { status: 200, tenantId: tenant.tenantId },
			certificate: { names: ["shop.globex.com"] },
		});
		expect(isBrought(brought, tenant.tenantId)).toBe(true);
		const story = lines.join("\n");
		expect(story).toContain("leads to shops.former-host.com");
		expect(story).toContain(`customer: ${brought.mistake.fix}`);
		expect(story).toMatch(/mends it at its DNS provider: shop\.globex\.com CNAME [0-9a-z]{26}\.edge\./);
	});
});

describe("a demo that did not go so", () => {
	const brought: BroughtDomain = {
		...{ hostname: "shop.globex.com", status: "active", millis: 15_000 },
		mistake: { reason: "cname-wrong-target", actor: "customer", fix: "Change it." },
		https: { status: 200, tenantId: "ten_1" },
		certificate: { names: ["shop.globex.com"], days: 197 },
	};

	it.each<[string, Partial<BroughtDomain>]>([
		["is not active", { status: "pending" }],
		["explains another mistake", { mistake: { ...brought.mistake, reason: "txt-missing" } }],
		["blames another", { mistake: { ...brought.mistake, actor: "operator" } }],
		["is not served", { https: { status: 403, tenantId: "ten_1" } }],
		["is served for another tenant", { https: { status: 200, tenantId: "ten_2" } }],
		["shows another name's certificate", { certificate: { names: ["*.globex.com"], days: 197 } }],
		["shows one that has ended", { certificate: { names: ["shop.globex.com"], days: -1 } }],
	])("fails when the domain %s", (_, flaw) => {
		expect(isBrought(brought, "ten_1")).toBe(true);
		expect(isBrought({ ...brought, ...flaw }, "ten_1")).toBe(false);
	});
});
