import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { customConditions, withCondition } from "../../domain/conditions.ts";
import { type Neighbour, neighbourKeys, neighbourOf, proofsFor, relationOf } from "../../domain/domain-relations.ts";

const live = (hostname: string, tenantId = "ten_a"): Neighbour => ({
	hostname,
	tenantId,
	released: false,
	attached: true,
});
const tried = (hostname: string, tenantId = "ten_a"): Neighbour => ({ ...live(hostname, tenantId), attached: false });
const released = (hostname: string, tenantId = "ten_a"): Neighbour => ({
	...tried(hostname, tenantId),
	released: true,
});

describe("a hostname beside what other tenants have", () => {
	it.each<[string, string, Neighbour[], object]>([
		["alone", "shop.acme.com", [], { state: "free" }],
		["beside one's own", "*.acme.com", [live("shop.acme.com", "ten_b"), live("acme.com", "ten_b")], { state: "free" }],
		["released by oneself", "shop.acme.com", [released("shop.acme.com", "ten_b")], { state: "free" }],
		["beside another's attempt", "blog.acme.com", [tried("shop.acme.com")], { state: "free" }],
		["beneath another's attempt at a wildcard", "blog.acme.com", [tried("*.acme.com")], { state: "free" }],
		["of another owner under one suffix", "bar.github.io", [live("foo.github.io")], { state: "free" }],
		["another's, live", "shop.acme.com", [live("shop.acme.com")], { state: "refused", rule: "taken" }],
		["another's, not proven", "shop.acme.com", [tried("shop.acme.com")], { state: "refused", rule: "taken" }],
		["beside another's", "blog.acme.com", [live("shop.acme.com")], { state: "contested", because: "shares-domain" }],
		["above another's", "acme.com", [live("shop.acme.com")], { state: "contested", because: "shares-domain" }],
		["beneath another's", "shop.acme.com", [live("acme.com")], { state: "contested", because: "shares-domain" }],
		[
			"at the foot of another's wildcard",
			"acme.com",
			[live("*.acme.com")],
			{ state: "contested", because: "shares-domain" },
		],
		[
			"a wildcard above another's foot",
			"*.acme.com",
			[live("acme.com")],
			{ state: "contested", because: "shares-domain" },
		],
		[
			"where another was",
			"blog.acme.com",
			[released("shop.acme.com")],
			{ state: "contested", because: "shares-domain" },
		],
		[
			"a wildcard where another was",
			"*.acme.com",
			[released("shop.acme.com")],
			{ state: "contested", because: "shares-domain" },
		],
		[
			"released by another",
			"shop.acme.com",
			[released("shop.acme.com")],
			{ state: "contested", because: "released-by-another" },
		],
	])("%s: %s", (_, hostname, others, relation) => {
		expect(relationOf(hostname, others, "ten_b")).toMatchObject(relation);
	});

	it.each([
		["*.acme.com", "shop.acme.com"],
		["*.acme.com", "a.shop.acme.com"],
		["*.acme.com", "*.shop.acme.com"],
		["*.foo.github.io", "www.foo.github.io"],
	])("is refused when %s and %s would be two tenants', whoever comes first", (wildcard, beneath) => {
		const refusal = { state: "refused", rule: "overlaps-another-tenant" };
		expect(relationOf(wildcard, [live(beneath)], "ten_b")).toMatchObject({ ...refusal, with: beneath });
		expect(relationOf(beneath, [live(wildcard)], "ten_b")).toMatchObject({ ...refusal, with: wildcard });
	});

	it("is refused beneath another's wildcard, though it was released before that", () => {
		const rows = [released("shop.acme.com"), live("*.acme.com")];
		expect(relationOf("shop.acme.com", rows, "ten_b")).toMatchObject({ rule: "overlaps-another-tenant" });
	});

	it("does not depend on the order of what is found", () => {
		const row = fc.record({
			hostname: fc.constantFrom("acme.com", "*.acme.com", "shop.acme.com", "a.shop.acme.com", "acrne.com"),
			tenantId: fc.constantFrom("ten_a", "ten_b", "ten_c"),
			state: fc.constantFrom(live, tried, released),
		});
		const rows = fc.uniqueArray(row, { selector: ({ hostname }) => hostname });
		fc.assert(
			fc.property(rows, fc.constantFrom("acme.com", "*.acme.com", "shop.acme.com"), (found, hostname) => {
				const others = found.map((row) => row.state(row.hostname, row.tenantId));
				const { with: _, ...there } = { with: "", ...relationOf(hostname, others, "ten_b") };
				const { with: __, ...back } = { with: "", ...relationOf(hostname, others.toReversed(), "ten_b") };
				expect(back).toEqual(there);
			}),
		);
	});
});

