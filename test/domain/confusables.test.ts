import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
	characterName,
	hasLatin,
	imitates,
	mixedScripts,
	readsAs,
	readsAsWhole,
	skeleton,
} from "../../domain/confusables.ts";

describe("look-alikes", () => {
	it.each([
		["а", "a"], // Cyrillic
		["Ο", "o"], // Greek capital
		["օ", "o"], // Armenian
		["ı", "i"],
		["Ｋ", "k"], // full-width
		["𝐩", "p"], // mathematical bold
		["ﬁ", "fi"],
		["‑", "-"],
		["a", "a"],
		["Z", "z"],
	])("%s reads as %s", (character, ascii) => {
		expect(readsAs(character)).toBe(ascii);
	});

	it.each(["ж", "é", "日", "!", "\u200b", "\ud800"])("%j reads as nothing else", (character) => {
		expect(readsAs(character)).toBeUndefined();
	});

	it("reads a whole label only when every character can be read", () => {
		expect(readsAsWhole("раураl")).toBe("paypal");
		expect(readsAsWhole("раурал")).toBeUndefined();
	});
});

describe("scripts", () => {
	it.each(["acme-2", "дом", "ελλάδα", "東京タワー", "東京tower", "한국shop", "ไทย", "مثال", "", "123"])(
		"%s is of one company",
		(label) => {
			expect(mixedScripts(label)).toEqual([]);
		},
	);

	it.each([
		["acmeд", ["Latin", "Cyrillic"]],
		["αд", ["Greek", "Cyrillic"]],
		["ꭰ", ["other"]],
		["aꭰ", ["Latin", "other"]],
	])("%s mixes %j", (label, found) => {
		expect(mixedScripts(label).sort()).toEqual([...found].sort());
	});

	it("knows Latin letters beyond ASCII", () => {
		expect(hasLatin("ı")).toBe(true);
		expect(hasLatin("дом-1")).toBe(false);
	});
});

describe("imitation", () => {
	it.each([
		["adm1n", "admin"],
		["paypa1", "paypal"],
		["g00gle", "google"],
		["l0gin", "login"],
		["log1n", "login"],
		["emai1", "email"],
		["5tatus", "status"],
		["ap1", "api"],
		["0auth2", "oauth2"],
		["adrnin", "admin"],
		["vvallet", "wallet"],
		["clomain", "domain"],
		["ernai1", "email"],
	])("%s could be taken for %s", (label, word) => {
		expect(imitates(label, word)).toBe(true);
	});

	it.each([
		["admin", "admin"],
		["mall", "mail"],
		["corn", "com"],
		["horne", "home"],
		["team5", "teams"],
		["app55", "appss"],
		["n5", "ns"],
		["procli", "prod1"],
		["acme", "admin"],
	])("%s is not %s", (label, word) => {
		expect(imitates(label, word)).toBe(false);
	});

	it("is decided by skeletons that cannot be reduced further but by their own strokes", () => {
		expect(skeleton("c10ud")).toBe(skeleton("cloud"));
		expect(skeleton("2024")).toBe("2024");
		fc.assert(
			fc.property(fc.stringMatching(/^[a-z0-9-]{1,20}$/), fc.stringMatching(/^[a-z0-9-]{1,20}$/), (label, word) => {
				if (imitates(label, word)) expect(skeleton(label)).toBe(skeleton(word));
				expect(imitates(label, label)).toBe(false);
			}),
		);
	});
});

describe("naming a character", () => {
	it.each([
		["!", "'!'"],
		["é", "'é' (U+00E9)"],
		["😀", "'😀' (U+1F600)"],
		["\u200b", "U+200B"],
		[" ", "U+0020"],
		["\ud800", "U+D800"],
	])("%j is %s", (character, name) => {
		expect(characterName(character)).toBe(name);
	});
});
