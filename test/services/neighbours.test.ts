import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { transact } from "../../services/dynamodb.ts";
import { neighbourhoodPut, readNeighbourhood } from "../../services/neighbours.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import { aDomainClaim, shop } from "../builders/a-custom-domain.ts";
import { withTrue } from "../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const decide = async (hostname: string) =>
	await transact([neighbourhoodPut(await readNeighbourhood(hostname), hostname)]);
const hold = (hostname: string, tenantId = "ten_other") =>
	cloud.hold({ claim: withTrue(aDomainClaim({}, { hostname, tenantId }), "OwnershipVerified") });
const names = async (hostname: string) => (await readNeighbourhood(hostname)).others.map((one) => one.hostname).sort();

describe("a neighbourhood", () => {
	it("is empty where nobody has been", async () => {
		expect(await readNeighbourhood(shop)).toMatchObject({ others: [], revision: 0 });
	});

	it("has all names of a registered domain, and of those that look like it", async () => {
		for (const name of [shop, "*.acme.com", "acme.com", "acme.org", "xn--cme-5cd.com"]) {
			await hold(name);
			await decide(name);
		}
		expect(await names("www.acme.com")).toEqual(["*.acme.com", "acme.com", shop, "xn--cme-5cd.com"]);
		expect(await names("www.acme.org")).toEqual(["acme.org"]);
	});

	it("says of each whose it is, and whether it is held or was given back", async () => {
		await hold(shop);
		await decide(shop);
		expect((await readNeighbourhood(shop)).others).toEqual([
			{ hostname: shop, tenantId: "ten_other", released: false, attached: true },
		]);
		const released = aDomainClaim({}, { tenantId: "ten_other", intent: "released" });
		await cloud.hold({ claim: withTrue(released, "OwnershipVerified") });
		expect((await readNeighbourhood(shop)).others).toMatchObject([{ released: true, attached: false }]);
	});

	it("forgets a name that was given back without ever having been proven, unless another tenant's had been", async () => {
		const released = { tenantId: "ten_other", intent: "released" } as const;
		await decide(shop);
		await cloud.hold({ claim: aDomainClaim({ onceAnothers: true }, released) });
		expect(await names(shop)).toEqual([shop]);
		await cloud.hold({ claim: aDomainClaim({}, released) });
		expect(await names(shop)).toEqual([]);
		await decide("www.acme.com");
		await hold(shop);
		expect(await names(shop)).toEqual([]);
	});

	it("keeps a name once, and leaves out those whose claim is gone", async () => {
		await decide(shop);
		await decide(shop);
		expect(await readNeighbourhood(shop)).toMatchObject({ others: [], revision: 2 });
	});

	it("is read whole, however many there are", async () => {
		const many = Array.from({ length: 230 }, (_, at) => `shop${at}.acme.com`);
		for (const name of many) await hold(name);
		const { skeleton } = await readNeighbourhood(shop);
		const others = many.map((hostname) => ({ hostname, tenantId: "ten_other", released: false, attached: true }));
		await transact([neighbourhoodPut({ skeleton, revision: 0, others }, shop)]);
		expect(await names(shop)).toHaveLength(230);
	});

	it("cannot be read while one of its claims cannot: nobody is let in beside it", async () => {
		await hold(shop);
		await decide(shop);
		await cloud.put("registry", { ...(await cloud.claim(shop)), generation: "seven" });
		await expect(readNeighbourhood("www.acme.com")).rejects.toThrow(shop);
	});
});

describe("a decision about a name", () => {
	it.each([
		["the first in its neighbourhood", async () => undefined],
		["a later one", () => decide("acme.com")],
	])("is refused when another was faster: %s", async (_, given) => {
		await given();
		const seen = await readNeighbourhood(shop);
		await decide("*.acme.com");
		const reasons = await transact([neighbourhoodPut(seen, shop)]);
		expect(reasons).toMatchObject([{ code: "ConditionalCheckFailed" }]);
		await hold(shop);
		expect(await names(shop)).not.toContain(shop);
	});

	it("does not mind one about a domain that is no neighbour", async () => {
		const seen = await readNeighbourhood(shop);
		await decide("other.com");
		expect(await transact([neighbourhoodPut(seen, shop)])).toBeUndefined();
	});
});
