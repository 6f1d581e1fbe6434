import { describe, expect, it } from "vitest";
import { proofValue } from "../../domain/custom-domain.ts";
import { diagnose } from "../../domain/domain-diagnosis/diagnose.ts";
import type { ExpectedDomain } from "../../domain/domain-diagnosis/expected-domain.ts";
import {
	type AddressView,
	type CertificateObservation,
	type CloudFrontObservation,
	couldNotAsk,
	type DomainObservations,
	notAsked,
	seen,
	type TlsView,
} from "../../domain/domain-observations.ts";
import { addresses, aLook, allSee, cname, edge, link, lookedAt, nothing, texts } from "../builders/a-look.ts";
import { anExpectedDomain, platform, strangersToken, target, token } from "../builders/an-expected-domain.ts";

type Told = { ok: boolean; reason?: string; actor?: string; message?: string; fix?: string; record?: object };
const judge = (expected: Partial<ExpectedDomain>, observed: Partial<DomainObservations>): Told =>
	diagnose(anExpectedDomain(expected), aLook(observed), lookedAt);

const issued = { status: "ISSUED", failureReason: undefined, notAfter: undefined };
const certificateOf = (more: Partial<CertificateObservation>): Partial<DomainObservations> => ({
	certificate: seen({ ...issued, ...more }),
});
const cloudFrontOf = (more: Partial<CloudFrontObservation>): Partial<DomainObservations> => ({
	cloudFront: seen({ dns: notAsked, deployment: undefined, domain: undefined, conflict: undefined, ...more }),
});
const good: TlsView = {
	...{ outcome: "handshake", names: ["shop.acme.com"], notAfter: "2027-05-01T00:00:00.000Z", error: undefined },
};
const at = (more: Partial<AddressView>): Partial<DomainObservations> => ({
	addresses: seen([{ address: edge[0], tls: seen(good), http: notAsked, ...more }]),
});
const caaOf = (value: string) => ({
	caa: seen([{ name: "acme.com", records: [{ flags: 0, tag: "issue", value }] }]),
});
const proof = texts(proofValue(token));
const proven = allSee({ a: addresses("192.0.2.77"), aaaa: nothing(), proof });
/** The name leads somewhere that the edge's addresses do not tell of. */
const elsewhere = { ...allSee({ a: addresses("192.0.2.77"), aaaa: nothing() }), edgeAddresses: seen(["192.0.2.77"]) };
const strange = (more: Partial<AddressView>): Partial<DomainObservations> => ({
	...at({ ...more, address: "192.0.2.99" }),
});

const certificate: Partial<ExpectedDomain> = { stage: "certificate" };
const byRecord: Partial<ExpectedDomain> = {
	...{ stage: "certificate", validation: "dns" },
	certificateRecord: { name: "_a.shop.acme.com.", value: "_b.acm-validations.aws." },
};
const atEdge: Partial<ExpectedDomain> = { stage: "edge" };
const traffic: Partial<ExpectedDomain> = { stage: "traffic" };
const live: Partial<ExpectedDomain> = { ...traffic, validation: "dns" };
const validationAt = (value: string) => ({
	validation: seen({ ...nothing("answer"), chain: [link("_a.shop.acme.com", value)] }),
});

