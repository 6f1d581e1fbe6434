import { describe, expect, it } from "vitest";
import { reservedSlugs, reserveSlugs } from "../../domain/reserved-slugs.ts";
import { reservedGroups } from "../../domain/reserved-words.ts";
import { parseSlug } from "../../domain/slug.ts";

const words = reservedGroups.flatMap(({ labels }) => labels.trim().split(/\s+/));

describe("the kept list", () => {
	it("has at least 500 labels, each once", () => {
		expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
		expect(words.length).toBeGreaterThanOrEqual(500);
	});

	it("holds labels that would be slugs otherwise, so that none is listed in vain", () => {
		const none = reserveSlugs([]);
		expect(words.filter((word) => !parseSlug(word, none).ok)).toEqual([]);
	});

	it("refuses every one of them with the reason of its group", () => {
		for (const { because, labels } of reservedGroups) {
			for (const label of labels.trim().split(/\s+/)) {
				expect(parseSlug(label, reservedSlugs)).toEqual({
					ok: false,
					refusal: { rule: "reserved", because: `'${label}' is ${because}.` },
				});
			}
		}
	});

	it("words its reasons to follow 'is', each its own", () => {
		const reasons = reservedGroups.map(({ because }) => because);
		expect(new Set(reasons).size).toBe(reasons.length);
		expect(reasons.filter((because) => !/^(?:a |the |kept |read ).*[^.]$/.test(because))).toEqual([]);
	});

	it.each([
		"www",
		"mail",
		"ns1",
		"mx",
		"autodiscover",
		"api",
		"app",
		"edge",
		"console",
		"status",
		"admin",
		"postmaster",
		"abuse",
		"hostmaster",
		"security",
		"login",
		"sso",
		"oauth",
		"billing",
		"payments",
		"support",
		"nonprod",
		"staging",
		"prod",
	])("has %s", (word) => {
		expect(reservedSlugs.get(word)).toBeDefined();
	});
});

describe("a list of one's own", () => {
	const reserved = reserveSlugs([
		{ because: "kept for one", labels: "billing mai1 email" },
		{ because: "kept for two", labels: "billing\n\tmail" },
	]);

	it("gives the first reason of a label that is listed twice", () => {
		expect(reserved.get("billing")).toBe("'billing' is kept for one.");
		expect(reserved.get("mail")).toBe("'mail' is kept for two.");
		expect(reserved.get("acme")).toBeUndefined();
	});

	it("finds what a label could be taken for, but not the label itself", () => {
		expect(reserved.imitatedBy("b1lling")).toBe("billing");
		expect(reserved.imitatedBy("billing")).toBeUndefined();
		expect(reserved.imitatedBy("ma1l")).toBe("mai1");
		expect(reserved.imitatedBy("acme")).toBeUndefined();
	});
});
