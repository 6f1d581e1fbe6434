import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newClaim } from "../../domain/claim.ts";
import { type Acceptance, accept } from "../../services/acceptance.ts";
import { earlierAnswer } from "../../services/idempotency.ts";
import { aCloud, type Cloud } from "../builders/a-cloud.ts";
import { aClaim, anOperation, aTenant, longAgo } from "../builders/entities.ts";

const now = "2027-01-01T00:00:00.000Z";
const inADay = Date.parse(now) / 1000 + 86_400;

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.close());

/** Everything that belongs to one request; `name` tells requests apart. */
function aRequest(name: string, more: Partial<Acceptance> & { slug?: string; externalRef?: string } = {}): Acceptance {
	const { slug = "acme", externalRef, ...rest } = more;
	const tenantId = `ten_${name}`;
	const hostname = `${slug}.app.example.com`;
	return {
		tenant: aTenant({ tenantId, slug, hostname, externalRef }),
		claim: newClaim({ hostname, tenantId, generation: 1, predecessor: undefined }, now),
		predecessor: undefined,
		operation: anOperation({ operationId: `op_${name}`, tenantId, hostname, generation: 1 }),
		idempotency: { caller: "billing", key: name, requestDigest: `digest-${name}`, expiresAt: inADay },
		answer: { location: `/v1/operations/op_${name}`, body: `{"name":"${name}"}` },
		...rest,
	};
}

describe("accepting", () => {
	it("writes tenant, claim, operation, externalRef and the answer, all at once", async () => {
		expect(await accept(aRequest("a", { externalRef: "cus_1" }), now)).toEqual({ outcome: "accepted" });
		const keys = (await cloud.rows("registry")).map(({ pk }) => pk).sort();
		expect(keys).toEqual([
			"EXTERNAL-REF#cus_1",
			"HOSTNAME#acme.app.example.com",
			"IDEMPOTENCY#billing#a",
			"OPERATION#op_a",
			"TENANT#ten_a",
		]);
	});

	it("has one winner when many race for a name, and leaves nothing of the others", async () => {
		const racers = Array.from({ length: 8 }, (_, at) => aRequest(`r${at}`));
		const outcomes = await Promise.all(racers.map((racer) => accept(racer, now)));
		expect(outcomes.filter(({ outcome }) => outcome === "accepted")).toHaveLength(1);
		expect(outcomes.filter(({ outcome }) => outcome === "name-unavailable")).toHaveLength(7);
		expect((await cloud.rows("registry")).filter(({ pk }) => pk.startsWith("TENANT#"))).toHaveLength(1);
	});

	it("shows who has the name", async () => {
		await accept(aRequest("a"), now);
		expect(await accept(aRequest("b"), now)).toMatchObject({
			outcome: "name-unavailable",
			claim: { tenantId: "ten_a", intent: "serve" },
		});
	});

	it("refuses an externalRef that has a tenant, and claims nothing then", async () => {
		await accept(aRequest("a", { externalRef: "cus_1" }), now);
		const other = aRequest("b", { externalRef: "cus_1", slug: "other" });
		expect(await accept(other, now)).toEqual({ outcome: "external-ref-taken" });
		expect(await cloud.claim("other.app.example.com")).toBeUndefined();
	});

	it("gives the same request the same answer, also when both come at the same moment", async () => {
		const outcomes = await Promise.all([accept(aRequest("a"), now), accept(aRequest("a"), now)]);
		expect(outcomes).toContainEqual({ outcome: "accepted" });
		expect(outcomes).toContainEqual({ outcome: "repeated", answer: aRequest("a").answer });
	});

	it("refuses a key that came with another request", async () => {
		await accept(aRequest("a"), now);
		const idempotency = { ...aRequest("a").idempotency, requestDigest: "other" };
		expect(await accept(aRequest("b", { idempotency }), now)).toEqual({ outcome: "key-reused" });
	});

	it("keeps one caller's keys apart from another's", async () => {
		await accept(aRequest("a"), now);
		const idempotency = { ...aRequest("a").idempotency, caller: "console" };
		expect(await accept(aRequest("b", { idempotency, slug: "other" }), now)).toEqual({ outcome: "accepted" });
	});

	it("writes over an expired key that DynamoDB has not deleted yet", async () => {
		const expired = { ...aRequest("a").idempotency, expiresAt: Date.parse(now) / 1000 };
		await accept(aRequest("a", { idempotency: expired }), now);
		const again = aRequest("b", { idempotency: aRequest("a").idempotency, slug: "other" });
		expect(await accept(again, now)).toEqual({ outcome: "accepted" });
	});
});

describe("accepting a released name", () => {
	const released = aClaim({ intent: "released", quarantinedUntil: longAgo, revision: 4, generation: 9 });

	it("is refused to a writer that slept since before the row was taken and released again", async () => {
		const { hostname } = released;
		await cloud.hold({ claim: released });
		const claim = newClaim({ hostname, tenantId: "ten_a", generation: 10, predecessor: released }, now);
		await accept(aRequest("a", { claim, predecessor: released }), now);
		const again = { ...claim, intent: "released" as const, quarantinedUntil: longAgo };
		await cloud.hold({ claim: again });
		expect(await accept(aRequest("b", { predecessor: released }), now)).toEqual({
			outcome: "name-unavailable",
			claim: again,
		});
	});

	it("follows the claim that was read", async () => {
		await cloud.hold({ claim: released });
		const request = aRequest("a", { predecessor: released });
		expect(await accept(request, now)).toEqual({ outcome: "accepted" });
		expect(await cloud.claim(released.hostname)).toMatchObject({ tenantId: "ten_a", intent: "serve" });
	});

	it.each([
		["was taken meanwhile", aClaim({ revision: 4 })],
		["was written meanwhile", { ...released, revision: 5 }],
	])("is refused when the name %s", async (_, standing) => {
		await cloud.hold({ claim: standing });
		expect(await accept(aRequest("a", { predecessor: released }), now)).toMatchObject({
			outcome: "name-unavailable",
			claim: standing,
		});
	});

	it("is a defect of the caller's in its quarantine", async () => {
		const quarantined = { ...released, quarantinedUntil: "2027-02-01T00:00:00.000Z" };
		await expect(accept(aRequest("a", { predecessor: quarantined }), now)).rejects.toThrow("not available");
	});
});

describe("an earlier answer", () => {
	const { idempotency, answer } = aRequest("a");

	it("is none for a key that nobody used", async () => {
		expect(await earlierAnswer(idempotency, now)).toBeUndefined();
	});

	it("is what the caller was told, until it is forgotten", async () => {
		await accept(aRequest("a"), now);
		expect(await earlierAnswer(idempotency, now)).toEqual({ outcome: "repeated", answer });
		expect(await earlierAnswer(idempotency, "2027-01-01T23:59:59.999Z")).toEqual({ outcome: "repeated", answer });
		expect(await earlierAnswer(idempotency, "2027-01-02T00:00:00.000Z")).toBeUndefined();
	});

	it("refuses another request", async () => {
		await accept(aRequest("a"), now);
		expect(await earlierAnswer({ ...idempotency, requestDigest: "other" }, now)).toEqual({ outcome: "key-reused" });
	});
});