describe("a hostname that looks like another's", () => {
	it.each([
		["shop.paypa1.com", "paypal.com"],
		["paypal.com", "www.paypa1.com"],
		["acrne.com", "shop.acme.com"],
		["*.c10ud.de", "cloud.de"],
		["xn--pypal-4ve.com", "paypal.com"], // a Cyrillic letter; what is typed so is refused before
		["xn--acm-dma.com", "acme.com"], // an accent
		["xn--80ak6aa92e.com", "apple.com"],
		["paypai.com", "paypal.com"],
	])("%s is flagged beside %s, and not refused", (hostname, existing) => {
		const imitated = neighbourKeys(existing).domain;
		expect(relationOf(hostname, [live(existing)], "ten_b")).toEqual({ state: "free", imitates: [imitated] });
		expect(neighbourKeys(hostname).skeleton).toBe(neighbourKeys(existing).skeleton);
	});

	it.each([
		["shop.acme.com", live("acme.com")],
		["acme.de", live("acme.com")],
		["team5.com", live("teams.com")],
		["acrne.com", live("acme.com", "ten_b")],
		["acrne.com", released("acme.com")],
	])("%s is not flagged beside %j", (hostname, other) => {
		expect(relationOf(hostname, [other], "ten_b").imitates).toEqual([]);
	});

	it("is flagged once for each domain", () => {
		const rows = [live("b.acme.com"), live("a.acme.com", "ten_c"), live("4cme.com")];
		expect(relationOf("acrne.com", rows, "ten_b").imitates).toEqual(["4cme.com", "acme.com"]);
	});
});

describe("a claim as others see it", () => {
	const since = "2027-01-01T00:00:00.000Z";
	const claim = {
		hostname: "shop.acme.com",
		tenantId: "ten_a",
		intent: "serve",
		conditions: customConditions(since),
	} as const;
	const met = { status: "true", reason: "Met", message: "It is so.", actor: "hostmaster" } as const;

	it("is an attempt until its ownership is proven", () => {
		expect(neighbourOf(claim)).toEqual(tried("shop.acme.com"));
	});

	it.each(["OwnershipVerified", "EdgeAttached", "RoutePublished"] as const)(
		"is attached with %s, until it is released",
		(type) => {
			const conditions = withCondition(claim.conditions, type, met, since);
			expect(neighbourOf({ ...claim, conditions })).toEqual(live("shop.acme.com"));
			expect(neighbourOf({ ...claim, intent: "remove", conditions })).toEqual(live("shop.acme.com"));
			expect(neighbourOf({ ...claim, intent: "released", conditions })).toEqual(released("shop.acme.com"));
		},
	);
});

describe("the keys of a hostname's neighbours", () => {
	it.each([
		["shop.acme.co.uk", "acme.co.uk"],
		["*.acme.co.uk", "acme.co.uk"],
		["a.foo.github.io", "foo.github.io"],
		["github.io", "github.io"],
	])("%s is found by %s", (hostname, domain) => {
		expect(neighbourKeys(hostname).domain).toBe(domain);
	});
});

describe("the proofs that count", () => {
	const plain = { validation: "http", isApex: false, wildcard: false, relation: { state: "free" } } as const;

	it("are the CNAME and TXT for a plain name", () => {
		expect(proofsFor(plain)).toEqual(["cname", "txt"]);
		expect(proofsFor({ ...plain, direct: false })).toEqual(["cname", "txt"]);
	});

	it.each([
		{ ...plain, validation: "dns" } as const,
		{ ...plain, isApex: true },
		{ ...plain, wildcard: true },
		{ ...plain, direct: true },
		{ ...plain, relation: { state: "contested" } } as const,
	])("are TXT alone for %j", (question) => {
		expect(proofsFor(question)).toEqual(["txt"]);
	});
});
