import { describe, expect, it } from "vitest";
import { amazonAuthorities, climbOf, judgeCaa, type ValidationMethod } from "../../domain/caa.ts";

/** What stands where: names to records in presentation form. */
type Tree = Record<string, readonly string[]>;
const host = "shop.acme.co.uk";
const wild = "*.shop.acme.co.uk";

function judge(hostname: string, tree: Tree, method?: ValidationMethod) {
	const climb = climbOf(hostname).map((name) => ({
		name,
		records: (tree[name] ?? []).map((text) => {
			const [, flags = "", tag = "", value = ""] = /^(\d+) (\S+) "(.*)"$/s.exec(text) ?? [];
			return { flags: Number(flags), tag, value };
		}),
	}));
	return judgeCaa(hostname, climb, amazonAuthorities, method);
}
const at = (...records: string[]): Tree => ({ [host]: records });

/** RFC 8659, section 3: the closest name with records decides, and it alone. */
const climbing: [string, string, Tree, string | true][] = [
	["nobody says anything", host, {}, true],
	["at the name itself", host, at('0 issue "ca.example"'), host],
	["at the parent", host, { "acme.co.uk": ['0 issue "ca.example"'] }, "acme.co.uk"],
	["at the public suffix", host, { "co.uk": ['0 issue "ca.example"'] }, "co.uk"],
	["at the top-level domain", host, { uk: ['0 issue ";"'] }, "uk"],
	[
		"the name outranks the parent that forbids",
		host,
		{ ...at('0 issue "amazon.com"'), "acme.co.uk": ['0 issue ";"'] },
		true,
	],
	[
		"the name outranks the parent that permits",
		host,
		{ ...at('0 issue ";"'), "acme.co.uk": ['0 issue "amazon.com"'] },
		host,
	],
	["the parent outranks the suffix", host, { "acme.co.uk": ['0 issue "amazon.com"'], "co.uk": ['0 issue ";"'] }, true],
	[
		"records without issue end the climb, too",
		host,
		{ ...at('0 iodef "mailto:a@acme.co.uk"'), "acme.co.uk": ['0 issue ";"'] },
		true,
	],
	["a sibling is nothing to it", host, { "www.acme.co.uk": ['0 issue ";"'] }, true],
	["a name below is nothing to it", host, { "a.shop.acme.co.uk": ['0 issue ";"'] }, true],
	["a wildcard begins below its star", wild, at('0 issue ";"'), host],
	["a wildcard climbs", wild, { "acme.co.uk": ['0 issuewild "ca.example"'] }, "acme.co.uk"],
	["a record at the star itself is none", wild, { [wild]: ['0 issue ";"'] }, true],
];

/** RFC 8659, sections 4.2 and 4.3. */
const properties: [string, string, string[], boolean][] = [
	["issue names Amazon", host, ['0 issue "amazon.com"'], true],
	["issue names another of Amazon's domains", host, ['0 issue "awstrust.com"'], true],
	["issue names somebody else", host, ['0 issue "letsencrypt.org"'], false],
	["one of several is enough, in whatever order", host, ['0 issue "a.example"', '0 issue "amazonaws.com"'], true],
	["several others", host, ['0 issue "a.example"', '0 issue "b.example"'], false],
	["nobody", host, ['0 issue ";"'], false],
	["nobody, by nothing", host, ['0 issue ""'], false],
	["nobody, by blanks", host, ['0 issue "  "'], false],
	["nobody and Amazon: what is permitted is permitted", host, ['0 issue ";"', '0 issue "amazon.com"'], true],
	["issuewild alone is nothing to a host", host, ['0 issuewild ";"'], true],
	["issuewild does not permit a host", host, ['0 issue ";"', '0 issuewild "amazon.com"'], false],
	["issue counts for a wildcard without issuewild", wild, ['0 issue "letsencrypt.org"'], false],
	["issue permits a wildcard without issuewild", wild, ['0 issue "amazon.com"'], true],
	["issuewild outranks issue, to forbid", wild, ['0 issue "amazon.com"', '0 issuewild ";"'], false],
	["issuewild outranks issue, to permit", wild, ['0 issue ";"', '0 issuewild "amazon.com"'], true],
	["a malformed issuewild outranks issue, too", wild, ['0 issue "amazon.com"', '0 issuewild "%%%"'], false],
	["several issuewild", wild, ['0 issuewild "a.example"', '0 issuewild "amazon.com"'], true],
	["tags in any case", host, ['0 IsSuE "letsencrypt.org"'], false],
	["issuewild in any case", wild, ['0 issue "amazon.com"', '0 IssueWild ";"'], false],
	["the authority in any case", host, ['0 issue "AMAZON.COM"'], true],
	["mail and logos are no server's concern", host, ['0 issuemail ";"', '0 issuevmc ";"'], true],
	["contacts forbid nothing", host, ['0 contactemail "a@acme.co.uk"', '0 contactphone "1"'], true],
];

