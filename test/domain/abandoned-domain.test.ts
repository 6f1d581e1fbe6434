import { describe, expect, it } from "vitest";
import { type DomainStanding, planAttachment } from "../../domain/plan-domain.ts";
import { aDomainClaim, anAttachment, shop } from "../builders/a-custom-domain.ts";
import { aClaim, anOperation, aTenant, tenantId, withTrue } from "../builders/entities.ts";

const moment = { now: "2027-01-01T00:00:00.000Z", epoch: 1 };
const theirs = aDomainClaim({}, { tenantId: "ten_other" });
const failed = anAttachment({ tenantId: "ten_other", status: "failed" });
const standing = (more: Partial<DomainStanding> = {}): DomainStanding => ({
	...{ tenant: aTenant(), present: aClaim(), claim: theirs, lastOperation: failed, own: [] },
	...more,
});
const attach = (how: DomainStanding) => {
	const proofs = ["cname" as const];
	const request = { hostname: shop, validation: "http" as const, proofs, imitates: [], token: "fresh" };
	const planned = planAttachment(how, request, moment);
	return planned.ok ? planned.value : planned.refusal;
};

describe("another tenant's attempt that has failed and proven nothing", () => {
	it("keeps the name's owner out no longer, and can be retried no more", () => {
		expect(attach(standing())).toMatchObject({
			claim: {
				before: theirs,
				after: { tenantId, generation: 1_000_000_001, custom: { attempt: 1, token: "fresh", formerTokens: [] } },
			},
			takesOver: failed,
		});
	});

	it.each<[string, Partial<DomainStanding>]>([
		["is under way", { lastOperation: anAttachment({ status: "running" }) }],
		["was proven", { claim: withTrue(theirs, "OwnershipVerified") }],
		["is served", { claim: withTrue(theirs, "Serving") }],
		["is being taken down", { claim: { ...theirs, intent: "remove" } }],
		["is of a platform subdomain", { claim: aClaim({ hostname: shop, tenantId: "ten_other" }) }],
		["nothing is known of", { lastOperation: undefined }],
	])("keeps everybody else out while it %s", (_, how) => {
		expect(attach(standing(how))).toEqual({ rule: "taken" });
	});

	it("leaves no second entry with whoever comes back after it", () => {
		const tenant = aTenant({ customHostnames: [shop, "www.acme.com"] });
		expect(attach(standing({ tenant }))).toMatchObject({ tenant: { customHostnames: [shop, "www.acme.com"] } });
	});
});

it("an attempt on a row that is no custom domain's is the first", () => {
	const claim = aClaim({ hostname: shop });
	expect(attach(standing({ claim, lastOperation: anOperation({ status: "failed" }) }))).toMatchObject({
		claim: { after: { custom: { attempt: 1 } } },
	});
});
