import { describe, expect, it } from "vitest";
import { judgeOwnership } from "../../domain/ownership.ts";
import { expectedProof } from "../../domain/ownership-evidence.ts";
import { aView, type Standing, views } from "./a-dns-view.ts";

const token = "a".repeat(26);
const former = "b".repeat(26);
const theirs = "c".repeat(26);
const platformDomain = "app.platform.net";
const hostname = "shop.acme.com";
const target = `${token}.edge.${platformDomain}`;
const value = `hostmaster-verification=${token}`;

const either = expectedProof(hostname, { token, formerTokens: [former], proofs: ["cname", "txt"] }, platformDomain);
const onlyTxt = expectedProof(hostname, { token, formerTokens: [former], proofs: ["txt"] }, platformDomain);

const byCname: Standing = { cname: [[hostname, target]] };
const byTxt: Standing = { txt: [[value]] };
const txt = (...records: string[]): Standing => ({ txt: records.map((text) => [text]) });

describe("an ownership is proven", () => {
	it.each<[string, Standing]>([
		["by the CNAME's own target", byCname],
		["whatever its case and final dot", { cname: [["Shop.Acme.com.", `${target.toUpperCase()}.`]] }],
		[
			"over names of the same domain",
			{
				cname: [
					[hostname, "www.acme.com"],
					["www.acme.com", target],
				],
			},
		],
		[
			"whatever the target leads on to",
			{
				cname: [
					[hostname, target],
					[target, "d111.cloudfront.net"],
				],
			},
		],
	])("%s", (_, standing) => {
		expect(judgeOwnership(either, views(standing))).toEqual({ state: "proven", by: "cname" });
	});

	it.each<[string, Standing]>([
		["by a TXT record", byTxt],
		["in several strings of one record", { txt: [["hostmaster-", "verification=", token]] }],
		["beside other records", txt("v=spf1 -all", value, `hostmaster-verification=${theirs}`)],
		[
			"behind a CNAME within the same domain",
			{ txt: [[value]], txtWay: [["_hostmaster.shop.acme.com", "proofs.acme.com"]] },
		],
	])("%s", (_, standing) => {
		expect(judgeOwnership(onlyTxt, views(standing))).toEqual({ state: "proven", by: "txt" });
		expect(judgeOwnership(either, views(standing))).toEqual({ state: "proven", by: "txt" });
	});

	it("for a wildcard beneath the name that it stands for", () => {
		const wildcard = expectedProof("*.acme.com", { token, formerTokens: [], proofs: ["txt"] }, platformDomain);
		expect(wildcard).toMatchObject({ txtName: "_hostmaster.acme.com", registrableDomain: "acme.com" });
		expect(judgeOwnership(wildcard, views(byTxt))).toEqual({ state: "proven", by: "txt" });
	});

	it("though one server of several does not answer", () => {
		const silent = { "ns2.dns.net": { ...byTxt, outcome: "no-answer" } } as const;
		expect(judgeOwnership(onlyTxt, views(byTxt, silent))).toMatchObject({ state: "proven" });
		const { resolvers, nameServers } = views(byTxt);
		const third = [...resolvers, aView("9.9.9.9", { outcome: "servfail" })];
		expect(judgeOwnership(onlyTxt, { resolvers: third, nameServers })).toMatchObject({ state: "proven" });
	});

	it("whatever a lame name server says", () => {
		const { resolvers, nameServers } = views(byTxt);
		const lame = { ...aView("ns3.dns.net"), standing: "lame" } as const;
		expect(judgeOwnership(onlyTxt, { resolvers, nameServers: [...nameServers, lame] })).toMatchObject({
			state: "proven",
		});
	});

	it("of a name that is a public suffix, as no claim has, only within itself", () => {
		expect(expectedProof("co.uk", { token, formerTokens: [], proofs: ["txt"] }, platformDomain).registrableDomain).toBe(
			"co.uk",
		);
	});
});

