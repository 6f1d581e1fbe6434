import { characterName, mixedScripts, readsAs } from "./confusables.ts";
import type { RefusalText } from "./hostname-refusal.ts";
import { limits } from "./limits.ts";
import type { ReservedSlugs } from "./reserved-slugs.ts";
import { accepted, type Branded, type Result, refused } from "./result.ts";

/**
 * One DNS label under the platform domain, canonical: lower case, letters, digits, inner hyphens; 1–63 octets
 * (RFC 1035 §2.3.4). ASCII only. May be all digits (`4711`): it never stands last in a name, where it would read as
 * an address.
 */
export type Slug = Branded<string, "Slug">;

export type SlugRefusal =
	| { rule: "length"; min: 1; max: 63; got: number }
	| { rule: "confusable"; characters: { at: number; found: string; looksLike: string }[] } // reads as ASCII and is not
	| { rule: "characters"; at: number; found: string }
	| { rule: "hyphens" } // first, last, or third and fourth: the last would read as an A-label (RFC 5891 §4.2.3.1)
	| { rule: "reserved"; because: string }
	| { rule: "imitates-reserved"; reserved: string };

/** Reads what a person typed. Never throws; the first broken rule wins, in the order of SlugRefusal. */
export function parseSlug(text: string, reserved: ReservedSlugs): Result<Slug, SlugRefusal> {
	const typed = text.trim();
	const max = limits.dnsLabel.value;
	if (typed.length < 1 || typed.length > max) return refused({ rule: "length", min: 1, max, got: typed.length });
	const stray = /[^A-Za-z0-9-]/u.exec(typed); // before case folding: the Kelvin sign folds to an ASCII k
	if (stray) return refused(disguiseIn(typed) ?? { rule: "characters", at: stray.index, found: stray[0] });
	const label = typed.toLowerCase();
	if (label.startsWith("-") || label.endsWith("-") || label.slice(2, 4) === "--") return refused({ rule: "hyphens" });
	const because = reserved.get(label);
	if (because) return refused({ rule: "reserved", because });
	const word = reserved.imitatedBy(label);
	return word ? refused({ rule: "imitates-reserved", reserved: word }) : accepted(label as Slug); // the only place that makes one
}

/** What is wrong with a slug and how to mend it. Total: every rule has its sentence. */
export function describeRefusal(refusal: SlugRefusal): RefusalText {
	return { rule: refusal.rule, detail: sentenceOf(refusal) };
}

/** Look-alikes in a text that reads as ASCII from end to end, or mixes scripts that do not belong together. */
function disguiseIn(typed: string): SlugRefusal | undefined {
	const read = Array.from(typed, (found) => ({ found, looksLike: readsAs(found) }));
	if (read.some(({ looksLike }) => looksLike === undefined) && mixedScripts(typed).length === 0) return undefined;
	let at = 0;
	const characters = read.flatMap(({ found, looksLike }) => {
		const place = at;
		at += found.length;
		return looksLike === undefined || /^[A-Za-z0-9-]$/.test(found) ? [] : [{ at: place, found, looksLike }];
	});
	return characters.length > 0 ? { rule: "confusable", characters } : undefined;
}

function sentenceOf(refusal: SlugRefusal): string {
	switch (refusal.rule) {
		case "length":
			return `A slug has ${refusal.min} to ${refusal.max} characters; this one has ${refusal.got}.`;
		case "confusable": {
			const pairs = refusal.characters.map(({ found, looksLike }) => `${characterName(found)} like '${looksLike}'`);
			return `Some characters only look like ASCII ones (${pairs.join(", ")}): type them anew on a Latin keyboard.`;
		}
		case "characters":
			return `Character ${refusal.at + 1}, ${characterName(refusal.found)}, cannot be in a slug: use the letters a to z, digits and hyphens.`;
		case "hyphens":
			return "A slug may not begin or end with a hyphen, nor have hyphens as its third and fourth characters: remove them.";
		case "reserved":
			return refusal.because;
		case "imitates-reserved":
			return `This slug could be taken for '${refusal.reserved}', which is reserved: choose one that differs more.`;
	}
}
