import { afterEach, describe, expect, it } from "vitest";
import { edgeTarget, proofValue } from "../../domain/custom-domain.ts";
import type { Reason } from "../../domain/domain-diagnosis/catalogue.ts";
import { diagnose } from "../../domain/domain-diagnosis/diagnose.ts";
import type { ExpectedDomain } from "../../domain/domain-diagnosis/expected-domain.ts";
import { observeDomain } from "../../services/observe-domain.ts";
import { setEnvironment } from "../builders/a-cloud.ts";
import { aDnsWorld, type DnsWorld, type DnsWorldOptions, edgeAddress, type Zone } from "../builders/a-dns-world.ts";
import {
	anExpectedDomain,
	formerToken,
	platform,
	strangersToken,
	target,
	token,
} from "../builders/an-expected-domain.ts";

let world: DnsWorld | undefined;
afterEach(async () => {
	await world?.close();
	world = undefined;
});

/** What observing and diagnosing say of what DNS has. */
async function look(expected: ExpectedDomain) {
	const { hostname, txtName, registrableDomain, certificateRecord } = expected;
	const observed = await observeDomain({
		...{ hostname, txtName, target: expected.target, registrableDomain, connects: false },
		validationName: certificateRecord?.name,
	});
	return diagnose(expected, observed, new Date().toISOString());
}

const right: Zone = { "shop.acme.com CNAME": `${target}.` };
const txt = { "_hostmaster.shop.acme.com TXT": `"${proofValue(token)}"` };
const apex = { "_hostmaster.acme.com TXT": `"${proofValue(token)}"` };
const validation = { name: "_abc.shop.acme.com", value: "_def.acm-validations.aws" };
const byTxt = { proofs: ["txt"] } as const;
const chain = (links: number): Zone =>
	Object.fromEntries([
		["shop.acme.com CNAME", "c1.acme.com."],
		...Array.from({ length: links }, (_, at) => [`c${at + 1}.acme.com CNAME`, `c${at + 2}.acme.com.`]),
		[`c${links + 1}.acme.com CNAME`, `${target}.`],
	]);

