import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { z } from "zod";
import { claimSchema } from "../../domain/claim.ts";
import { operationSchema } from "../../domain/operation.ts";
import { type List, lists, readPage } from "../../services/lists.ts";
import { keys, tenantRowSchema } from "../../services/registry.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import { aClaim, anOperation, aTenant } from "../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

/** All of a list, read one row at a time. */
async function allOf<T>(list: List, schema: z.ZodType<T>): Promise<T[]> {
	const found: T[] = [];
	let after: Record<string, unknown> | undefined;
	do {
		const page = await readPage(list, schema, { after, limit: 1 });
		found.push(...page.items);
		after = page.next;
	} while (after);
	return found;
}

describe("the lists, page by page and in order of creation,", () => {
	const operations = [
		anOperation({ operationId: "op_1", tenantId: "ten_a" }),
		anOperation({ operationId: "op_2", tenantId: "ten_b", status: "running" }),
		anOperation({ operationId: "op_3", tenantId: "ten_a", status: "running" }),
	];
	it.each([
		["all operations", lists.operations, ["op_1", "op_2", "op_3"]],
		["those of a status", lists.operationsIn("running"), ["op_2", "op_3"]],
		["a tenant's, and not its claim", lists.operationsOf("ten_a"), ["op_1", "op_3"]],
		["none", lists.operationsIn("failed"), []],
	])("hold %s", async (_, list, ids) => {
		for (const operation of operations.toReversed()) {
			await cloud.hold({ operation, claim: aClaim({ tenantId: operation.tenantId }) });
		}
		const found = await allOf(list, operationSchema);
		expect(found).toEqual(operations.filter(({ operationId }) => ids.includes(operationId)));
		expect(found).toHaveLength(ids.length);
	});

	it("hold all tenants", async () => {
		const tenants = ["ten_1", "ten_2", "ten_3"].map((tenantId) => aTenant({ tenantId }));
		for (const tenant of tenants.toReversed()) await cloud.hold({ tenant });
		expect(await allOf(lists.tenants, tenantRowSchema)).toEqual(tenants);
	});

	it("hold the tenants that can be read, though one's config is no JSON", async () => {
		const [whole, broken] = ["ten_1", "ten_2"].map((tenantId) => aTenant({ tenantId }));
		await cloud.hold({ ...(whole && { tenant: whole }) });
		await cloud.put("registry", {
			...keys.tenant("ten_2"),
			...broken,
			kindPk: "TENANTS",
			kindSk: "ten_2",
			config: "{",
		});
		expect(await allOf(lists.tenants, tenantRowSchema)).toEqual([whole]);
	});

	it("hold the claims of the status that follows from their conditions and intent", async () => {
		const claims = ["ten_1", "ten_2", "ten_3"].map((tenantId, at) =>
			aClaim({ tenantId, hostname: `t${at}.app.example.com`, intent: at === 1 ? "redirect" : "serve" }),
		);
		for (const claim of claims.toReversed()) await cloud.hold({ claim });
		expect(await allOf(lists.claims("pending"), claimSchema)).toEqual([claims[0], claims[2]]);
		expect(await allOf(lists.claims("redirecting"), claimSchema)).toEqual([claims[1]]);
	});
});

describe("a page", () => {
	it("says where the next one begins, until the last", async () => {
		for (const operationId of ["op_1", "op_2"]) await cloud.hold({ operation: anOperation({ operationId }) });
		const first = await readPage(lists.operations, operationSchema, { after: undefined, limit: 1 });
		expect(first.items).toHaveLength(1);
		const last = await readPage(lists.operations, operationSchema, { after: first.next, limit: 10 });
		expect(last).toMatchObject({ items: [{ operationId: "op_2" }], next: undefined });
	});

	it("leaves out a row that nobody can read, and goes on behind it", async () => {
		await cloud.put("registry", { pk: "x", sk: "x", kindPk: "OPERATIONS", kindSk: "op_0" });
		await cloud.hold({ operation: anOperation({ operationId: "op_1" }) });
		const page = await readPage(lists.operations, operationSchema, { after: undefined, limit: 2 });
		expect(page.items).toMatchObject([{ operationId: "op_1" }]);
	});
});
