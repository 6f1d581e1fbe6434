import { limits } from "./limits.ts";

/** Why a JSON value cannot be kept and given back as it came. `path`: the members that lead to it. */
export interface JsonFlaw {
	path: string[];
	rule: "depth" | "member-name" | "number" | "unicode";
	detail: string;
}

/**
 * The first flaw of a parsed JSON value; undefined when there is none. Such values are JSON, yet a store, a log or another parser
 * would read them otherwise than they were meant (RFC 7493 names the same). Never throws, whatever the depth.
 */
export function flawIn(value: unknown): JsonFlaw | undefined {
	const waiting: { value: unknown; path: string[] }[] = [{ value, path: [] }];
	for (let next = waiting.pop(); next; next = waiting.pop()) {
		const { path } = next;
		const flaw = flawOf(next.value, path);
		if (flaw) return flaw;
		if (typeof next.value !== "object" || next.value === null) continue;
		for (const [name, inner] of Object.entries(next.value).reverse()) {
			waiting.push({ value: inner, path: [...path, name] });
		}
	}
	return undefined;
}

function flawOf(value: unknown, path: string[]): JsonFlaw | undefined {
	const name = path.at(-1) ?? "";
	const max = limits.jsonDepth.value;
	if (path.length > max) {
		return { path: path.slice(0, 1), rule: "depth", detail: `It is nested deeper than ${max} levels: flatten it.` };
	}
	// Copied member by member, as zod and the SDK do it, it would set the copy's prototype instead.
	if (name === "__proto__") {
		return { path, rule: "member-name", detail: "No member can be called '__proto__': choose another name." };
	}
	if (!name.isWellFormed() || (typeof value === "string" && !value.isWellFormed())) {
		const detail = "A text has half of a character in it (a lone surrogate): it was cut in the middle.";
		return { path: path.map((part) => part.toWellFormed()), rule: "unicode", detail };
	}
	if (typeof value === "number" && !Number.isFinite(value)) {
		return { path, rule: "number", detail: "A number is beyond what can be counted: give it as a text." };
	}
	return undefined;
}
