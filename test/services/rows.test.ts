import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { mapEntryOf } from "../../domain/tenant-map.ts";
import { readOperation, touchOperation } from "../../services/operations.ts";
import { keys } from "../../services/registry.ts";
import { putMapEntry } from "../../services/tenant-map.ts";
import { readTenant, readTenants, tenantIdOf } from "../../services/tenants.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import { aClaim, anOperation, aTenant, longAgo, operationId } from "../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

describe("operations", () => {
	it("are read as they were written, or not at all", async () => {
		await cloud.hold({ operation: anOperation() });
		expect(await readOperation(operationId)).toEqual(anOperation());
		expect(await readOperation("op_none")).toBeUndefined();
	});

	it("are touched without being changed, and only where they stand as they were seen", async () => {
		await cloud.hold({ operation: anOperation() });
		await touchOperation(anOperation({ status: "running" }), longAgo);
		expect(await cloud.operation(operationId)).not.toHaveProperty("sweptAt");
		await touchOperation(anOperation(), "2027-01-01T00:00:00.000Z");
		expect(await cloud.operation(operationId)).toMatchObject({ sweptAt: "2027-01-01T00:00:00.000Z" });
		expect(await readOperation(operationId)).toEqual(anOperation());
		await touchOperation(anOperation({ operationId: "op_none" }), longAgo);
		expect(await readOperation("op_none")).toBeUndefined();
	});
});

describe("tenants", () => {
	const many = Array.from({ length: 5 }, (_, at) => aTenant({ tenantId: `ten_${at}` }));

	it("are read by their ids, in that order, without those that are not there", async () => {
		for (const tenant of many) await cloud.hold({ tenant });
		const found = await readTenants(["ten_3", "ten_none", "ten_1", "ten_3"]);
		expect(found.map(({ tenantId }) => tenantId)).toEqual(["ten_3", "ten_1", "ten_3"]);
		expect(await readTenants([])).toEqual([]);
		expect(await readTenant("ten_none")).toBeUndefined();
	});

	it("are found by the id that the billing system gave", async () => {
		await cloud.put("registry", { ...keys.externalRef("cus_1"), tenantId: "ten_1" });
		expect(await tenantIdOf("cus_1")).toBe("ten_1");
		expect(await tenantIdOf("cus_2")).toBeUndefined();
	});
});

describe("the tenant map", () => {
	const entry = (generation: number, slug = "acme") => mapEntryOf(aClaim({ generation }), aTenant({ slug }), longAgo);

	it("takes a newer generation, and an equal one again", async () => {
		await putMapEntry(entry(7));
		await putMapEntry(entry(7, "again"));
		expect(await cloud.rows("map")).toEqual([entry(7, "again")]);
		await putMapEntry(entry(8));
		expect(await cloud.rows("map")).toEqual([entry(8)]);
	});

	it("never lets an older generation replace a newer one", async () => {
		await putMapEntry(entry(8));
		await expect(putMapEntry(entry(7))).rejects.toMatchObject({ name: "Superseded" });
		expect(await cloud.rows("map")).toEqual([entry(8)]);
	});

	it("says so when the table does not answer", { timeout: 20_000 }, async () => {
		cloud.dynamodb.setUnreachable("map", true);
		await expect(putMapEntry(entry(7))).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});
});
