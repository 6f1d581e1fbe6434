import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { conditionTypes } from "../../../domain/conditions.ts";
import { lookAtPrimary } from "../../../functions/queue/look-at-primary.ts";
import { readTenant } from "../../../services/tenants.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aDomainClaim, shop } from "../../builders/a-custom-domain.ts";
import { aClaim, anOperation, aTenant, tenantId, withTrue } from "../../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	await cloud.hold({
		tenant: aTenant({ customHostnames: [shop] }),
		claim: withTrue(aClaim(), ...conditionTypes),
		operation: anOperation({ status: "succeeded" }),
	});
	await cloud.hold({ claim: withTrue(aDomainClaim({ primaryWanted: true }), ...conditionTypes) });
});
afterAll(() => cloud.close());

const done = { outcome: "done", findings: {} };
const look = (generation = aDomainClaim().generation) => lookAtPrimary(`${shop}#${generation}`);
const primary = async () => (await readTenant(tenantId))?.primaryHostname;

describe("a domain that is to be primary", () => {
	it("becomes so by an operation of its tenant's, once", async () => {
		expect(await look()).toEqual(done);
		expect(await primary()).toBe(shop);
		expect(await look()).toEqual(done);
		expect(cloud.sent("operations")).toHaveLength(1);
	});

	it("waits while its tenant has another operation under way", async () => {
		await cloud.hold({ operation: anOperation({ status: "running" }) });
		await expect(look()).rejects.toMatchObject({ name: "OperationInProgress" });
		expect(await primary()).toBeUndefined();
	});

	it("waits until it is called active", async () => {
		await cloud.hold({ claim: aDomainClaim({ primaryWanted: true }) });
		await expect(look()).rejects.toMatchObject({ name: "DomainNotActive" });
	});

	it.each([
		["given another generation", () => look(6)],
		["gone", () => lookAtPrimary("other.acme.com#1")],
	])("is left alone when it is %s", async (_, act) => {
		expect(await act()).toEqual(done);
		expect(await primary()).toBeUndefined();
	});

	it("is left alone when nobody asked for that", async () => {
		await cloud.hold({ claim: withTrue(aDomainClaim(), ...conditionTypes) });
		expect(await look()).toEqual(done);
		expect(await primary()).toBeUndefined();
	});
});