/** RFC 8659, section 4.1: bit 0 of the flags alone is 'critical'. */
const flags: [string, string, string[], boolean][] = [
	["an unknown tag", host, ['0 future "x"', '0 issue "amazon.com"'], true],
	["an unknown tag, critical", host, ['128 future "x"', '0 issue "amazon.com"'], false],
	["an unknown tag, critical, alone", host, ['128 future "x"'], false],
	["an unknown tag, critical, for a wildcard", wild, ['128 future "x"', '0 issuewild "amazon.com"'], false],
	["an unknown tag, critical among other bits", host, ['129 future "x"'], false],
	["an unknown tag with other bits only", host, ['127 future "x"'], true],
	["the bit that people take for critical", host, ['1 future "x"'], true],
	["issue, critical", host, ['128 issue "amazon.com"'], true],
	["iodef in capitals, critical", host, ['128 IODEF "mailto:a@acme.co.uk"'], true],
];

/** The grammar of section 4.2; what breaks it permits nobody. */
const grammar: [string, boolean][] = [
	["  amazon.com  ", true],
	["\tamazon.com\t;\t", true],
	["amazon.com;", true],
	["amazon.com; ", true],
	["amazon.com;policy=ev", true],
	["amazon.com ; policy = ev ; account = 230123", true],
	["amazon.com; empty=", true],
	["amazon.com; policy=ev;", false],
	["amazon.com;; policy=ev", false],
	["amazon.com; policy", false],
	["amazon.com; =ev", false],
	["amazon.com; -policy=ev", false],
	["amazon.com; policy-=ev", false],
	["amazon.com; a policy=ev", false],
	["amazon.com; policy=e v", false],
	["amazon.com; policy=é", false],
	["amazon.com.", false],
	[".amazon.com", false],
	["amazon..com", false],
	["amazon.com letsencrypt.org", false],
	["amazon.com, letsencrypt.org", false],
	["https://amazon.com", false],
	["-amazon.com", false],
	["www.amazon.com", false],
	["notamazon.com", false],
	["amazon.com\nx", false],
	["\u00a0amazon.com", false],
];

/** RFC 8657. */
const binding: [string, ValidationMethod, boolean][] = [
	["amazon.com; validationmethods=dns-01", "dns-01", true],
	["amazon.com; validationmethods=dns-01", "http-01", false],
	["amazon.com; validationmethods=http-01", "http-01", true],
	["amazon.com; validationmethods=http-01", "dns-01", false],
	["amazon.com; validationmethods=tls-alpn-01,http-01,dns-01", "dns-01", true],
	["amazon.com; VALIDATIONMETHODS=dns-01", "dns-01", true],
	["amazon.com; validationmethods=", "dns-01", false],
	["amazon.com; validationmethods=xdns-01", "dns-01", false],
	["amazon.com; accounturi=https://ca.example/acct/1", "dns-01", false],
	["amazon.com; AccountURI=https://ca.example/acct/1", "dns-01", false],
	["amazon.com; validationmethods=dns-01; accounturi=https://ca.example/1", "dns-01", false],
	["amazon.com; policy=ev; validationmethods=dns-01", "dns-01", true],
];

describe("CAA, judged", () => {
	it.each(climbing)("by climbing: %s", (_, hostname, tree, told) => {
		const judged = judge(hostname, tree);
		expect(judged.permitted ? true : judged.name).toBe(told);
	});

	it.each([...properties, ...flags])("by its properties: %s", (_, hostname, records, permitted) => {
		expect(judge(hostname, at(...records)).permitted).toBe(permitted);
	});

	it.each(grammar)("by its grammar: %j", (value, permitted) => {
		expect(judge(host, at(`0 issue "${value}"`)).permitted).toBe(permitted);
	});

	it.each(binding)("by what it is bound to: %j, validated by %s", (value, method, permitted) => {
		expect(judge(host, at(`0 issue "${value}"`), method).permitted).toBe(permitted);
	});

	it("lets a bound record stand beside one that is not", () => {
		const records = ['0 issue "amazon.com; validationmethods=http-01"', '0 issue "amazontrust.com"'];
		expect(judge(host, at(...records), "dns-01")).toEqual({ permitted: true });
	});
});