describe("a diagnosis of certificate, edge and traffic", () => {
	it.each<[string, Partial<ExpectedDomain>, Partial<DomainObservations>]>([
		["caa-forbids", certificate, caaOf("letsencrypt.org")],
		["caa-forbids", certificate, caaOf("amazon.com; validationmethods=dns-01")],
		["caa-forbids", { ...byRecord, hostname: "*.acme.com", wildcard: true }, caaOf(";")],
		["caa-unknown", certificate, { caa: couldNotAsk("silence") }],
		["certificate-quota", certificate, certificateOf({ quota: { used: 2_001, limit: 2_500 } })],
		["certificate-could-not-ask", certificate, { certificate: couldNotAsk("Throttled") }],
		["certificate-timed-out", certificate, certificateOf({ status: "VALIDATION_TIMED_OUT" })],
		["certificate-forbidden-by-caa", certificate, certificateOf({ status: "FAILED", failureReason: "CAA_ERROR" })],
		["certificate-failed", certificate, certificateOf({ status: "FAILED", failureReason: "DOMAIN_NOT_ALLOWED" })],
		["certificate-failed", certificate, certificateOf({ status: "FAILED", failureReason: "OTHER" })],
		["certificate-failed", certificate, certificateOf({ status: "FAILED" })],
		["certificate-revoked", certificate, certificateOf({ status: "REVOKED" })],
		["certificate-expired", traffic, certificateOf({ status: "EXPIRED" })],
		["certificate-expired", traffic, certificateOf({ notAfter: "2026-11-23T11:00:00.000Z" })],
		["certificate-status-unknown", certificate, certificateOf({ status: "INACTIVE" })],
		["certificate-waiting", certificate, certificateOf({ status: "PENDING_VALIDATION" })],
		["certificate-expiring", traffic, certificateOf({ notAfter: "2026-11-30T00:00:00.000Z" })],
		["validation-record-missing", byRecord, { validation: seen(nothing("nxdomain")) }],
		["validation-record-missing", byRecord, { validation: seen(nothing("no-data")) }],
		["validation-record-wrong", byRecord, validationAt("_old.acm-validations.aws")],
		["validation-record-wrong", byRecord, { validation: seen(addresses("192.0.2.1")) }],
		["registered-elsewhere", atEdge, cloudFrontOf({ conflict: { holder: undefined, isOurs: false } })],
		["registered-here-already", atEdge, cloudFrontOf({ conflict: { holder: "E123", isOurs: true } })],
		["edge-could-not-ask", atEdge, { cloudFront: couldNotAsk("Throttled") }],
		["edge-finds-dns-wrong", atEdge, cloudFrontOf({ dns: seen({ status: "invalid-configuration" }) })],
		["edge-finds-dns-wrong", live, cloudFrontOf({ dns: seen({ status: "invalid-configuration", reason: "no" }) })],
		["edge-dns-unknown", traffic, cloudFrontOf({ dns: seen({ status: "unknown-configuration" }) })],
		["edge-deploying", atEdge, cloudFrontOf({ deployment: "InProgress", domain: "inactive" })],
		["edge-domain-inactive", traffic, cloudFrontOf({ deployment: "Deployed", domain: "inactive" })],
		["rate-limited", atEdge, { requestLimit: seen({ of: "CloudFront", until: "2026-11-23T12:01:00.000Z" }) }],
		["traffic-could-not-ask", traffic, { addresses: couldNotAsk("no address") }],
		["traffic-could-not-ask", traffic, at({ tls: couldNotAsk("no time") })],
		["traffic-could-not-ask", traffic, at({ http: couldNotAsk("no time") })],
		["traffic-could-not-ask", traffic, at({ http: seen({ outcome: "no-answer", because: "ECONNRESET" }) })],
		["tls-no-handshake", traffic, at({ tls: seen({ outcome: "no-handshake", because: "ECONNREFUSED" }) })],
		["certificate-not-attached", traffic, at({ tls: seen({ ...good, names: ["*.cloudfront.net"] }) })],
		["tls-other-certificate", traffic, strange({ tls: seen({ ...good, names: [] }) })],
		["tls-expired", traffic, at({ tls: seen({ ...good, error: "CERT_HAS_EXPIRED" }) })],
		["tls-expired", traffic, at({ tls: seen({ ...good, notAfter: "2026-11-23T11:00:00.000Z" }) })],
		["tls-untrusted", traffic, at({ tls: seen({ ...good, error: "DEPTH_ZERO_SELF_SIGNED_CERT" }) })],
		["other-tenant-answers", traffic, at({ http: seen({ outcome: "answer", status: 200, tenantId: "ten_2" }) })],
		["not-our-edge", traffic, strange({ http: seen({ outcome: "answer", status: 200, tenantId: undefined }) })],
		["edge-not-ready", traffic, at({ http: seen({ outcome: "answer", status: 404, tenantId: undefined }) })],
		[
			"edge-not-ready",
			traffic,
			{ ...at({ http: seen({ outcome: "answer", status: 404, tenantId: undefined }) }), edgeAddresses: notAsked },
		],
	])("finds %s (%#)", (reason, expected, observed) => {
		const verdict = judge(expected, observed);
		expect(verdict).toMatchObject({ ok: false, reason });
		expect(`${verdict.message} ${verdict.fix}`).not.toMatch(/[{}]|undefined/);
	});

	it.each<[string, Partial<ExpectedDomain>, Partial<DomainObservations>]>([
		["nobody asked AWS", certificate, { certificate: notAsked, cloudFront: notAsked, caa: notAsked }],
		["the validation record stands", byRecord, validationAt("_b.acm-validations.aws")],
		["the validation record cannot be asked for", byRecord, { validation: seen(nothing("servfail")) }],
		[
			"a live site leads elsewhere yet",
			{ ...live, stage: "edge" },
			cloudFrontOf({ dns: seen({ status: "invalid-configuration" }) }),
		],
		[
			"CloudFront cannot tell of a live site",
			{ ...live, stage: "edge" },
			cloudFrontOf({ dns: seen({ status: "unknown-configuration" }) }),
		],
		["a limit has ended", atEdge, { requestLimit: seen({ of: "CloudFront", until: lookedAt }) }],
		["nobody connected", traffic, { addresses: notAsked }],
		["nobody shook hands", traffic, at({ tls: notAsked })],
		[
			"the edge itself has addresses that nobody knew",
			{ ...traffic, isApex: true, proofs: ["txt"] },
			{ ...elsewhere, addresses: notAsked, ...proven },
		],
	])("finds nothing where %s", (_, expected, observed) => {
		expect(judge(expected, observed)).toEqual({ ok: true });
	});

	it("asks whoever can mend it, and names the record", () => {
		const failed = certificateOf({ status: "FAILED", failureReason: "DOMAIN_NOT_ALLOWED" });
		expect(judge(certificate, failed)).toMatchObject({ actor: "customer" });
		expect(judge(certificate, certificateOf({ status: "FAILED" }))).toMatchObject({ actor: "operator" });
		expect(judge({ ...byRecord, hostname: "*.acme.com", wildcard: true }, caaOf(";"))).toMatchObject({
			record: { name: "acme.com", type: "CAA", value: '0 issuewild "amazon.com"' },
		});
		expect(judge({}, allSee({ a: nothing("nxdomain"), aaaa: nothing("nxdomain") }))).toMatchObject({
			record: { name: "shop.acme.com", type: "CNAME", value: target },
		});
	});
});

