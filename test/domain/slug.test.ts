import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reservedSlugs } from "../../domain/reserved-slugs.ts";
import { describeRefusal, parseSlug } from "../../domain/slug.ts";

/** Shapes of names that companies have: none of them may be caught by the rules against deceit. */
const ordinary = `
	a x 4711 360 1688 7-eleven 3m 3com 37signals 8451 acme acme-2 acme-shop acme2 acme-corp globex initech umbrella hooli
	stark-industries wayne wonka cyberdyne tyrell soylent massive-dynamic piedpiper vandelay dunder-mifflin sterling-cooper
	corner corn barn learner burns horne modern northern western eastern morning barnes turner lerner cornelia kern-ag
	clever clark claire clover clubhouse clio mcclane oracle-partners circle miracle cycle-shop recycle savvy navvy
	web3 b2b-hub k8s-experts mp3-world team5 studio54 forever21 five9 route66 motel6 level3 section8 h2o-clean c4-design
	mall small-mall halloween illinois lilli ml-works ai-studio data4good go4it 1up 1st-choice 2ndhome 4ever 5guys 9to5
	one1 agency0 a1 b1 o2 e-on u2 w3 2k 10x 100-percent zero1 x-x xx-y-z a--b muenchen-bau strasse-7 hotel-am-see
	st-marys o-neill d-and-g h-and-m mueller-soehne petit-bateau sao-paulo-cafe nagoya-denki seoul-beauty kyiv-media
	the-admiral admira support-heroes mailchimpanzee loginsight apiary statusquo edgewater billington testament wwwolf
	rnb-records rna-lab vvs-teknik clothing clinic cloudberry internode journal external-wall return-path attorney carnival
	${"x".repeat(63)}
`
	.trim()
	.split(/\s+/);

describe("reading a slug", () => {
	it.each(ordinary)("takes %s", (slug) => {
		expect(parseSlug(slug, reservedSlugs)).toEqual({ ok: true, value: slug });
	});

	it("has at least 60 ordinary names to take", () => {
		expect(new Set(ordinary).size).toBe(ordinary.length);
		expect(ordinary.length).toBeGreaterThanOrEqual(60);
	});

	it.each([
		["  Acme ", "acme"],
		["ACME-2", "acme-2"],
		["\tx\n", "x"],
	])("makes %j into %s", (typed, canonical) => {
		expect(parseSlug(typed, reservedSlugs)).toEqual({ ok: true, value: canonical });
	});

	it.each([
		["", { rule: "length", min: 1, max: 63, got: 0 }],
		["   ", { rule: "length", min: 1, max: 63, got: 0 }],
		["a".repeat(64), { rule: "length", min: 1, max: 63, got: 64 }],
		["acme.shop", { rule: "characters", at: 4, found: "." }],
		["acme_shop", { rule: "characters", at: 4, found: "_" }],
		["acme shop", { rule: "characters", at: 4, found: " " }],
		["acme/../x", { rule: "characters", at: 4, found: "/" }],
		["acmé", { rule: "characters", at: 3, found: "é" }],
		["дом", { rule: "characters", at: 0, found: "д" }],
		["пример", { rule: "characters", at: 0, found: "п" }],
		["acmeж", { rule: "characters", at: 4, found: "ж" }],
		["a😀b", { rule: "characters", at: 1, found: "😀" }],
		["ac\u200bme", { rule: "characters", at: 2, found: "\u200b" }],
		["pаypal", { rule: "confusable", characters: [{ at: 1, found: "а", looksLike: "a" }] }],
		["pаypalж", { rule: "confusable", characters: [{ at: 1, found: "а", looksLike: "a" }] }],
		["\u212aelvin", { rule: "confusable", characters: [{ at: 0, found: "\u212a", looksLike: "k" }] }],
		["acme–shop", { rule: "confusable", characters: [{ at: 4, found: "–", looksLike: "-" }] }],
		[
			"𝐩о",
			{
				rule: "confusable",
				characters: [
					{ at: 0, found: "𝐩", looksLike: "p" },
					{ at: 2, found: "о", looksLike: "o" },
				],
			},
		],
		["-acme", { rule: "hyphens" }],
		["acme-", { rule: "hyphens" }],
		["-", { rule: "hyphens" }],
		["xn--acme", { rule: "hyphens" }],
		["XN--BCHER-KVA", { rule: "hyphens" }],
		["ab--c", { rule: "hyphens" }],
		["api", { rule: "reserved", because: "'api' is kept for the platform's own pages and services." }],
		["WWW", { rule: "reserved", because: "'www' is kept for the platform's own site." }],
		["adm1n", { rule: "imitates-reserved", reserved: "admin" }],
		["paypa1", { rule: "imitates-reserved", reserved: "paypal" }],
		["hostrnaster", { rule: "imitates-reserved", reserved: "hostmaster" }],
		["l0g1n", { rule: "imitates-reserved", reserved: "login" }],
	])("refuses %j", (typed, refusal) => {
		expect(parseSlug(typed, reservedSlugs)).toEqual({ ok: false, refusal });
	});

	it("never throws, and what it accepts is a canonical label that reads as itself", () => {
		const text = fc.oneof(
			fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 70 }).map((units) => String.fromCharCode(...units)),
			fc.stringMatching(/^[ ]?[a-zA-Z0-9аé-]{0,66}$/u),
		);
		fc.assert(
			fc.property(text, (typed) => {
				const parsed = parseSlug(typed, reservedSlugs);
				if (!parsed.ok) return;
				expect(parsed.value).toMatch(/^(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
				expect(parseSlug(parsed.value, reservedSlugs)).toEqual(parsed);
				expect(parseSlug(`${parsed.value.toUpperCase()} `, reservedSlugs)).toEqual(parsed);
			}),
			{ numRuns: 1000 },
		);
	});
});

describe("describing a refusal", () => {
	it.each([
		["", "length", "A slug has 1 to 63 characters; this one has 0."],
		["a b", "characters", "Character 2, U+0020, cannot be in a slug: use the letters a to z, digits and hyphens."],
		[
			"pаypal",
			"confusable",
			"Some characters only look like ASCII ones ('а' (U+0430) like 'a'): type them anew on a Latin keyboard.",
		],
		[
			"-a",
			"hyphens",
			"A slug may not begin or end with a hyphen, nor have hyphens as its third and fourth characters: remove them.",
		],
		["smtp", "reserved", "'smtp' is kept for the platform's mail."],
		[
			"emai1",
			"imitates-reserved",
			"This slug could be taken for 'email', which is reserved: choose one that differs more.",
		],
	])("tells of %j by the rule %s", (typed, rule, detail) => {
		const parsed = parseSlug(typed, reservedSlugs);
		expect(parsed.ok ? undefined : describeRefusal(parsed.refusal)).toEqual({ rule, detail });
	});
});
