import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { limits } from "../../domain/limits.ts";
import { allScopes } from "../../local/endpoints.ts";
import { type Domains, domainsAt, moveClock, pass, recordOf } from "./domain-world.ts";
import { type Answer, aWorld, type World } from "./world.ts";

const victim = "shop.acme.com";
let world: World;
let domains: Domains;
let acme: string;
let mallory: string;
/** The target of acme's CNAME, which the world can see. */
let target: string;

beforeAll(async () => {
	moveClock();
	world = await aWorld({ insyncDelayMs: 0 });
	domains = domainsAt(world);
	[acme, mallory] = await Promise.all([domains.tenant("acme"), domains.tenant("mallory")]);
	const attached = await domains.attach(acme, victim);
	target = recordOf(attached, "CNAME").value;
});
afterAll(async () => {
	domains?.leave();
	await world?.close();
	vi.useRealTimers();
});

const refused = (answer: Answer) => ({ status: answer.status, ...Object(answer.json) });
const stillServesAcme = async () => expect(await domains.open(victim)).toMatchObject({ status: 200, tenantId: acme });

describe("somebody who wants another tenant's live domain", () => {
	it.each([
		["itself", victim, {}],
		["by a wildcard over it", "*.acme.com", { validation: "dns" }],
	])("does not get it, %s, though its CNAME leads here", async (_, hostname, more) => {
		const answer = await domains.request(mallory, hostname, more);
		expect(refused(answer)).toMatchObject({ status: 409, type: "/errors/domain-taken" });
		expect(JSON.stringify(answer.json)).not.toContain(acme);
		await stillServesAcme();
	});

	it("has to prove by TXT what lies beneath it, which acme alone can set", async () => {
		const { domain } = await domains.add(mallory, `*.${victim}`, { validation: "dns" });
		expect(domain.records[0]).toMatchObject({ name: `_hostmaster.${victim}`, type: "TXT", purposes: ["ownership"] });
		const { diagnosis } = await domains.verify(mallory, `*.${victim}`);
		expect(diagnosis).toMatchObject({ ok: false, reason: "txt-missing", actor: "customer" });
		await domains.remove(mallory, `*.${victim}`);
	});

	it("does not get a name beneath a wildcard of another's", async () => {
		const { domain } = await domains.add(acme, "*.shops.acme.net", { validation: "dns" });
		const { name, value } = recordOf(domain, "TXT");
		await domains.set(name, "TXT", value);
		await domains.verify(acme, "*.shops.acme.net");
		const proven = async () =>
			(await domains.show(acme, "*.shops.acme.net")).domain.conditions.find(({ type }) => type === "OwnershipVerified")
				?.status;
		await expect.poll(proven).toBe("true");
		const answer = await domains.request(mallory, "eu.shops.acme.net");
		expect(refused(answer)).toMatchObject({ status: 409, rule: "overlaps-another-tenant" });
	});

	it("does not get a domain of its own served as acme, nor by acme's target", async () => {
		const { domain: shop } = await domains.add(mallory, "shop.mallory.net");
		await domains.set("shop.mallory.net", "CNAME", target);
		const { diagnosis } = await domains.verify(mallory, "shop.mallory.net");
		expect(diagnosis).toMatchObject({ ok: false, reason: "cname-of-another-tenant", actor: "customer" });
		expect(diagnosis.fix).toContain(recordOf(shop, "CNAME").value);
		expect((await domains.show(mallory, "shop.mallory.net")).domain.status).not.toBe("active");
	});

	it("does not prove with acme's TXT record", async () => {
		const { domain: acmes } = await domains.add(acme, "acme.org");
		const { domain } = await domains.add(mallory, "mallory.org");
		const { name } = recordOf(domain, "TXT");
		await domains.set("mallory.org", "ALIAS", recordOf(domain, "ALIAS").value);
		await domains.set(name, "TXT", recordOf(acmes, "TXT").value);
		const { diagnosis } = await domains.verify(mallory, "mallory.org");
		expect(diagnosis).toMatchObject({ ok: false, actor: "customer", reason: expect.stringMatching(/^txt-/) });
		expect((await domains.show(mallory, "mallory.org")).domain.status).not.toBe("active");
	});

	it("is flagged, and not refused, for a name that looks like another's", async () => {
		const { domain } = await domains.add(mallory, "shop.ácme.com");
		expect(domain).toMatchObject({ hostname: "shop.xn--cme-dla.com", imitates: ["acme.com"] });
		await domains.remove(mallory, domain.hostname);
		// With a Cyrillic letter among Latin ones it is no name at all.
		expect(refused(await domains.request(mallory, "shop.аcme.com"))).toMatchObject({
			status: 400,
			rule: "mixed-script",
		});
	});
});

describe("somebody who takes many", () => {
	it("is stopped at ten that wait for a proof, however many it asks for", async () => {
		const squatter = await domains.tenant("squatter");
		const answers: Answer[] = [];
		for (let at = 0; at < 1_000; at += 20) {
			const some = Array.from({ length: 20 }, (_, next) => `squat-${at + next}.squatter.net`);
			answers.push(...(await Promise.all(some.map((hostname) => domains.request(squatter, hostname)))));
		}
		const counts = Object.groupBy(answers, ({ status }) => status);
		expect(counts[202]).toHaveLength(limits.pendingDomainsPerTenant.value);
		// All others are refused: by the gateway's rate, by the limit, or since twenty at once change one tenant.
		expect(Object.keys(counts).filter((status) => !["202", "409", "429", "503"].includes(status))).toEqual([]);
		expect(counts[409]?.map(refused)[0]).toMatchObject({
			...{ type: "/errors/too-many-domains", detail: expect.stringContaining("10") },
		});
	});
});

describe("a domain that its tenant has given back, with its CNAME left over", () => {
	it("is kept from everybody else for the quarantine", async () => {
		const { operation } = await domains.remove(acme, victim);
		await domains.succeeds(operation.operationId);
		const answer = await domains.request(mallory, victim);
		expect(refused(answer)).toMatchObject({ status: 409, type: "/errors/domain-quarantined" });
	});

	it("proves nothing for whoever comes after that: only a TXT record counts", async () => {
		pass(limits.quarantine.value * 86_400 + 1);
		domains.comeWith(await world.cloud.tokens.token({ sub: "later", scopes: allScopes, ttlSeconds: 3_600 }));
		const { domain } = await domains.add(mallory, victim);
		expect(domain.records.map(({ type }) => type)).toEqual(["TXT", "CNAME"]);
		const { diagnosis } = await domains.verify(mallory, victim);
		expect(diagnosis).toMatchObject({ ok: false, reason: "txt-missing" });
		// Nor does mallory's own target do, which acme would have to set.
		await domains.set(victim, "CNAME", recordOf(domain, "CNAME").value);
		expect((await domains.verify(mallory, victim)).diagnosis).toMatchObject({ ok: false, reason: "cname-is-no-proof" });
		expect(await domains.distributionTenants()).not.toContain(victim);
	});
});
