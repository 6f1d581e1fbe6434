import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Claim, releasedClaim } from "../../domain/claim.ts";
import { conditionTypes } from "../../domain/conditions.ts";
import type { Operation } from "../../domain/operation.ts";
import type { Tenant } from "../../domain/tenant.ts";
import { acceptRepair } from "../../functions/accept-repair.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import {
	aClaim,
	aFailedOperation,
	anOperation,
	aTenant,
	longAgo,
	operationId,
	withTrue,
} from "../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

const { hostname } = aClaim();
const formerName = "old.app.example.com";
const claim = withTrue(aClaim(), ...conditionTypes);
const former = aClaim({ hostname: formerName, intent: "redirect", redirectUntil: longAgo });
const tenant = aTenant({ formerHostnames: [formerName] });
const succeeded = anOperation({ status: "succeeded" });
const asked = { requestedBy: "reconciler", reason: "A record is missing." };

const repair = (name = hostname) => acceptRepair({ hostname: name, kind: "repair-hostname", ...asked });
const release = () => acceptRepair({ hostname: formerName, kind: "release-hostname", ...asked });
async function hold(held: { tenant?: Tenant; claim?: Claim; operation?: Operation }): Promise<void> {
	await cloud.hold({ tenant, claim, operation: succeeded });
	await cloud.hold({ claim: former });
	await cloud.hold(held);
}

describe("a repair that a sweeper asks for", () => {
	it("begins an operation of its own, with who asked and why", async () => {
		await hold({});
		const outcome = await repair();
		if (outcome.outcome !== "accepted") throw new Error("It was skipped.");
		expect(await cloud.operation(outcome.operationId)).toMatchObject({
			...{ kind: "repair-hostname", hostname, reason: asked.reason, requestedBy: "reconciler" },
			correlationId: expect.stringMatching(/^reconciler-[0-9A-Z]{26}$/),
		});
		expect(cloud.sent("operations")).toMatchObject([{ operationId: outcome.operationId }]);
	});

	it("gives a former name back", async () => {
		await hold({});
		const outcome = await release();
		if (outcome.outcome !== "accepted") throw new Error("It was skipped.");
		expect(await cloud.operation(outcome.operationId)).toMatchObject({
			...{ kind: "release-hostname", hostname: formerName, hostnames: [{ hostname: formerName }] },
		});
		expect(await cloud.claim(formerName)).toMatchObject({ intent: "remove" });
		expect(await cloud.claim(hostname)).toMatchObject({ intent: "serve", generation: 7 });
	});

	it.each<[string, Parameters<typeof hold>[0], string]>([
		["another operation is under way", { operation: anOperation({ status: "running" }) }, operationId],
		["the onboarding is not through", { operation: aFailedOperation() }, "onboarding"],
		["the tenant leaves", { claim: { ...claim, intent: "remove" } }, "deleted"],
		["the tenant has left", { tenant: { ...tenant, releasedAt: longAgo } }, "deleted"],
		["the claim's tenant is not there", { claim: { ...claim, tenantId: "ten_none" } }, "ten_none"],
		["the name was given back", { claim: releasedClaim(claim, longAgo) }, "nobody's"],
	])("is skipped, saying why, while %s", async (_, held, because) => {
		await hold(held);
		expect(await repair()).toEqual({ outcome: "skipped", because: expect.stringContaining(because) });
		expect(cloud.sent("operations")).toEqual([]);
	});

	it("is skipped for a name without a claim", async () => {
		expect(await repair("nobody.app.example.com")).toMatchObject({ outcome: "skipped" });
	});

	it("is skipped for a former name that is being taken down", async () => {
		await hold({ claim: { ...former, intent: "remove" } });
		expect(await repair(formerName)).toMatchObject({ outcome: "skipped" });
	});

	it("is no skip when nobody answers, or when the registry is not as it must be", { timeout: 20_000 }, async () => {
		await hold({ tenant: aTenant() });
		await expect(repair(formerName)).rejects.toThrow(formerName);
		cloud.dynamodb.setUnreachable("registry", true);
		await expect(repair()).rejects.toMatchObject({ name: "ServiceUnavailable" });
	});
});
