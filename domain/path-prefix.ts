import { characterName } from "./confusables.ts";
import { limits } from "./limits.ts";
import { accepted, type Result, refused } from "./result.ts";

/** Why a text is no path prefix in normal form: there is one way to write a prefix, so that prefixes can be compared. */
export interface PathPrefixRefusal {
	rule: "length" | "query" | "characters" | "leading-slash" | "trailing-slash" | "empty-segment" | "dot-segment";
	detail: string;
}

/**
 * Reads a path prefix such as `/shop/v2`: absolute, no trailing slash, no empty or dot segment, no query, at most 255
 * characters. Percent-encoding is refused: `%2e%2e` is a dot segment to some servers and a name to others.
 */
export function parsePathPrefix(text: string): Result<string, PathPrefixRefusal> {
	const rule = (rule: PathPrefixRefusal["rule"], detail: string) => refused({ rule, detail });
	const max = limits.pathPrefix.value;
	if (text.length > max) return rule("length", `The path has ${text.length} characters: shorten it to ${max}.`);
	if (/[?#]/.test(text))
		return rule("query", "Leave out everything from the first '?' or '#': only a path can be given.");
	const stray = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/]/u.exec(text); // RFC 3986 §3.3, but for '%'
	if (stray) {
		return rule("characters", `Character ${stray.index + 1}, ${characterName(stray[0])}, cannot be in a path prefix.`);
	}
	if (!text.startsWith("/")) return rule("leading-slash", "Begin the path with '/'.");
	if (text.endsWith("/"))
		return rule("trailing-slash", "Leave out the '/' at the end; for the whole site leave out the path.");
	const segments = text.slice(1).split("/");
	if (segments.includes("")) return rule("empty-segment", "Write one '/' between two segments, not several.");
	if (segments.includes(".") || segments.includes("..")) {
		return rule("dot-segment", "Write the path without '.' and '..' segments.");
	}
	return accepted(text);
}
