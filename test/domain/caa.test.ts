import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { amazonAuthorities, type CaaRecord, climbOf, judgeCaa } from "../../domain/caa.ts";

const record = (text: string): CaaRecord => {
	const [, flags = "", tag = "", value = ""] = /^(\d+) (\w+) "(.*)"$/.exec(text) ?? [];
	return { flags: Number(flags), tag, value };
};
const judge = (hostname: string, levels: Record<string, string[]>) =>
	judgeCaa(
		hostname,
		climbOf(hostname).map((name) => ({ name, records: (levels[name] ?? []).map(record) })),
		amazonAuthorities,
	);
const wildcard = "*.app.example.com";

describe("climbing for CAA", () => {
	it("begins at the name, a wildcard's at what it is below, and ends at the top-level domain", () => {
		expect(climbOf("a.example.com")).toEqual(["a.example.com", "example.com", "com"]);
		expect(climbOf("*.app.example.com")).toEqual(climbOf("app.example.com"));
	});

	it("permits anybody where nobody says anything", () => {
		expect(judge(wildcard, {})).toEqual({ permitted: true });
	});

	it("is decided by the first name that has records, and by it alone", () => {
		const apex = ['0 issue "letsencrypt.org"'];
		expect(judge(wildcard, { "example.com": apex })).toMatchObject({ permitted: false, name: "example.com" });
		const own = ['0 issue "amazon.com"'];
		expect(judge(wildcard, { "example.com": apex, "app.example.com": own })).toEqual({ permitted: true });
		expect(judge(wildcard, { com: own, "app.example.com": apex })).toMatchObject({ name: "app.example.com" });
	});
});

describe("CAA records", () => {
	it.each<[string, string[], string, boolean]>([
		["issue permits a host", ['0 issue "amazon.com"'], "a.example.com", true],
		["issue permits a wildcard where there is no issuewild", ['0 issue "amazon.com"'], wildcard, true],
		["any of Amazon's names", ['0 issue "AmazonTrust.com"'], wildcard, true],
		["tags in any case", ['0 ISSUE "amazon.com"'], wildcard, true],
		["one of several is enough", ['0 issue "letsencrypt.org"', '0 issue "amazon.com"'], wildcard, true],
		["issuewild outranks issue", ['0 issue "amazon.com"', '0 issuewild ";"'], wildcard, false],
		["issuewild alone permits a wildcard", ['0 issue ";"', '0 issuewild "amazon.com"'], wildcard, true],
		["issuewild is nothing to a host", ['0 issue ";"', '0 issuewild "amazon.com"'], "a.example.com", false],
		["issuewild alone leaves hosts free", ['0 issuewild ";"'], "a.example.com", true],
		["nobody", ['0 issue ";"'], wildcard, false],
		["nobody, by an empty value", ['0 issue ""'], wildcard, false],
		["another authority", ['0 issue "letsencrypt.org"'], wildcard, false],
		["what only looks like it", ['0 issue "amazon.com.evil.org"'], wildcard, false],
		["what is malformed", ['0 issue "amazon.com evil"'], wildcard, false],
		["other tags forbid nothing", ['0 iodef "mailto:a@example.com"'], wildcard, true],
		["a known tag may be critical", ['128 issue "amazon.com"'], wildcard, true],
		["an unknown one may stand", ['0 tbs "x"', '0 issue "amazon.com"'], wildcard, true],
		["an unknown one that is critical forbids", ['128 tbs "x"', '0 issue "amazon.com"'], wildcard, false],
		["parameters of the authority's own", ['0 issue "amazon.com; policy=ev"'], wildcard, true],
		["a semicolon with nothing behind it", ['0 issue "amazon.com;"'], wildcard, true],
		["validation by DNS", ['0 issue "amazon.com; validationmethods=http-01,dns-01"'], wildcard, true],
		["validation otherwise only", ['0 issue "amazon.com; ValidationMethods=http-01"'], wildcard, false],
		["one account of the authority", ['0 issue "amazon.com; accounturi=https://ca.example/1"'], wildcard, false],
		["a parameter without a value", ['0 issue "amazon.com; validationmethods"'], wildcard, false],
		["an empty parameter between others", ['0 issue "amazon.com; ; policy=ev"'], wildcard, false],
	])("%s", (_, records, hostname, permitted) => {
		expect(judge(hostname, { "example.com": records }).permitted).toBe(permitted);
	});

	it("that forbid are quoted", () => {
		const records = ['0 issue "letsencrypt.org"', '0 issue ";"'];
		expect(judge(wildcard, { "example.com": records })).toEqual({
			permitted: false,
			name: "example.com",
			because: "all that it says of 'issue' is 'letsencrypt.org', ';'",
			remedy: 'Add 0 issue "amazon.com" to the CAA records of example.com',
		});
		expect(judge(wildcard, { "example.com": ['128 tbs "x"'] })).toMatchObject({
			because: "nobody may issue who does not know 'tbs'",
			remedy: "Take the record 128 tbs out of the CAA records of example.com",
		});
	});

	it("that forbid are mended by the tag that decides: of an issuewild only an issuewild helps a wildcard", () => {
		const records = ['0 issue "amazon.com"', '0 issuewild "letsencrypt.org"'];
		const judged = judge(wildcard, { "example.com": records });
		expect(judged).toMatchObject({ remedy: 'Add 0 issuewild "amazon.com" to the CAA records of example.com' });
		expect(judge(wildcard, { "example.com": [...records, '0 issue "amazon.com"'] }).permitted).toBe(false);
		expect(judge(wildcard, { "example.com": [...records, '0 issuewild "amazon.com"'] }).permitted).toBe(true);
		const hosts = judge("a.example.com", { "example.com": ['0 issue ";"', '0 issuewild "amazon.com"'] });
		expect(hosts).toMatchObject({ remedy: 'Add 0 issue "amazon.com" to the CAA records of example.com' });
	});

	it("of any kind never make the judgement throw", () => {
		const any = fc.record({ flags: fc.nat(255), tag: fc.string(), value: fc.string() });
		fc.assert(
			fc.property(fc.array(any), (records) => {
				const judged = judgeCaa(wildcard, [{ name: "app.example.com", records }], amazonAuthorities);
				// Whoever is not named by any record is not let in by one.
				const restricts = records.some(({ tag }) => /^issue(?:wild)?$/i.test(tag));
				const named = records.some(({ value }) => /amazon|awstrust/i.test(value));
				expect(judged.permitted && restricts && !named).toBe(false);
			}),
		);
	});
});
