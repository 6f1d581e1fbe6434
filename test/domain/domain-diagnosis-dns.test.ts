import { describe, expect, it } from "vitest";
import { edgeTarget, proofValue } from "../../domain/custom-domain.ts";
import { diagnose } from "../../domain/domain-diagnosis/diagnose.ts";
import type { ExpectedDomain } from "../../domain/domain-diagnosis/expected-domain.ts";
import {
	couldNotAsk,
	type DnsView,
	type DomainObservations,
	notAsked,
	seen,
} from "../../domain/domain-observations.ts";
import {
	addresses,
	aLook,
	allSee,
	aResolver,
	aServer,
	cname,
	edge,
	flattened,
	link,
	lookedAt,
	nothing,
	texts,
} from "../builders/a-look.ts";
import {
	anExpectedDomain,
	formerToken,
	platform,
	strangersToken,
	target,
	token,
} from "../builders/an-expected-domain.ts";

type Told = { ok: boolean; reason?: string; found?: string; until?: string; message?: string; fix?: string };
const judge = (expected: Partial<ExpectedDomain>, observed: Partial<DomainObservations>): Told =>
	diagnose(anExpectedDomain(expected), aLook(observed), lookedAt);

const to = (name: string) => allSee({ a: cname(name), aaaa: cname(name) });
const gone = { a: nothing("nxdomain"), aaaa: nothing("nxdomain") };
const failing = { a: nothing("servfail"), aaaa: nothing("servfail") };
const proving = (...records: string[]) => ({ ...gone, proof: texts(...records) });
const resolvers = (...views: Partial<DnsView>[]) => views.map((view, at) => aResolver(`r${at + 1}`, view));
const zoneOf = (...servers: ReturnType<typeof aServer>[]) =>
	seen({ name: "acme.com", delegated: seen(["ns1", "ns2"]), servers });
const apex = { hostname: "acme.com", stage: "traffic" } as const;
const txtOnly = { proofs: ["txt"] } as const;
const certificate = { stage: "certificate" } as const;

