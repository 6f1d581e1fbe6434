import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handler } from "../../../functions/api/create-tenant.ts";
import { handler as listTenants } from "../../../functions/api/list-tenants.ts";
import { routes } from "../../../functions/api/routes.ts";
import { handler as showTenant } from "../../../functions/api/show-tenant.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aNewTenant } from "../../builders/entities.ts";
import { ask } from "./answers.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const post = (body: unknown) =>
	({ method: "POST", route: "/v1/tenants", body, headers: { "idempotency-key": "key-1" } }) as const;

describe("a tenant's config", () => {
	const nested = (depth: number): unknown => (depth === 0 ? "deep" : { n: nested(depth - 1) });

	it.each([
		["a number beyond DynamoDB's precision", '{"n":1e21}'],
		["a number that JavaScript cannot count to", `{"n":${2n ** 53n + 1n}}`],
		["a number below DynamoDB's smallest", '{"n":1e-200}'],
		["more levels than DynamoDB has", JSON.stringify(nested(40))],
		["an empty name and an empty text", '{"":"","list":[null,[],{}]}'],
		["nothing", "{}"],
	])("is given back as it came: %s", async (_, config) => {
		const body = JSON.stringify(aNewTenant({ externalRef: "cus_1", config: {} })).replace(
			'"config":{}',
			`"config":${config}`,
		);
		const accepted = await ask(handler, post(body));
		expect(accepted.status).toBe(202);
		const { tenant } = routes.createTenant.reply.schema.parse(accepted.body);
		expect(tenant.config).toEqual(JSON.parse(config));
		const { tenantId } = tenant;
		const shown = await ask(showTenant, {
			method: "GET",
			route: "/v1/tenants/{tenantId}",
			pathParameters: { tenantId },
		});
		expect(shown.body["config"]).toEqual(JSON.parse(config));
		for (const query of [{}, { externalRef: "cus_1" }, { status: "pending" }]) {
			const listed = await ask(listTenants, { method: "GET", route: "/v1/tenants", query });
			expect(listed.body["tenants"]).toMatchObject([{ tenantId, config: JSON.parse(config) }]);
		}
		expect(await ask(handler, post(body))).toEqual(accepted);
	});
});
