import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { allScopes } from "../../local/endpoints.ts";
import { type Domains, domainsAt, recordOf } from "./domain-world.ts";
import { type JumpingClock, jumpingClock } from "./jumping-clock.ts";
import { aWorld, statesEntered, type Told, type World } from "./world.ts";

const hostname = "shop.acme.com";
const dayMs = 86_400_000;
let clock: JumpingClock;
let world: World;
let domains: Domains;
let told: Told;
let acme: string;
beforeAll(async () => {
	clock = jumpingClock();
	world = await aWorld({ insyncDelayMs: 0, clock });
	told = world.listenTo({ source: ["hostmaster"] });
	domains = domainsAt(world);
	acme = await domains.tenant("acme");
});
afterAll(async () => {
	domains?.leave();
	await world?.close();
	vi.useRealTimers();
});

/** What is looked at next for the domain; undefined once its attempt is over. */
async function ownershipCheck() {
	const rows = await world.rows("hostmaster-nonprod-waits");
	const found = rows.find(({ kind, sk }) => kind === "domain-ownership" && sk === "CHECK");
	return found && { looks: Number(found["looks"]), dueMs: Date.parse(String(found["nextCheckAt"])) };
}

describe("a customer who does nothing for a week", () => {
	let first: string;
	let operationId: string;
	let looks = 0;

	it("is waited for by 75 looks at most, and then told what was seen last", async () => {
		const begun = Date.now();
		await domains.set(hostname, "CNAME", "acme.myshopify.com");
		const { domain, operation } = await domains.add(acme, hostname);
		first = recordOf(domain, "CNAME").value;
		operationId = operation.operationId;
		for (let check = await ownershipCheck(); Date.now() < begun + 8 * dayMs; check = await ownershipCheck()) {
			const { status } = (await domains.show(acme, hostname)).operation ?? {};
			if (status === "failed") break;
			if (check) {
				looks = Math.max(looks, check.looks);
				clock.jumpTo(check.dueMs + 1_000);
			}
			const before = check?.looks ?? -1;
			const isLookedAt = async () => (await ownershipCheck())?.looks !== before;
			await vi.waitUntil(isLookedAt, { timeout: 60_000, interval: 20 });
			// The subscriber's queue keeps what it was told for four days.
			await told();
			domains.comeWith(await world.cloud.tokens.token({ sub: "later", scopes: allScopes, ttlSeconds: 3_600 }));
		}
		expect(Date.now()).toBeGreaterThanOrEqual(begun + 7 * dayMs);
		expect(looks).toBeGreaterThan(60);
		expect(looks).toBeLessThanOrEqual(75);
		const { domain: left, operation: ended } = await domains.show(acme, hostname);
		expect(left).toMatchObject({ nextActor: "customer" });
		expect(ended?.failure).toMatchObject({ step: "VerifyOwnership", error: "CustomerWaitExpired", actor: "customer" });
		expect(ended?.failure?.detail).toContain("acme.myshopify.com");
	});

	it("has cost few state transitions, and one word on the bus", async () => {
		const history = await world.history(`${operationId}-1`, "attach-domain");
		expect(statesEntered(history).length).toBeLessThanOrEqual(60);
		// An event comes at least once: to a clock that jumps the sweeper may think one lost that is being sent. Its id tells.
		const heard = async () => {
			const events = (await told()).filter(({ detailType }) => detailType.startsWith("Domain"));
			const once = new Map(events.map((event) => [event.detail["eventId"], event]));
			return [...once.values()].map(({ detailType, detail }) => [detailType, detail["reason"]]);
		};
		await expect.poll(heard).toEqual([
			["DomainActionRequired", "cname-wrong-target"],
			["DomainFailed", undefined],
		]);
	});

	it("begins anew by posting again, with another token: the old one proves nothing", async () => {
		const { domain } = await domains.add(acme, hostname);
		expect(domain).toMatchObject({ attempt: 2 });
		expect(recordOf(domain, "CNAME").value).not.toBe(first);
		await domains.set(hostname, "CNAME", first);
		clock.jumpTo(Date.now() + 11_000);
		expect((await domains.verify(acme, hostname)).diagnosis).toMatchObject({ reason: "cname-of-former-attempt" });
		await domains.set(hostname, "CNAME", recordOf(domain, "CNAME").value);
		clock.jumpTo(Date.now() + 11_000);
		await domains.verify(acme, hostname);
		// No further: TLS goes by the machine's own time, in which the new certificate is not good yet.
		const proven = async () => (await domains.show(acme, hostname)).domain.conditions[1];
		await expect.poll(proven).toMatchObject({ type: "OwnershipVerified", status: "true" });
	});
});