type Scene = [reason: Reason, zone: Zone, expected?: Partial<ExpectedDomain>, more?: Partial<DnsWorldOptions>];
const scenes: Scene[] = [
	["name-missing", {}],
	["name-empty", { "shop.acme.com MX": "10 mail.acme.com." }],
	["name-empty", txt, { stage: "certificate" }],
	["cname-wrong-target", { "shop.acme.com CNAME": "shops.example.org." }],
	["cname-of-former-attempt", { "shop.acme.com CNAME": `${edgeTarget(formerToken, platform)}.` }],
	["cname-of-another-tenant", { "shop.acme.com CNAME": `${edgeTarget(strangersToken, platform)}.` }],
	["cname-to-platform", { "shop.acme.com CNAME": `acme.${platform}.` }],
	["cname-without-token", { "shop.acme.com CNAME": "d1.cloudfront.net." }],
	["cname-by-way-of-others", { "shop.acme.com CNAME": "cdn.other.com.", "cdn.other.com CNAME": `${target}.` }],
	["cname-is-no-proof", right, byTxt],
	["proxied", { "shop.acme.com A": "104.16.1.1" }],
	["proxied", { "shop.acme.com CNAME": "shop.acme.com.cdn.cloudflare.net." }],
	["addresses-instead-of-cname", { "shop.acme.com A": "192.0.2.7" }],
	["cname-beside-other-records", { ...right, "shop.acme.com A": "192.0.2.7" }, { stage: "certificate" }],
	["cname-beside-other-records", { ...right, "shop.acme.com MX": "10 mail.acme.com." }, { stage: "traffic" }],
	["wildcard-shadows", { "*.acme.com A": "192.0.2.7" }],
	["record-name-doubled", { "shop.acme.com.acme.com CNAME": `${target}.` }],
	["cname-loop", { "shop.acme.com CNAME": "a.acme.com.", "a.acme.com CNAME": "shop.acme.com." }],
	["cname-chain-too-long", chain(9)],
	["target-does-not-resolve", right, { stage: "certificate" }, { platform: { "platform.com A": "192.0.2.1" } }],
	["apex-has-cname", { ...apex, "acme.com CNAME": `${target}.` }, { hostname: "acme.com", stage: "certificate" }],
	["apex-not-flattened", { ...apex, "acme.com A": "192.0.2.7" }, { hostname: "acme.com", stage: "certificate" }],
	["stale-a", { "acme.com A": [edgeAddress, "192.0.2.7"] }, { hostname: "acme.com", stage: "traffic" }],
	[
		"stale-aaaa",
		{ "acme.com A": edgeAddress, "acme.com AAAA": "2001:db8::7" },
		{ hostname: "acme.com", stage: "traffic" },
	],
	["txt-missing", {}, byTxt],
	["txt-of-former-attempt", { "_hostmaster.shop.acme.com TXT": `"${proofValue(formerToken)}"` }, byTxt],
	["txt-of-another-tenant", { "_hostmaster.shop.acme.com TXT": `"${proofValue(strangersToken)}"` }, byTxt],
	["txt-quoted", { "_hostmaster.shop.acme.com TXT": `"\\"${proofValue(token)}\\""` }, byTxt],
	["txt-spaced", { "_hostmaster.shop.acme.com TXT": `"hostmaster-verification= ${token}"` }, byTxt],
	["txt-split", { "_hostmaster.shop.acme.com TXT": ['"hostmaster-verification="', `"${token}"`] }, byTxt],
	["txt-wrong-value", { "_hostmaster.shop.acme.com TXT": '"hello"' }, byTxt],
	["txt-at-wrong-name", { "shop.acme.com TXT": `"${proofValue(token)}"` }, byTxt],
	["txt-at-wrong-name", { "_hostmaster.shop.acme.com.acme.com TXT": `"${proofValue(token)}"` }, byTxt],
	["txt-behind-cname", { "_hostmaster.shop.acme.com CNAME": "x.other.com.", "x.other.com A": "192.0.2.1" }, byTxt],
	["lame-delegation", { "acme.com NS": [] }],
	["lame-delegation", right, { stage: "certificate" }, { second: { "acme.com NS": [] } }],
	["delegation-differs", { ...right, "acme.com NS": ["ns1.acme-dns.net."] }, { stage: "certificate" }],
	["name-servers-disagree", right, {}, { second: {} }],
	["name-servers-disagree", right, { stage: "certificate" }, { second: { "shop.acme.com A": "192.0.2.7" } }],
	["domain-not-registered", {}, { hostname: "shop.nobody.com" }],
	["dnssec-broken", right, {}, { isBroken: true }],
	["caa-forbids", { ...right, "acme.com CAA": '0 issue "letsencrypt.org"' }, { stage: "certificate" }],
	["validation-record-missing", {}, { stage: "certificate", validation: "dns", certificateRecord: validation }],
	[
		"validation-record-wrong",
		{ "_abc.shop.acme.com CNAME": "_old.acm-validations.aws." },
		{ stage: "certificate", validation: "dns", certificateRecord: validation },
	],
];

describe("what DNS answers", () => {
	it.each(scenes)("is told as %s (%j)", async (reason, zone, expected = {}, more = {}) => {
		world = await aDnsWorld({ zone, ...more });
		expect(await look(anExpectedDomain(expected))).toMatchObject({ ok: false, reason });
	});

	it.each<[string, Zone, Partial<ExpectedDomain>]>([
		["a CNAME to the target proves and leads here", right, {}],
		["so it does for the certificate", right, { stage: "certificate" }],
		["and for visitors", right, { stage: "traffic" }],
		["a TXT record proves without traffic", txt, { validation: "dns" }],
		["a live site stays where it is", { ...txt, "shop.acme.com A": "192.0.2.7" }, { stage: "edge", validation: "dns" }],
		[
			"a flattened apex leads here",
			{ "acme.com A": edgeAddress, "_hostmaster.acme.com TXT": proofValue(token) },
			{ hostname: "acme.com", stage: "traffic" },
		],
	])("is no obstacle: %s", async (_, zone, expected) => {
		world = await aDnsWorld({ zone });
		expect(await look(anExpectedDomain(expected))).toEqual({ ok: true });
	});
});