describe("an address that is not the target's", () => {
	const apex = { hostname: "acme.com", stage: "traffic" } as const;
	const other = (more: Partial<AddressView>) => ({
		...allSee({ a: addresses("192.0.2.99"), aaaa: nothing() }),
		addresses: seen([{ address: "192.0.2.99", tls: notAsked, http: notAsked, ...more }]),
	});

	it.each<[string, Partial<DomainObservations>, string]>([
		[
			"its tenant answers",
			other({ http: seen({ outcome: "answer", status: 200, tenantId: "ten_2" }) }),
			"other-tenant-answers",
		],
		[
			"it has CloudFront's certificate",
			other({ tls: seen({ ...good, names: ["*.cloudfront.net"] }) }),
			"tls-other-certificate",
		],
		["it shows none", other({ tls: seen({ outcome: "no-handshake", because: "x" }) }), "apex-not-flattened"],
		["nobody knows it", { ...other({}), addresses: notAsked }, "apex-not-flattened"],
	])("is the edge's where its answer says so: %s", (_, observed, reason) => {
		expect(judge(apex, observed)).toMatchObject({ reason });
	});

	it("is the edge's where CloudFront is known to be", () => {
		const views = { a: addresses("13.32.1.1"), aaaa: addresses("2600:9000::1"), proof };
		const observed = { ...allSee(views), addresses: notAsked };
		expect(judge(apex, observed)).toEqual({ ok: true });
	});
});

describe("a hostname that nobody has here", () => {
	const unknown = {
		...{ hostname: "shop.acme.com", registrableDomain: "acme.com", platformDomain: platform },
		stage: "unknown",
	} as const;

	it("is unknown, and dangles when it leads here", () => {
		const away = aLook(allSee({ a: nothing("nxdomain") }));
		expect(diagnose(unknown, away, lookedAt)).toMatchObject({ reason: "hostname-unknown", actor: "customer" });
		expect(diagnose(unknown, aLook(), lookedAt)).toMatchObject({ reason: "dangling-record", found: target });
	});
});

describe("the ownership of a domain that leads here", () => {
	const byTxt: Partial<ExpectedDomain> = { ...traffic, proofs: ["txt"] };
	const apex: Partial<ExpectedDomain> = { ...byTxt, hostname: "acme.com" };
	const flat = { a: addresses(edge[0]), aaaa: addresses(edge[1]) };

	it.each<[string, Partial<ExpectedDomain>, Partial<DomainObservations>]>([
		["by the attempt's own target, though only TXT proved it at first", byTxt, {}],
		["by TXT at an apex, which has no CNAME", apex, allSee({ ...flat, proof })],
		["by TXT, whatever the way here", byTxt, allSee({ a: cname("d1.cloudfront.net", edge[0]), proof })],
	])("is proven still %s", (_, expected, observed) => {
		expect(judge(expected, { ...observed, addresses: notAsked })).toEqual({ ok: true });
	});

	it.each<[string, Partial<ExpectedDomain>, Partial<DomainObservations>]>([
		["txt-missing", apex, allSee({ ...flat, proof: texts() })],
		["txt-of-another-tenant", apex, allSee({ ...flat, proof: texts(proofValue(strangersToken)) })],
		["cname-without-token", traffic, allSee({ a: cname("d1.cloudfront.net", edge[0]), aaaa: nothing() })],
		[
			"cname-is-no-proof",
			{ ...byTxt, target: "d1.cloudfront.net" },
			allSee({ a: cname("d1.cloudfront.net", edge[0]) }),
		],
	])("is lost: %s", (reason, expected, observed) => {
		expect(judge(expected, { ...observed, addresses: notAsked })).toMatchObject({ reason, actor: "customer" });
	});

	it("is not lost where the proof cannot be asked for", () => {
		const silent = { ...texts(), outcome: "no-answer" as const };
		const verdict = judge(apex, { ...allSee({ ...flat, proof: silent }), addresses: notAsked });
		expect(verdict).toMatchObject({ reason: "could-not-ask", actor: "hostmaster" });
	});
});

describe("a certificate that is about to be asked for", () => {
	it.each(["http", "dns"] as const)("is not while CAA forbids it: %s", (validation) => {
		expect(judge({ validation }, { ...caaOf("letsencrypt.org") })).toMatchObject({ reason: "caa-forbids" });
	});
});
