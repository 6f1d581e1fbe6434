import { describe, expect, it } from "vitest";
import { type Claim, newCustomClaim, releasedClaim } from "../../domain/claim.ts";
import { conditionTypes } from "../../domain/conditions.ts";
import type { CustomDomain } from "../../domain/custom-domain.ts";
import { limits } from "../../domain/limits.ts";
import { type DomainRequest, type DomainStanding, planAttachment, planDetachment } from "../../domain/plan-domain.ts";
import { aClaim, anOperation, aTenant, longAgo, withTrue } from "../builders/entities.ts";

const now = "2027-01-01T00:00:00.000Z";
const moment = { now, epoch: 1 };
const hostname = "shop.acme.com";
const { tenantId } = aTenant();

const custom = (more: Partial<CustomDomain> = {}): CustomDomain => ({
	...{
		validation: "http",
		attempt: 1,
		token: "first",
		formerTokens: [],
		proofs: ["cname", "txt"],
		requestedAt: longAgo,
	},
	...more,
});
const domain = (more: Partial<Claim> = {}, kept: Partial<CustomDomain> = {}): Claim => ({
	...newCustomClaim({ hostname, tenantId, generation: 7, predecessor: undefined, custom: custom(kept) }, longAgo),
	...more,
});
const active = withTrue(domain(), ...conditionTypes);

const standing = (more: Partial<DomainStanding> = {}): DomainStanding => ({
	...{ tenant: aTenant(), present: aClaim(), claim: undefined, lastOperation: undefined, own: [] },
	...more,
});
const request = (more: Partial<DomainRequest> = {}): DomainRequest => ({
	...{ hostname, validation: "http", proofs: ["cname", "txt"], imitates: [], token: "fresh" },
	...more,
});
const attach = (how: DomainStanding, what = request()) => {
	const planned = planAttachment(how, what, moment);
	return planned.ok ? planned.value : planned.refusal;
};
const detach = (how: DomainStanding) => {
	const planned = planDetachment(how, hostname, moment);
	return planned.ok ? planned.value : planned.refusal;
};

