import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { mapEntryOf, type TenantMapEntry } from "../../domain/tenant-map.ts";
import { putMapEntry } from "../../services/tenant-map.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import { aDomainClaim, shop } from "../builders/a-custom-domain.ts";
import { aTenant, longAgo } from "../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const entry = (generation: number, revision: number | undefined, slug: string): TenantMapEntry => {
	const { tenantRevision: _none, ...rest } = mapEntryOf(aDomainClaim({}, { generation }), aTenant({ slug }), longAgo);
	return { ...rest, ...(revision !== undefined && { tenantRevision: revision }) };
};
const standing = async () => (await cloud.row("map", { hostname: shop }))?.["slug"];

describe("publishing over what stands in the tenant map", () => {
	it.each([
		["a newer generation takes its place, whatever the revision", [7, 9], [8, 1], "newer"],
		["of one generation the later revision takes its place", [7, 3], [7, 4], "newer"],
		["the same may be written again", [7, 3], [7, 3], "newer"],
		["of one generation an older revision is left, silently", [7, 4], [7, 3], "older"],
		["a row of a release that kept no revision gives way", [7, undefined], [7, 3], "newer"],
		["a writer that knows no revision gives way", [7, 3], [7, undefined], "older"],
	] as const)("%s", async (_, [generation, revision], [newGeneration, newRevision], stands) => {
		await putMapEntry(entry(generation, revision, "older"));
		await putMapEntry(entry(newGeneration, newRevision, "newer"));
		expect(await standing()).toBe(stands);
	});

	it("an older generation is refused, whatever its revision", async () => {
		await putMapEntry(entry(8, 1, "older"));
		await expect(putMapEntry(entry(7, 9, "newer"))).rejects.toMatchObject({ name: "Superseded" });
		expect(await standing()).toBe("older");
	});

	it("a table that does not answer is no newer generation", { timeout: 20_000 }, async () => {
		cloud.failing("PutItem");
		await expect(putMapEntry(entry(7, 1, "newer"))).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});
});
