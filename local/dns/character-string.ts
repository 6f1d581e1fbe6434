/** What a TXT value holds, or why Route 53 would refuse it. */
export type CharacterStrings =
	| { ok: true; strings: Buffer[] }
	| { ok: false; problem: "InvalidCharacterString" | "CharacterStringTooLong" };

const longestOctets = 255; // RFC 1035 §3.3

/**
 * Reads a TXT value: one or more quoted strings, with or without spaces between them; `\"`, `\\` and `\ooo` (octal) escape.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#TXTFormat
 */
export function characterStrings(value: string): CharacterStrings {
	const strings: Buffer[] = [];
	let rest = value.trim();
	do {
		const quoted = /^"((?:[^"\\]|\\.)*)"\s*/.exec(rest);
		if (!quoted) return { ok: false, problem: "InvalidCharacterString" };
		const octets = unescaped(quoted[1] ?? "");
		if (octets.length > longestOctets) return { ok: false, problem: "CharacterStringTooLong" };
		strings.push(octets);
		rest = rest.slice(quoted[0].length);
	} while (rest);
	return { ok: true, strings };
}

function unescaped(text: string): Buffer {
	const parts = text.match(/\\[0-3][0-7]{2}|\\.|[^\\]+/g) ?? [];
	return Buffer.concat(
		parts.map((part) => {
			if (/^\\[0-7]{3}$/.test(part)) return Buffer.from([Number.parseInt(part.slice(1), 8)]);
			return Buffer.from(part.startsWith("\\") ? part.slice(1) : part, "utf8");
		}),
	);
}