describe("a diagnosis of DNS", () => {
	it.each<[string, Partial<ExpectedDomain>, Partial<DomainObservations>]>([
		["could-not-ask", {}, allSee({ a: nothing("no-answer") })],
		["could-not-ask", {}, { resolvers: [] }],
		["domain-not-registered", {}, { ...allSee(gone), zone: seen({ name: "com", delegated: notAsked, servers: [] }) }],
		[
			"cname-loop",
			{},
			{
				resolvers: [
					aResolver("r1", { ...failing, walked: seen([link("shop.acme.com", "a.b"), link("a.b", "shop.acme.com")]) }),
				],
			},
		],
		[
			"cname-chain-too-long",
			{},
			{
				resolvers: [
					aResolver("r1", { walked: seen(Array.from({ length: 9 }, (_, at) => link(`n${at}`, `n${at + 1}`))) }),
				],
			},
		],
		["dnssec-broken", {}, { resolvers: [aResolver("r1", { ...failing, unchecked: seen(cname(target)) })] }],
		[
			"name-servers-silent",
			{},
			{ resolvers: resolvers(failing), zone: zoneOf(aServer("ns1", { standing: "silent" })) },
		],
		[
			"lame-delegation",
			{},
			{
				resolvers: resolvers(failing),
				zone: zoneOf(
					aServer("ns1", { standing: "lame", detail: "answers REFUSED" }),
					aServer("ns2", { standing: "silent" }),
				),
			},
		],
		["lame-delegation", certificate, { zone: zoneOf(aServer("ns1"), aServer("ns2", { standing: "lame" })) }],
		["servfail", {}, { resolvers: resolvers(failing), zone: couldNotAsk("silence") }],
		["servfail", {}, { resolvers: resolvers(failing), zone: zoneOf(aServer("ns1")) }],
		[
			"delegation-differs",
			certificate,
			{ zone: seen({ name: "acme.com", delegated: seen(["ns1"]), servers: [aServer("ns1")] }) },
		],
		[
			"delegation-differs",
			certificate,
			{ zone: seen({ name: "acme.com", delegated: seen(["ns1", "ns2", "ns3"]), servers: [aServer("ns1")] }) },
		],
		["name-servers-disagree", {}, { zone: zoneOf(aServer("ns1"), aServer("ns2", gone)) }],
		["name-servers-disagree", certificate, { zone: zoneOf(aServer("ns1"), aServer("ns2", gone)) }],
		["resolvers-disagree", certificate, { resolvers: resolvers({}, gone), zone: couldNotAsk("silence") }],
		["resolvers-disagree", {}, { resolvers: resolvers({}, { ...gone, a: nothing("nxdomain") }), zone: notAsked }],
		["old-answer-held", {}, { resolvers: resolvers({}, {}, gone) }],
		["old-answer-held", certificate, { resolvers: resolvers({}, { a: cname("old.example.org") }) }],
		["old-answer-held", txtOnly, { ...allSee(proving(proofValue(token))), resolvers: resolvers(proving()) }],
		["record-name-doubled", apex, { ...allSee(gone), doubled: seen(cname(target)) }],
		["record-name-doubled", {}, { ...allSee(gone), doubled: seen(cname(target)) }],
		["name-missing", {}, allSee(gone)],
		["name-missing", certificate, { ...allSee(gone), sibling: notAsked, doubled: notAsked }],
		["name-empty", {}, allSee({ a: nothing(), aaaa: nothing() })],
		["target-does-not-resolve", certificate, allSee({ a: { ...cname(target), outcome: "nxdomain" }, aaaa: nothing() })],
		["servfail", certificate, { resolvers: resolvers({ a: nothing("refused") }, failing) }],
		[
			"dnssec-broken",
			{},
			{ resolvers: [aResolver("r1", { ...failing, unchecked: seen(cname(target)) })], zone: notAsked },
		],
	])("finds %s (%#)", (reason, expected, observed) => {
		const verdict = judge(expected, observed);
		expect(verdict).toMatchObject({ reason });
		expect(`${verdict.message} ${verdict.fix}`).not.toMatch(/[{}]|undefined/);
	});

	it("tells until when an old answer may be held: by its own record's TTL", () => {
		const old = { ...cname("old.example.org"), chain: [link("shop.acme.com", "old.example.org", 3_600)] };
		expect(judge(certificate, { resolvers: resolvers({}, { a: old }) }).until).toBe("2026-11-23T13:00:00.000Z");
	});

	it("blames nobody's memory for an answer that says nothing of its age", () => {
		const ageless = { ...nothing("nxdomain"), ttlSeconds: undefined };
		const view = { a: ageless, aaaa: ageless };
		expect(judge(certificate, { resolvers: resolvers({}, view) })).toMatchObject({ reason: "resolvers-disagree" });
	});
});