describe("an ownership is not proven yet", () => {
	it.each<[string, string, Standing]>([
		["without any record", "cname-missing", {}],
		[
			"by the target of an attempt before",
			"cname-of-former-attempt",
			{ cname: [[hostname, `${former}.edge.${platformDomain}`]] },
		],
		[
			"by another tenant's target",
			"cname-of-another-tenant",
			{ cname: [[hostname, `${theirs}.edge.${platformDomain}`]] },
		],
		["by a shared target", "cname-wrong-target", { cname: [[hostname, "d111.cloudfront.net"]] }],
		["by a name of the platform", "cname-wrong-target", { cname: [[hostname, `acme.${platformDomain}`]] }],
		["by a target in the customer's own zone", "cname-wrong-target", { cname: [[hostname, `${target}.acme.com`]] }],
		[
			"by way of a stranger's name",
			"cname-by-way-of-others",
			{
				cname: [
					[hostname, "x.evil.com"],
					["x.evil.com", target],
				],
			},
		],
		["by a CNAME of another name", "cname-missing", { cname: [["blog.acme.com", target]] }],
		[
			"by a loop",
			"cname-wrong-target",
			{
				cname: [
					[hostname, "www.acme.com"],
					["www.acme.com", hostname],
				],
			},
		],
		[
			"when the TXT record is the one that was tried",
			"txt-of-former-attempt",
			txt(`hostmaster-verification=${former}`),
		],
	])("%s: %s", (_, reason, standing) => {
		expect(judgeOwnership(either, views(standing))).toMatchObject({ state: "not-yet", reason });
	});

	it.each<[string, string, Standing]>([
		["without a record", "txt-missing", {}],
		["by the value of an attempt before", "txt-of-former-attempt", txt(`hostmaster-verification=${former}`)],
		["by another tenant's", "txt-of-another-tenant", txt(`hostmaster-verification=${theirs}`)],
		["by a value over two records", "txt-split", txt(token, "hostmaster-verification=")],
		["by a value in quotation marks", "txt-quoted", txt(`"${value}"`)],
		["by a value in a word processor's", "txt-quoted", txt(`“${value}”`)],
		["by a value with a space", "txt-spaced", txt(`hostmaster-verification= ${token}`)],
		["by a value with a line's end", "txt-spaced", txt(`${value}\n`)],
		["by a value in capitals", "txt-wrong-value", txt(value.toUpperCase())],
		["by a value that is cut off", "txt-wrong-value", txt(value.slice(0, -4))],
		["by the token alone", "txt-wrong-value", txt(token)],
		["by something else", "txt-wrong-value", txt("v=spf1 -all")],
		[
			"by what a stranger's name says",
			"txt-behind-cname",
			{ ...byTxt, txtWay: [["_hostmaster.shop.acme.com", "x.evil.com"]] },
		],
		["by the right CNAME", "cname-is-no-proof", byCname],
		[
			"by the right CNAME and a wrong record",
			"txt-of-another-tenant",
			{ ...byCname, ...txt(`hostmaster-verification=${theirs}`) },
		],
	])("where only TXT counts, %s: %s", (_, reason, standing) => {
		const verdict = judgeOwnership(onlyTxt, views(standing));
		expect(verdict).toMatchObject({ state: "not-yet", reason });
		expect(verdict).toMatchObject({ message: expect.stringMatching(/^.{30,400}$/s) });
		expect(verdict).toMatchObject({ message: expect.stringContaining(value) });
	});

	it.each<[string, string, Record<string, Standing>, string]>([
		["one resolver has an old answer", "resolvers-disagree", { "8.8.8.8": {} }, "8.8.8.8"],
		["only the zone has it", "resolvers-disagree", { "1.1.1.1": {}, "8.8.8.8": {} }, "1.1.1.1, 8.8.8.8"],
		[
			"only resolvers have it",
			"resolvers-disagree",
			{ "ns1.dns.net": {}, "ns2.dns.net": {} },
			"ns1.dns.net, ns2.dns.net",
		],
		["one name server has an old zone", "name-servers-disagree", { "ns2.dns.net": {} }, "ns2.dns.net"],
		["one resolver alone answers", "too-few-answers", { "8.8.8.8": { outcome: "servfail" } }, "8.8.8.8"],
		[
			"no name server answers",
			"too-few-answers",
			{ "ns1.dns.net": { outcome: "refused" }, "ns2.dns.net": { outcome: "no-answer" } },
			"ns1.dns.net, ns2.dns.net",
		],
	])("while %s: %s", (_, reason, but, found) => {
		for (const [expected, standing] of [
			[either, byCname],
			[onlyTxt, byTxt],
		] as const) {
			const verdict = judgeOwnership(expected, views(standing, but));
			expect(verdict).toMatchObject({ state: "not-yet", reason, found });
			expect(verdict).toMatchObject({ message: expect.stringContaining(found) });
		}
	});

	it("when nobody can be asked, which is not the same as nothing being there", () => {
		const verdict = judgeOwnership(either, views({ outcome: "no-answer" }));
		expect(verdict).toMatchObject({ state: "not-yet", reason: "could-not-ask" });
		expect(verdict).not.toHaveProperty("found");
		expect(judgeOwnership(either, { resolvers: [], nameServers: [] })).toMatchObject({ reason: "could-not-ask" });
	});

	it("when the two resolvers are one", () => {
		const { resolvers, nameServers } = views(byTxt);
		const [first] = resolvers;
		const once = { resolvers: first ? [first, first] : [], nameServers };
		expect(judgeOwnership(onlyTxt, once)).toMatchObject({ reason: "too-few-answers" });
		expect(judgeOwnership(onlyTxt, once)).toMatchObject({ message: expect.stringContaining("nobody else was asked") });
	});
});
