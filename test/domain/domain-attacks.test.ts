import { describe, expect, it } from "vitest";
import { type Claim, newCustomClaim, releasedClaim } from "../../domain/claim.ts";
import type { CustomDomain } from "../../domain/custom-domain.ts";
import { neighbourOf, proofsFor, relationOf } from "../../domain/domain-relations.ts";
import { limits } from "../../domain/limits.ts";
import { judgeOwnership } from "../../domain/ownership.ts";
import { expectedProof } from "../../domain/ownership-evidence.ts";
import { planAttachment } from "../../domain/plan-domain.ts";
import { aClaim, aTenant, longAgo, platformDomain, tenantId, withTrue } from "../builders/entities.ts";
import { type Standing, views } from "./a-dns-view.ts";

const victim = "ten_victim";
const victims = "v".repeat(26);
const attackers = "x".repeat(26);
const targetOf = (token: string) => `${token}.edge.${platformDomain}`;
const textOf = (token: string) => `hostmaster-verification=${token}`;

function claimOf(hostname: string, token: string, owner: string): Claim {
	const custom: CustomDomain = {
		...{ validation: "http", attempt: 1, token, formerTokens: [], proofs: ["cname", "txt"], requestedAt: longAgo },
	};
	return newCustomClaim({ hostname, tenantId: owner, generation: 1, predecessor: undefined, custom }, longAgo);
}

const live = (hostname: string) => withTrue(claimOf(hostname, victims, victim), "OwnershipVerified", "RoutePublished");

/** What the attacker has to prove, and what DNS says of it. */
function judge(hostname: string, proofs: ("cname" | "txt")[], standing: Standing, but: Record<string, Standing> = {}) {
	const attempt = { token: attackers, formerTokens: [], proofs };
	return judgeOwnership(expectedProof(hostname, attempt, platformDomain), views(standing, but));
}

const request = { validation: "http", proofs: ["txt"], imitates: [], token: attackers } as const;
const moment = { now: "2027-01-01T00:00:00.000Z", epoch: 0 };
const present = withTrue(aClaim(), "Serving");

describe("an attacker", () => {
	const pointing: Standing = { cname: [["shop.acme.com", targetOf(victims)]] };

	it("does not get a live domain whose CNAME leads to us", () => {
		const claim = live("shop.acme.com");
		expect(relationOf("shop.acme.com", [neighbourOf(claim)], tenantId)).toMatchObject({ rule: "taken" });
		const standing = { tenant: aTenant(), present, claim, lastOperation: undefined, own: [] };
		const asked = { ...request, proofs: [...request.proofs], imitates: [], hostname: "shop.acme.com" };
		expect(planAttachment(standing, asked, moment)).toEqual({ ok: false, refusal: { rule: "taken" } });
		expect(judge("shop.acme.com", ["cname", "txt"], pointing)).toMatchObject({ reason: "cname-of-another-tenant" });
	});

	it("does not get a domain that was left behind with its CNAME", () => {
		const left = releasedClaim(live("shop.acme.com"), longAgo);
		const relation = relationOf("shop.acme.com", [neighbourOf(left)], tenantId);
		expect(relation).toMatchObject({ state: "contested", because: "released-by-another" });
		const proofs = proofsFor({ validation: "http", isApex: false, wildcard: false, relation });
		expect(proofs).toEqual(["txt"]);
		expect(judge("shop.acme.com", proofs, pointing)).toMatchObject({ reason: "txt-missing" });
		const withTheirs = { ...pointing, txt: [[textOf(victims)]] };
		expect(judge("shop.acme.com", proofs, withTheirs)).toMatchObject({ reason: "txt-of-another-tenant" });
	});

	it("gets nothing by replaying another's TXT record or target at a domain of its own", () => {
		const byCname: Standing = { cname: [["shop.evil.com", targetOf(victims)]] };
		expect(judge("shop.evil.com", ["cname", "txt"], byCname)).toMatchObject({ reason: "cname-of-another-tenant" });
		const byTxt: Standing = { txt: [[textOf(victims)]] };
		expect(judge("shop.evil.com", ["cname", "txt"], byTxt)).toMatchObject({ reason: "txt-of-another-tenant" });
	});

	it("gets nothing for another's domain by what stands at its own", () => {
		const own: Standing = { cname: [["shop.evil.com", targetOf(attackers)]] };
		expect(judge("shop.acme.com", ["cname", "txt"], own)).toMatchObject({ reason: "cname-missing" });
	});

	it("gets nothing when the victim's name leads to a name of the attacker's, which leads to the target", () => {
		const over: Standing = {
			cname: [
				["shop.acme.com", "acme.vendor.com"],
				["acme.vendor.com", targetOf(attackers)],
			],
		};
		expect(judge("shop.acme.com", ["cname", "txt"], over)).toMatchObject({ reason: "cname-by-way-of-others" });
	});

	it("gets nothing when a wildcard of the victim's leads the proof's name to the attacker's zone", () => {
		const wild: Standing = { txt: [[textOf(attackers)]], txtWay: [["_hostmaster.acme.com", "acme.vendor.com"]] };
		expect(judge("acme.com", ["txt"], wild)).toMatchObject({ reason: "txt-behind-cname" });
	});

	it("gets nothing by deceiving one resolver, or by one that answers alone", () => {
		const poisoned: Record<string, Standing> = { "1.1.1.1": { txt: [[textOf(attackers)]] } };
		expect(judge("shop.acme.com", ["txt"], {}, poisoned)).toMatchObject({ reason: "resolvers-disagree" });
		expect(judge("shop.acme.com", ["txt"], { outcome: "no-answer" }, poisoned)).toMatchObject({
			reason: "too-few-answers",
		});
	});

	it.each([
		["*.acme.com", "shop.acme.com"],
		["shop.acme.com", "*.acme.com"],
	])("does not get %s over another's %s", (hostname, held) => {
		const rule = "overlaps-another-tenant";
		expect(relationOf(hostname, [neighbourOf(live(held))], tenantId)).toMatchObject({ state: "refused", rule });
	});

	it("is flagged with a name that looks like another's", () => {
		const relation = relationOf("www.acrne.com", [neighbourOf(live("shop.acme.com"))], tenantId);
		expect(relation).toEqual({ state: "free", imitates: ["acme.com"] });
	});

	it("that posts 1,000 domains has as many under way as one tenant may", () => {
		const own: Claim[] = [];
		const refusals = new Set<string>();
		for (let at = 0; at < 1000; at += 1) {
			const asked = { ...request, proofs: [...request.proofs], imitates: [], hostname: `shop.acme${at}.com` };
			const standing = { tenant: aTenant(), present, claim: undefined, lastOperation: undefined, own };
			const planned = planAttachment(standing, asked, moment);
			if (planned.ok) own.push(planned.value.claim.after);
			else refusals.add(planned.refusal.rule);
		}
		expect(own).toHaveLength(limits.pendingDomainsPerTenant.value);
		expect([...refusals]).toEqual(["too-many-pending"]);
	});
});