describe("a diagnosis of where a name leads", () => {
	it.each<[string, Partial<ExpectedDomain>, Partial<DomainObservations>]>([
		["apex-has-cname", apex, to(target)],
		["apex-not-flattened", apex, allSee({ a: addresses("192.0.2.77"), aaaa: nothing() })],
		["cname-beside-other-records", certificate, allSee({ a: addresses("192.0.2.77") })],
		["cname-beside-other-records", certificate, allSee({ aaaa: addresses("2001:db8::7") })],
		["cname-beside-other-records", certificate, { zone: zoneOf(aServer("ns1", { besides: ["MX"] })) }],
		["wildcard-shadows", {}, { ...to("old.example.org"), sibling: seen(cname("old.example.org")) }],
		["cname-of-former-attempt", {}, to(edgeTarget(formerToken, platform))],
		["cname-of-another-tenant", {}, to(edgeTarget(strangersToken, platform))],
		["cname-to-platform", {}, to(`acme.${platform}`)],
		["cname-without-token", {}, to("d1.cloudfront.net")],
		["proxied", {}, to("shop.acme.com.cdn.cloudflare.net")],
		["proxied", {}, allSee({ a: addresses("104.16.1.1"), aaaa: addresses("2606:4700::1") })],
		["cname-wrong-target", {}, to("shops.example.org")],
		["addresses-instead-of-cname", {}, allSee({ a: addresses("192.0.2.77"), aaaa: nothing() })],
		["addresses-instead-of-cname", {}, allSee(flattenedWithoutProof())],
		["stale-a", apex, allSee({ ...flattened, a: addresses(edge[0], "192.0.2.77") })],
		["stale-aaaa", apex, allSee({ ...flattened, aaaa: addresses("2001:db8::7") })],
		["cname-by-way-of-others", {}, allSee({ a: byWay("cdn.other.com"), aaaa: byWay("cdn.other.com") })],
		["cname-wrong-target", certificate, { ...to("shops.example.org"), resolvers: resolvers({}) }],
		["cname-is-no-proof", txtOnly, {}],
		["could-not-ask", txtOnly, allSee({ proof: { ...texts(), outcome: "servfail" } })],
		["too-few-answers", {}, { resolvers: resolvers({}) }],
		["too-few-answers", {}, { resolvers: resolvers({}, { a: nothing("no-answer") }) }],
		["too-few-answers", {}, { zone: couldNotAsk("silence") }],
		["lame-delegation", {}, { zone: zoneOf(aServer("ns1", { standing: "lame" })) }],
		["txt-missing", txtOnly, allSee(proving())],
		["txt-of-former-attempt", txtOnly, allSee(proving(proofValue(formerToken)))],
		["txt-of-another-tenant", txtOnly, allSee(proving(proofValue(strangersToken)))],
		["txt-quoted", txtOnly, allSee(proving(`"${proofValue(token)}"`))],
		["txt-spaced", txtOnly, allSee(proving(`hostmaster-verification= ${token}`))],
		["txt-split", txtOnly, allSee(proving("hostmaster-verification=", token))],
		["txt-wrong-value", txtOnly, allSee(proving("hello"))],
		["txt-at-wrong-name", {}, { ...allSee(gone), ...stray() }],
		["txt-at-wrong-name", txtOnly, { ...allSee(proving()), ...stray() }],
		[
			"txt-behind-cname",
			txtOnly,
			allSee({ ...gone, proof: { ...texts(), chain: [link("_hostmaster.shop.acme.com", "x.org")] } }),
		],
	])("finds %s (%#)", (reason, expected, observed) => {
		const verdict = judge(expected, observed);
		expect(verdict).toMatchObject({ reason });
		expect(`${verdict.message} ${verdict.fix}`).not.toMatch(/[{}]|undefined/);
	});

	it.each<[string, Partial<ExpectedDomain>, Partial<DomainObservations>]>([
		["all is as it is to be", {}, {}],
		["an apex is flattened", apex, { ...allSee(flattened), addresses: notAsked }],
		["a TXT record proves", { ...txtOnly, validation: "dns" }, allSee(proving(proofValue(token)))],
		["a resolver fails, and others do not", certificate, { resolvers: resolvers({}, failing) }],
		["a zone cannot be asked", certificate, { zone: couldNotAsk("silence") }],
		["a server does not name its like", certificate, { zone: zoneOf(aServer("ns1", { nameServers: [] })) }],
		[
			"a top-level domain answers itself",
			certificate,
			{ zone: seen({ name: "com", delegated: notAsked, servers: [] }) },
		],
		["a live site has not moved", { stage: "edge", validation: "dns" }, allSee(gone)],
		["the certificate of a live site is validated", { ...certificate, validation: "dns" }, allSee(gone)],
	])("finds nothing where %s", (_, expected, observed) => {
		expect(judge(expected, observed)).toEqual({ ok: true });
	});
});

function byWay(other: string) {
	const chain = [link("shop.acme.com", other), link(other, target)];
	return { ...cname(target, edge[0]), chain };
}

function stray(): Partial<DomainObservations> {
	return { strayProofs: seen([{ name: "shop.acme.com", records: [["hello"], [proofValue(token)]] }]) };
}

function flattenedWithoutProof(): Partial<DnsView> {
	return { ...flattened, proof: texts() };
}