describe("servers that fail", () => {
	const asked = (more: Partial<ExpectedDomain> = {}) => look(anExpectedDomain(more));

	it("are told from names that are not there", async () => {
		world = await aDnsWorld({ zone: right });
		for (const server of world.customers) server.setServfail("shop.acme.com", true);
		expect(await asked()).toMatchObject({ reason: "servfail" });
	});

	it("are named when all are silent", async () => {
		world = await aDnsWorld({ zone: right });
		await Promise.all(world.customers.map((server) => server.close()));
		expect(await asked()).toMatchObject({ reason: "name-servers-silent" });
	});

	it("leave CAA unknown when one above cannot be asked", async () => {
		world = await aDnsWorld({ zone: right });
		world.registry.setServfail("com", true);
		expect(await asked({ stage: "certificate" })).toMatchObject({ reason: "caa-unknown" });
	});

	it("are not the customer's when no resolver answers", async () => {
		world = await aDnsWorld({ zone: right });
		setEnvironment({ RESOLVERS: "127.0.60.201:9,127.0.60.202:9" });
		expect(await asked()).toMatchObject({ reason: "could-not-ask", actor: "hostmaster" });
	});

	it("leave a proof unproven when one resolver alone finds it", async () => {
		world = await aDnsWorld({ zone: right });
		setEnvironment({ RESOLVERS: `${world.resolvers[0]},127.0.60.202:9` });
		expect(await asked()).toMatchObject({ reason: "too-few-answers", actor: "hostmaster" });
	});
});

describe("what a resolver remembers", () => {
	/** Only the first resolver has asked before the change. */
	async function remembering(before: Zone, after: Zone) {
		world = await aDnsWorld({ zone: before });
		const [first = "", second = ""] = world.resolvers;
		setEnvironment({ RESOLVERS: first });
		await look(anExpectedDomain());
		world.change(after);
		setEnvironment({ RESOLVERS: `${first},${second}` });
		return world;
	}

	it("is told with the time at which it ends", async () => {
		await remembering({ "shop.acme.com A/300": "192.0.2.7" }, right);
		const verdict = await look(anExpectedDomain({ stage: "certificate" }));
		expect(verdict).toMatchObject({ reason: "old-answer-held", actor: "hostmaster" });
		const leftMs = Date.parse("until" in verdict ? (verdict.until ?? "") : "") - Date.now();
		expect(leftMs).toBeGreaterThan(280_000);
		expect(leftMs).toBeLessThanOrEqual(300_000);
	});

	it("is told of a proof, too", async () => {
		await remembering({ "shop.acme.com CNAME/300": "old.other.com.", "old.other.com A/300": "192.0.2.7" }, right);
		expect(await look(anExpectedDomain())).toMatchObject({ reason: "old-answer-held" });
	});

	it("is nobody's to tell when the zone itself cannot be asked", async () => {
		const { customers, resolvers } = await remembering({ "shop.acme.com A/300": "192.0.2.7" }, right);
		setEnvironment({ RESOLVERS: resolvers[1] ?? "" });
		await look(anExpectedDomain());
		await Promise.all(customers.map((server) => server.close()));
		setEnvironment({ RESOLVERS: resolvers.join(",") });
		expect(await look(anExpectedDomain({ stage: "certificate" }))).toMatchObject({ reason: "resolvers-disagree" });
	});
});
