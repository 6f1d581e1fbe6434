import { describe, expect, it } from "vitest";
import { type Claim, releasedClaim } from "../../domain/claim.ts";
import { conditionTypes } from "../../domain/conditions.ts";
import { limits } from "../../domain/limits.ts";
import type { Operation } from "../../domain/operation.ts";
import { planChange } from "../../domain/plan-change.ts";
import type { Tenant } from "../../domain/tenant.ts";
import { aClaim, anOperation, aTenant, longAgo, withTrue } from "../builders/entities.ts";

const now = "2027-01-01T00:00:00.000Z";
const inThirtyDays = "2027-01-31T00:00:00.000Z";
const moment = { now, epoch: 1 };
const next = 1_000_000_001;
const succeeded: Operation = anOperation({ status: "succeeded" });
const nameOf = (slug: string) => `${slug}.app.example.com`;
const whole = (claim: Claim) => withTrue(claim, ...conditionTypes);
const present = whole(aClaim());
const formerOf = (slug: string, more: Partial<Claim> = {}) =>
	whole(aClaim({ hostname: nameOf(slug), intent: "redirect", redirectUntil: "2027-01-10T00:00:00.000Z", ...more }));

interface World {
	tenant?: Partial<Tenant>;
	claim?: Claim;
	formers?: Claim[];
	/** What stands at the new name; a former name's claim unless given. */
	taken?: Claim;
}

/** Decides on a rename of acme to `slug`. */
function renamed(slug: string, { tenant = {}, claim = present, formers = [], taken }: World = {}) {
	const hostname = nameOf(slug);
	const names = formers.map((former) => former.hostname);
	const claims = new Map([claim, ...formers].map((each) => [each.hostname, each]));
	const standing = taken ?? claims.get(hostname);
	return planChange(
		{ tenant: aTenant({ formerHostnames: names, ...tenant }), claims, lastOperation: succeeded },
		{ kind: "rename-tenant", slug, hostname, standing },
		moment,
	);
}

function plan(...given: Parameters<typeof renamed>) {
	const decided = renamed(...given);
	if (!decided.ok) throw new Error(`It was refused: ${decided.refusal.rule}.`);
	return decided.value;
}

const afterOf = (planned: ReturnType<typeof plan>, slug: string) =>
	planned.claims.find(({ after }) => after.hostname === nameOf(slug))?.after;

describe("a rename", () => {
	it("claims the new name, and lets the present one redirect to it for 30 days", () => {
		const planned = plan("new");
		expect(planned.tenant).toMatchObject({ slug: "new", hostname: nameOf("new"), formerHostnames: [nameOf("acme")] });
		expect(planned.claim).toMatchObject({ hostname: nameOf("new"), intent: "serve", generation: next, revision: 1 });
		expect(planned.claims[0]).toEqual({ before: undefined, after: planned.claim });
		expect(afterOf(planned, "acme")).toMatchObject({
			intent: "redirect",
			redirectUntil: inThirtyDays,
			generation: next,
			conditions: present.conditions,
		});
		expect(planned.formerHostname).toBe(nameOf("acme"));
		expect(planned.steps).toContain("SyncRecords");
	});

	it("of a suspended tenant leaves it suspended", () => {
		expect(plan("new", { claim: { ...present, intent: "suspend" } }).claim.intent).toBe("suspend");
		const claim = { ...present, intent: "suspend" as const };
		expect(plan("old", { claim, formers: [formerOf("old")] }).claim.intent).toBe("suspend");
	});

	it("renews the names of before too, whose entries say where they redirect, and leaves until when", () => {
		const planned = plan("new", { formers: [formerOf("old"), formerOf("older")] });
		expect(planned.tenant.formerHostnames).toEqual(["acme", "old", "older"].map(nameOf));
		for (const slug of ["old", "older"]) {
			const { redirectUntil } = formerOf(slug);
			expect(afterOf(planned, slug)).toMatchObject({ intent: "redirect", redirectUntil, generation: next });
		}
	});

	it.each<[string, Claim[]]>([
		["that are gone", []],
		["that are somebody else's", [formerOf("old", { tenantId: "ten_other" })]],
		["that are taken down", [formerOf("old", { intent: "remove", redirectUntil: undefined })]],
	])("touches no former names %s", (_, formers) => {
		const planned = plan("new", { tenant: { formerHostnames: [nameOf("old")] }, formers });
		expect(afterOf(planned, "old")).toBeUndefined();
		expect(planned.tenant.formerHostnames).toEqual(["acme", "old"].map(nameOf));
	});
});

