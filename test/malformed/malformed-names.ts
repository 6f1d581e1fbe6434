import { reservedSlugs } from "../../domain/reserved-slugs.ts";
import { parseSlug } from "../../domain/slug.ts";
import { platformDomain } from "../builders/entities.ts";
import { malformedHostnames } from "../domain/malformed-hostnames.ts";

/** What people and programs type where a slug belongs. */
const typed = [
	...[
		"",
		" ",
		"-",
		"--",
		"-a",
		"a-",
		"ab--cd",
		"xn--abc",
		"a_b",
		"a.b",
		"a b",
		"a/b",
		"a\\b",
		"a%2fb",
		"../a",
		"a?b",
		"a#b",
	],
	...[
		"a@b",
		"a:b",
		"a\u0000",
		"\u0000",
		"a\n",
		"a\tb",
		"a'b",
		'a"b',
		"a;b",
		"<a>",
		"{a}",
		"$a",
		"a&b",
		"a+b",
		"a=b",
		"*",
		"a*",
	],
	...[
		"ü",
		"ß",
		"аcme",
		"acmе",
		"ａｃｍｅ",
		"acme\u200d",
		"\u202eacme",
		"☃",
		"\ud800",
		"k\u0301",
		"\u212a",
		"日本",
		"a".repeat(64),
	],
	...["www", "api", "admin", "mail", "status", "WWW", "wwww", "adm1n", "a".repeat(255), `acme.${platformDomain}`],
];

/** Texts that are no slug, or none that can be had. */
export const malformedSlugs: readonly string[] = [
	...new Set([...typed, ...malformedHostnames.map(([text]) => text)]),
].filter((text) => !parseSlug(text, reservedSlugs).ok);

/** Hosts that no request can go to; the last ones are names, and on nobody's list. */
export const malformedHosts: readonly string[] = [
	...malformedHostnames.map(([text]) => text),
	...["attacker.example", "origins.example.net", "a.b.origins.example.net.attacker.example", "169.254.169.254"],
	...["metadata.google.internal", "acme.origins.example.net:8443", "user@acme.origins.example.net", "[::ffff:7f00:1]"],
];

/** Path prefixes that could be read in two ways, with the rule that they break. */
export const malformedPrefixes: readonly (readonly [text: string, rule: string])[] = [
	["shop", "leading-slash"],
	["\\shop", "characters"],
	["/shop/", "trailing-slash"],
	["/", "trailing-slash"],
	["//", "trailing-slash"],
	["/a//b", "empty-segment"],
	["//a", "empty-segment"],
	["/..", "dot-segment"],
	["/a/../b", "dot-segment"],
	["/./a", "dot-segment"],
	["/%2e%2e/a", "characters"],
	["/a%2fb", "characters"],
	["/a%00", "characters"],
	["/a\u0000", "characters"],
	["/a b", "characters"],
	["/ü", "characters"],
	["/a\r\nx: y", "characters"],
	["/\ud800", "unicode"],
	["/a?b", "query"],
	["/a#b", "query"],
	["/{proxy+}", "characters"],
	["/a|b", "characters"],
	["https://attacker.example/", "leading-slash"],
];

/** Configs that are too long, or hold what cannot be kept; JSON text, since not all of it survives as a value. */
export const malformedConfigs: readonly (readonly [text: string, rule: string])[] = [
	[`{"a":"${"x".repeat(16_384)}"}`, "limit"],
	[JSON.stringify(Object.fromEntries(Array.from({ length: 4_000 }, (_, at) => [`${at}`, at]))), "limit"],
	['{"a":"\\ud800"}', "unicode"],
	['{"a":{"\\udfff":1}}', "unicode"],
	['{"__proto__":1}', "member-name"],
	['{"a":[[{"__proto__":null}]]}', "member-name"],
	['{"a":1e309}', "number"],
	['{"a":[-1e999]}', "number"],
	[`{"a":${"[".repeat(65)}${"]".repeat(65)}}`, "depth"],
	[`{"a":${"[".repeat(7_000)}${"]".repeat(7_000)}}`, "depth"],
];