describe("a new custom domain", () => {
	it("is claimed with a token of its own, and the tenant knows it", () => {
		const planned = planAttachment(standing(), request(), moment);
		if (!planned.ok) throw new Error(planned.refusal.rule);
		const { tenant, claim, takesOver } = planned.value;
		expect(tenant.customHostnames).toEqual([hostname]);
		expect(claim.before).toBeUndefined();
		expect(claim.after).toMatchObject({ hostname, tenantId, intent: "serve", generation: 1_000_000_001 });
		expect(claim.after.custom).toEqual({
			...{ validation: "http", attempt: 1, token: "fresh", formerTokens: [], proofs: ["cname", "txt"] },
			requestedAt: now,
		});
		expect(claim.after.conditions.OwnershipVerified).toMatchObject({ status: "unknown", actor: "customer" });
		expect(takesOver).toBeUndefined();
	});

	it("keeps where it redirects to, and whose names it looks like", () => {
		const asked = request({ redirectTo: aTenant().hostname, imitates: ["аcme.com"] });
		expect(attach(standing(), asked)).toMatchObject({
			claim: { after: { custom: { redirectTo: aTenant().hostname, imitates: ["аcme.com"] } } },
		});
	});

	const other = { ...domain(), tenantId: "ten_other" };
	const others = { ...active, tenantId: "ten_other" };
	it.each<[string, Partial<DomainStanding>, object]>([
		["is another tenant's", { claim: other }, { rule: "taken" }],
		[
			"was another's until recently",
			{ claim: releasedClaim(others, "2026-12-01T00:00:00.000Z") },
			{ rule: "quarantined", until: "2027-03-01T00:00:00.000Z" },
		],
		["has it already", { claim: active, lastOperation: anOperation({ status: "succeeded" }) }, { rule: "attached" }],
		["has it from a release that kept no operation", { claim: active }, { rule: "attached" }],
		["takes it down", { claim: domain({ intent: "remove" }) }, { rule: "detaching" }],
		["leaves", { present: aClaim({ intent: "remove" }) }, { rule: "leaving" }],
		["has left", { tenant: aTenant({ releasedAt: longAgo }) }, { rule: "leaving" }],
		["has no name any more", { present: undefined }, { rule: "leaving" }],
	])("is refused when whoever asks for it, or has it, %s", (_, how, refusal) => {
		expect(attach(standing(how))).toMatchObject(refusal);
	});

	it("is refused while an attempt is under way, which it names", () => {
		const lastOperation = anOperation({ kind: "attach-domain", status: "running" });
		expect(attach(standing({ claim: domain(), lastOperation }))).toEqual({
			rule: "in-progress",
			operation: lastOperation,
		});
	});

	it.each([
		["after its quarantine, from whoever had it", releasedClaim(others, "2026-01-01T00:00:00.000Z"), 1_000_000_001],
		["at once, from whoever had proven nothing", releasedClaim(other, "2026-12-31T00:00:00.000Z"), 1_000_000_001],
		["at once, by the tenant that gave it back", releasedClaim(domain(), "2026-12-31T00:00:00.000Z"), 1_000_000_001],
	])("follows a released one %s", (_, claim, generation) => {
		const lastOperation = anOperation({ kind: "detach-domain", status: "failed" });
		expect(attach(standing({ claim, lastOperation }))).toMatchObject({
			...{ claim: { before: claim, after: { generation, tenantId } }, takesOver: undefined },
		});
	});

	it.each([
		["in the same way goes on with the certificate that there is", "http", { certificateArn: "arn-1" }],
		["in another way leaves it to be deleted", "dns", { formerCertificates: ["arn-0", "arn-1"] }],
	] as const)("validated %s, and keeps its place at the edge", (_, validation, left) => {
		const place = { distributionTenantId: "dt_1", formerDistributionTenants: ["dt_0"] };
		const made = { certificateArn: "arn-1", formerCertificates: ["arn-0"], ...place };
		const lastOperation = anOperation({ kind: "attach-domain", status: "failed" });
		const again = attach(standing({ claim: domain({}, made), lastOperation }), request({ validation }));
		expect(again).toMatchObject({ claim: { after: { custom: { ...left, ...place } } } });
		if (validation === "dns") expect(again).not.toHaveProperty("claim.after.custom.certificateArn");
	});

	it("takes over what an attempt of another tenant has left: its certificate, to be deleted, and its place at the edge", () => {
		const made = { certificateArn: "arn-1", distributionTenantId: "dt_1" };
		const lastOperation = anOperation({ kind: "attach-domain", status: "failed" });
		const claim = domain({ tenantId: "ten_other" }, { ...made, onceAnothers: true });
		expect(attach(standing({ claim, lastOperation }))).toMatchObject({
			claim: {
				after: {
					tenantId,
					custom: { formerCertificates: ["arn-1"], distributionTenantId: "dt_1", onceAnothers: true, formerTokens: [] },
				},
			},
		});
	});

	it("is not another tenant's without a proof, when an attempt before the failed one was proven: it may be served still", () => {
		const lastOperation = anOperation({ kind: "attach-domain", status: "failed" });
		const proven = withTrue(domain({ tenantId: "ten_other" }), "OwnershipVerified");
		const [tenant, present] = [aTenant({ tenantId: "ten_other" }), aClaim({ tenantId: "ten_other" })];
		const theirs = standing({ tenant, present, claim: proven, lastOperation });
		const planned = planAttachment(theirs, request(), moment);
		if (!planned.ok) throw new Error(planned.refusal.rule);
		const again = planned.value.claim.after;
		expect(again.custom).toMatchObject({ provenBefore: true });
		expect(attach(standing({ claim: again, lastOperation }))).toEqual({ rule: "taken" });
		expect(attach(standing({ claim: domain({ tenantId: "ten_other" }), lastOperation }))).toHaveProperty("claim");
	});

	it("stays in quarantine for others when its owner takes it back and gives it back again, unproven", () => {
		const given = releasedClaim(others, "2026-12-30T00:00:00.000Z");
		const [tenant, present] = [aTenant({ tenantId: "ten_other" }), aClaim({ tenantId: "ten_other" })];
		const again = planAttachment(standing({ tenant, present, claim: given }), request(), moment);
		if (!again.ok) throw new Error(again.refusal.rule);
		const claim = releasedClaim(again.value.claim.after, "2026-12-31T00:00:00.000Z");
		expect(attach(standing({ claim }))).toMatchObject({ rule: "quarantined" });
	});

	it("is nobody else's when whoever gave it back had never proven it", () => {
		const claim = releasedClaim(other, "2026-12-31T00:00:00.000Z");
		expect(attach(standing({ claim }))).not.toHaveProperty("claim.after.custom.onceAnothers");
	});

	it("remembers whose it was, also in the attempts that follow", () => {
		const theirs = releasedClaim(others, "2026-01-01T00:00:00.000Z");
		const first = attach(standing({ claim: theirs }));
		expect(first).toMatchObject({ claim: { after: { custom: { onceAnothers: true } } } });
		const own = releasedClaim(domain(), "2026-01-01T00:00:00.000Z");
		expect(attach(standing({ claim: own }))).not.toHaveProperty("claim.after.custom.onceAnothers");
		const lastOperation = anOperation({ kind: "attach-domain", status: "failed" });
		const again = attach(standing({ claim: domain({}, { onceAnothers: true }), lastOperation }));
		expect(again).toMatchObject({ claim: { after: { custom: { onceAnothers: true, attempt: 2 } } } });
	});

	const many = (count: number, claim: Claim) =>
		Array.from({ length: count }, (_, at) => ({ ...claim, hostname: `s${at}.acme.com` }));
	it("is refused beyond what a tenant may have, and beyond what may wait for a proof", () => {
		const { customDomainsPerTenant: all, pendingDomainsPerTenant: pending } = limits;
		expect(attach(standing({ own: many(all.value, active) }))).toEqual({ rule: "too-many", max: all.value });
		expect(attach(standing({ own: many(all.value - 1, active) }))).toHaveProperty("claim");
		expect(attach(standing({ own: many(pending.value, domain()) }))).toEqual({
			...{ rule: "too-many-pending", max: pending.value },
		});
		expect(attach(standing({ own: many(pending.value, domain({ intent: "released" })) }))).toHaveProperty("claim");
	});

	const target = { ...active, hostname: "www.acme.com" };
	it.each<[string, string, readonly Claim[], boolean]>([
		["the platform subdomain", aTenant().hostname, [], true],
		["another domain of its own", "www.acme.com", [target], true],
		["itself", hostname, [], false],
		["somebody else's", "www.other.com", [target], false],
		["one that is taken down", "www.acme.com", [{ ...target, intent: "remove" }], false],
		["one that redirects on", "www.acme.com", [{ ...target, custom: custom({ redirectTo: "x.acme.com" }) }], false],
	])("may redirect to %s: %s", (_, redirectTo, own, may) => {
		const found = attach(standing({ own }), request({ redirectTo }));
		if (may) expect(found).toHaveProperty("claim");
		else expect(found).toEqual({ rule: "redirect-target" });
	});
});

