import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Claim } from "../../../domain/claim.ts";
import { type Verdict, verdict } from "../../../domain/domain-diagnosis/catalogue.ts";
import { noteObstacle } from "../../../functions/queue/note-obstacle.ts";
import { readClaim } from "../../../services/claims.ts";
import { pendingEvents } from "../../../services/outbox.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aDomainClaim, shop } from "../../builders/a-custom-domain.ts";
import { aTenant, tenantId, withTrue } from "../../builders/entities.ts";

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	await cloud.hold({ tenant: aTenant({ externalRef: "cus_1" }), claim: aDomainClaim() });
});
afterEach(() => vi.useRealTimers());
afterAll(() => cloud.close());

const missing = verdict("txt-missing", { name: `_hostmaster.${shop}`, value: "v" });
const wrong = (found: string) => verdict("txt-wrong-value", { name: `_hostmaster.${shop}`, value: "v", found });
const unasked = verdict("could-not-ask", { hostname: shop, resolvers: "192.0.2.1" });
const ours = verdict("edge-deploying", { hostname: shop });

async function held(): Promise<Claim> {
	const claim = await readClaim(shop);
	if (!claim) throw new Error("The claim is gone.");
	return claim;
}
const note = async (found: Verdict) => await noteObstacle(await held(), "OwnershipVerified", found);
const told = () => cloud.told().map(({ detail }) => detail.reason);

describe("an obstacle", () => {
	it("is shown on its condition with who mends it and how, and told once", async () => {
		expect(await note(missing)).toEqual({ outcome: "pending", lastSeen: `txt-missing: ${missing.message}` });
		const { conditions, revision } = await held();
		expect(conditions.OwnershipVerified).toMatchObject({
			...{ status: "false", reason: "TxtMissing", message: missing.message, actor: "customer", fix: missing.fix },
		});
		expect(cloud.told()).toMatchObject([
			{
				detailType: "DomainActionRequired",
				detail: { version: 1, tenantId, hostname: shop, slug: "acme", externalRef: "cus_1", reason: "txt-missing" },
			},
		]);
		await note(missing);
		expect((await held()).revision).toBe(revision);
		expect(told()).toHaveLength(1);
	});

	it("that shows something else in its place is written anew, and is no news", async () => {
		await note(wrong("a"));
		await note(wrong("b"));
		expect((await held()).conditions.OwnershipVerified.message).toBe(wrong("b").message);
		expect(told()).toEqual(["txt-wrong-value"]);
	});

	it("of another kind is news", async () => {
		await note(missing);
		await note(wrong("a"));
		await note(missing);
		expect(told()).toEqual(["txt-missing", "txt-wrong-value", "txt-missing"]);
	});

	it("of ours is nobody's to mend yet: unknown, and no news to anybody", async () => {
		await note(ours);
		expect((await held()).conditions.OwnershipVerified).toMatchObject({ status: "unknown", reason: "EdgeDeploying" });
		expect(told()).toEqual([]);
	});

	it("that nobody could be asked about leaves what is known as it is: seen again, it is no news", async () => {
		await note(missing);
		expect(await note(unasked)).toEqual({ outcome: "pending", lastSeen: `could-not-ask: ${unasked.message}` });
		await note(missing);
		expect((await held()).conditions.OwnershipVerified).toMatchObject({ status: "false", reason: "TxtMissing" });
		expect(told()).toEqual(["txt-missing"]);
		await cloud.hold({ claim: withTrue(await held(), "OwnershipVerified") });
		await note(unasked);
		expect((await held()).conditions.OwnershipVerified.status).toBe("true");
	});

	it("is no news when something of ours was seen in between, and is when all was well", async () => {
		await note(missing);
		await note(ours);
		await note(missing);
		expect(told()).toEqual(["txt-missing"]);
		await cloud.hold({ claim: withTrue(await held(), "OwnershipVerified") });
		await note(missing);
		expect(told()).toEqual(["txt-missing", "txt-missing"]);
	});

	it("that nobody could be asked about is shown where nothing is known yet", async () => {
		await note(unasked);
		expect((await held()).conditions.OwnershipVerified).toMatchObject({ status: "unknown", reason: "CouldNotAsk" });
	});

	it("that a slow look saw is not written over what a faster one has found since", async () => {
		const before = await held();
		await cloud.hold({ claim: withTrue(before, "OwnershipVerified") });
		expect(await noteObstacle(before, "OwnershipVerified", missing)).toMatchObject({ outcome: "pending" });
		expect((await held()).conditions.OwnershipVerified.status).toBe("true");
		expect(told()).toEqual([]);
		await note(missing);
		expect((await held()).conditions.OwnershipVerified.status).toBe("false");
	});

	it("that two looks see at one moment is told once", async () => {
		const before = await held();
		const looks = [1, 2, 3].map(() => noteObstacle(before, "OwnershipVerified", missing));
		for (const seen of await Promise.all(looks)) expect(seen).toMatchObject({ outcome: "pending" });
		expect(told()).toEqual(["txt-missing"]);
		expect((await held()).conditions.OwnershipVerified.reason).toBe("TxtMissing");
	});

	it("is told of a tenant whose row is gone by what is left", async () => {
		await cloud.hold({ claim: aDomainClaim({}, { tenantId: "ten_gone" }) });
		await note(missing);
		expect(cloud.told()[0]?.detail).not.toHaveProperty("slug");
	});

	it("keeps since when the condition is what it is", async () => {
		vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2027, 0, 1) });
		await note(missing);
		vi.setSystemTime(Date.UTC(2027, 0, 2));
		await note(wrong("a"));
		expect((await held()).conditions.OwnershipVerified.since).toBe("2027-01-01T00:00:00.000Z");
	});
});

describe("the event of an obstacle", () => {
	const pending = async () => (await pendingEvents({ after: undefined, limit: 10 })).items;

	it("stays in the outbox when the bus does not take it, with the condition that it tells of", async () => {
		const down = Object.assign(new Error("down"), { $fault: "server" });
		cloud.eventBridge.on(PutEventsCommand).rejects(down);
		await expect(note(missing)).rejects.toMatchObject({ name: "ServiceUnavailable" });
		expect((await held()).conditions.OwnershipVerified.reason).toBe("TxtMissing");
		expect(await pending()).toMatchObject([{ detailType: "DomainActionRequired" }]);
	});

	it("is not sent when the claim has moved on", async () => {
		const before = await held();
		await cloud.hold({ claim: aDomainClaim({}, { generation: 8 }) });
		const noting = noteObstacle(before, "OwnershipVerified", missing);
		await expect(noting).rejects.toMatchObject({ name: "Superseded" });
		expect([...told(), ...(await pending())]).toEqual([]);
	});
});
