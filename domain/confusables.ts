/**
 * Characters that are drawn like an ASCII one, by code point: Cyrillic, Greek, Armenian, phonetic letters and dashes.
 * Only those that differ little in common typefaces; chosen after UTS #39 §4 (https://www.unicode.org/reports/tr39/#Confusable_Detection).
 */
const drawnLike: Readonly<Record<string, string>> = {
	a: "0430 0410 03b1 0391 0251",
	b: "0412 0392 0184 0185 042c",
	c: "0441 0421 03f2 03f9 1d04",
	d: "0501",
	e: "0435 0415 0395 04bd",
	g: "0261 0581 050d",
	h: "04bb 041d 0397 0570",
	i: "0456 0406 03b9 0399 0131 0269 026a",
	j: "0458 0408 03f3 0237 0575",
	k: "041a 03ba 039a",
	l: "04cf 04c0 029f",
	m: "041c 039c",
	n: "039d 0578 0274",
	o: "043e 041e 03bf 039f 0585 1d0f",
	p: "0440 0420 03c1 03a1",
	q: "051b 0566",
	s: "0455 0405",
	t: "0422 03a4",
	u: "03c5 057d",
	v: "03bd 0475 1d20",
	w: "051d 0461 03c9 1d21",
	x: "0445 0425 03c7 03a7",
	y: "0443 0423 03a5 028f 04af",
	z: "0396 1d22",
	"3": "0417 0437 04e1",
	"-": "00ad 2010 2011 2012 2013 2014 2212",
};

const drawnAs = new Map(
	Object.entries(drawnLike).flatMap(([ascii, points]) =>
		points.split(" ").map((point) => [String.fromCodePoint(Number.parseInt(point, 16)), ascii] as const),
	),
);

/** The ASCII text (lower case) that a character is easily taken for; undefined when nobody would. */
export function readsAs(character: string): string | undefined {
	const plain = drawnAs.get(character) ?? character.normalize("NFKC").toLowerCase(); // NFKC: full-width, bold, circled …
	return /^[a-z0-9-]+$/.test(plain) ? plain : undefined;
}

/** The ASCII text that a whole label is easily taken for; undefined when one of its characters gives it away. */
export function readsAsWhole(label: string): string | undefined {
	const read = Array.from(label, readsAs);
	return read.includes(undefined) ? undefined : read.join("");
}

/** A character for a sentence: quoted, with its code point beyond ASCII; only the code point of what cannot be seen. */
export function characterName(character: string): string {
	if (/^[!-~]$/.test(character)) return `'${character}'`;
	const point = `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`;
	return /^[\p{L}\p{N}\p{P}\p{S}]/u.test(character) ? `'${character}' (${point})` : point;
}

/** Scripts in daily use, https://www.unicode.org/reports/tr31/#Table_Recommended_Scripts. */
const scripts = (
	"Latin Greek Cyrillic Armenian Hebrew Arabic Thaana Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada " +
	"Malayalam Sinhala Thai Lao Tibetan Myanmar Georgian Ethiopic Khmer Hangul Hiragana Katakana Bopomofo Han"
).split(" ");

/** What may stand in one label together: 'Highly Restrictive', https://www.unicode.org/reports/tr39/#highly_restrictive. */
const companies = [
	["Latin", "Han", "Hiragana", "Katakana"],
	["Latin", "Han", "Bopomofo"],
	["Latin", "Han", "Hangul"],
	...scripts.map((script) => [script]),
].map((company) => new RegExp(`^[${["Common", "Inherited", ...company].map(anyOf).join("")}]*$`, "u"));

function anyOf(script: string): string {
	return `\\p{Script_Extensions=${script}}`;
}

/** The scripts of a label whose letters do not belong together (`other`: one out of daily use); empty when they do. */
export function mixedScripts(label: string): string[] {
	if (companies.some((company) => company.test(label))) return [];
	const found = scripts.filter((script) => new RegExp(`\\p{Script=${script}}`, "u").test(label));
	return found.length > 1 ? found : [...found, "other"];
}

/** True when a letter of the label is Latin: then Latin look-alikes in it are its own spelling, as in Turkish. */
export function hasLatin(label: string): boolean {
	return /\p{Script=Latin}/u.test(label);
}

/** In this order: digits become letters first, so that `c1` is read as `cl` and then as `d`. */
const strokes = Object.entries({
	o: "0",
	e: "3",
	a: "4",
	s: "5",
	t: "7",
	b: "8",
	l: /[1i]/g,
	m: "rn",
	w: "vv",
	d: "cl",
});

/**
 * What an ASCII label looks like at a glance. Digits at the end stay digits when they read as a number:
 * two or more, or one that is neither 0 nor 1 (`team5` is not `teams`, but `emai1` is `email`).
 */
export function skeleton(label: string): string {
	const word = label.replace(/(?:[0-9]{2,}|[2-9])$/, "");
	const number = label.slice(word.length);
	return strokes.reduce((seen, [letter, stroke]) => seen.replaceAll(stroke, letter), word) + number;
}

/**
 * True when `label` could be taken for `word` because of a digit (words of three characters and more), or of two
 * letters that look like one (`rn`, `vv`, `cl`; words of five letters and more: `corn` may be so close to `com`).
 * An `l` for an `i` alone is no imitation: `mall` is not `mail`.
 */
export function imitates(label: string, word: string): boolean {
	if (label === word || skeleton(label) !== skeleton(word)) return false;
	if (/[0-9]/.test(label) && word.length >= 3) return true;
	return /rn|vv|cl/.test(label) && /^[a-z-]{5,}$/.test(word);
}