describe("a rename back", () => {
	it("takes the former name with its records, which still stand, and is no rename to a third name", () => {
		const planned = plan("old", { formers: [formerOf("old"), formerOf("older")] });
		expect(planned.steps).toEqual(["PublishRoute", "ProbeRoute", "CompleteUpdate"]);
		expect(planned.claim).toMatchObject({ hostname: nameOf("old"), intent: "serve", generation: next, revision: 2 });
		expect(planned.claim).not.toHaveProperty("redirectUntil");
		expect(planned.claim.conditions).toMatchObject({
			RecordsInSync: { status: "true" },
			RoutePublished: { status: "unknown" },
			Serving: { status: "unknown" },
		});
		expect(planned.tenant.formerHostnames).toEqual(["acme", "older"].map(nameOf));
		expect(planned.claims.map(({ after }) => after.hostname)).toEqual(["old", "acme", "older"].map(nameOf));
	});

	it("to a former name whose records never stood writes them", () => {
		const never = { ...formerOf("old"), conditions: aClaim().conditions };
		expect(plan("old", { formers: [never] }).steps).toContain("SyncRecords");
	});

	it("from its own quarantine is allowed, and the name comes to life like a new one", () => {
		const quarantined = releasedClaim(formerOf("old", { revision: 4 }), longAgo.replace("2026", "2027"));
		const planned = plan("old", { taken: quarantined });
		expect(planned.claims[0]).toMatchObject({ before: quarantined, after: { revision: 6, intent: "serve" } });
		expect(planned.claim).not.toHaveProperty("quarantinedUntil");
		expect(planned.steps).toContain("SyncRecords");
	});
});

describe("a rename is refused", () => {
	it("to the name that it has", () => {
		expect(renamed("acme")).toMatchObject({ ok: false, refusal: { rule: "same-name" } });
	});

	const others = { tenantId: "ten_other", hostname: nameOf("new") };
	it.each(["serve", "suspend", "redirect", "remove"] as const)("to somebody else's name that is to %s", (intent) => {
		expect(renamed("new", { taken: aClaim({ ...others, intent }) })).toMatchObject({ refusal: { rule: "taken" } });
	});

	it("to somebody else's name in quarantine, saying until when; and not a moment later", () => {
		const given = releasedClaim(aClaim(others), "2026-12-31T00:00:00.000Z");
		const until = "2027-03-31T00:00:00.000Z";
		expect(renamed("new", { taken: given })).toMatchObject({ refusal: { rule: "quarantined", until } });
		const over = { ...given, quarantinedUntil: now, generation: next + 8 };
		expect(plan("new", { taken: over }).claim).toMatchObject({ tenantId: aTenant().tenantId, generation: next + 9 });
	});

	it("to a name of its own that is being taken down", () => {
		expect(renamed("old", { formers: [formerOf("old", { intent: "remove" })] })).toMatchObject({
			refusal: { rule: "taken" },
		});
	});

	it("when too many names redirect already, unless it takes one of them back", () => {
		const formers = Array.from({ length: limits.formerHostnames.value }, (_, at) => formerOf(`old${at}`));
		expect(renamed("new", { formers })).toMatchObject({ refusal: { rule: "too-many-names" } });
		const back = plan("old0", { formers });
		expect(back.tenant.formerHostnames).toHaveLength(limits.formerHostnames.value);
		expect(plan("new", { formers: formers.slice(1) }).claims).toHaveLength(limits.formerHostnames.value + 1);
	});
});