describe("a new attempt after a failure", () => {
	const lastOperation = anOperation({ kind: "attach-domain", status: "failed" });
	const kept = {
		certificateArn: "arn:old",
		validationRecord: { name: "_x", value: "_y" },
		distributionTenantId: "dt_1",
	};
	const claim = withTrue(domain({}, { ...kept, formerTokens: ["zeroth"] }), "OwnershipVerified");

	it("has another token, remembers the one before, and has to be proven anew", () => {
		const found = attach(standing({ claim, lastOperation, own: [claim] }));
		expect(found).toMatchObject({
			tenant: { customHostnames: [] },
			claim: {
				before: claim,
				after: {
					generation: 1_000_000_001,
					custom: { ...kept, attempt: 2, token: "fresh", formerTokens: ["first", "zeroth"] },
					conditions: { OwnershipVerified: { status: "unknown" } },
				},
			},
			takesOver: lastOperation,
		});
	});

	it("asks for another certificate when it is to be validated in another way", () => {
		const found = attach(standing({ claim, lastOperation }), request({ validation: "dns" }));
		if (!("claim" in found)) throw new Error(found.rule);
		expect(found.claim.after.custom).toMatchObject({ validation: "dns", distributionTenantId: "dt_1" });
		expect(found.claim.after.custom).not.toHaveProperty("certificateArn");
		expect(found.claim.after.custom).not.toHaveProperty("validationRecord");
	});
});

describe("the end of a custom domain", () => {
	it("is a new generation that is to be removed", () => {
		const found = detach(standing({ claim: active, lastOperation: anOperation({ status: "succeeded" }) }));
		expect(found).toMatchObject({
			claim: { before: active, after: { intent: "remove", generation: 1_000_000_001 } },
			takesOver: undefined,
		});
	});

	it.each(["running", "queued", "failed"] as const)("goes before an attempt that is %s", (status) => {
		const lastOperation = anOperation({ kind: "attach-domain", status });
		expect(detach(standing({ claim: domain(), lastOperation }))).toMatchObject({ takesOver: lastOperation });
	});

	const ending = anOperation({ kind: "detach-domain", status: "running" });
	const referring = { ...active, hostname: "www.acme.com", custom: custom({ redirectTo: hostname }) };
	it.each<[string, Partial<DomainStanding>, object]>([
		["nobody has it", {}, { rule: "not-attached" }],
		["it is another tenant's", { claim: { ...active, tenantId: "ten_other" } }, { rule: "not-attached" }],
		["it was given back", { claim: releasedClaim(active, now) }, { rule: "not-attached" }],
		["it is a platform subdomain", { claim: aClaim({ hostname }) }, { rule: "not-attached" }],
		["it is being taken down", { claim: active, lastOperation: ending }, { rule: "in-progress", operation: ending }],
		["it is the primary name", { claim: active, tenant: aTenant({ primaryHostname: hostname }) }, { rule: "primary" }],
		[
			"another name redirects to it",
			{ claim: active, own: [referring] },
			{ rule: "redirected-to", hostname: "www.acme.com" },
		],
	])("is refused when %s", (_, how, refusal) => {
		expect(detach(standing(how))).toEqual(refusal);
	});

	it("is begun again after it has failed", () => {
		const lastOperation = anOperation({ kind: "detach-domain", status: "failed" });
		expect(detach(standing({ claim: domain({ intent: "remove" }), lastOperation }))).toMatchObject({
			...{ takesOver: lastOperation, claim: { after: { intent: "remove" } } },
		});
	});
});
