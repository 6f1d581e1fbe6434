import { describe, expect, it } from "vitest";
import { type DomainView, type Registration, told, unanswered, untold } from "../../domain/registration.ts";
import { daysUntil, judgeRegistration, registrationFindings } from "../../domain/registration-findings.ts";
import { aHostedZone, aView, domain, inDays, nowMs, servers } from "./a-registration.ts";

const ds = (keyTag: number) => ({ keyTag, algorithm: 13, digestType: 2, digest: "AB" });
const found = (view: DomainView) =>
	registrationFindings(view, nowMs).map(({ kind, stage, severity }) => `${kind} ${stage} ${severity}`);
const only = (view: DomainView) => {
	const [finding, ...others] = registrationFindings(view, nowMs);
	expect(others).toEqual([]);
	return finding;
};

describe("a registration in order", () => {
	it("has no findings", () => {
		expect(found(aView())).toEqual([]);
		expect(judgeRegistration(aView(), nowMs).every(({ outcome }) => outcome === "sound")).toBe(true);
	});

	it("has none either when its source never says some of it, or when it is to have no zone", () => {
		const never = untold("RDAP does not say");
		const silent = { registrar: never, expiresAt: never, autoRenew: never, transferLock: never };
		expect(found(aView({ ...silent, contactsVerified: never, nameServers: never, dsRecords: never }))).toEqual([]);
		expect(found({ ...aView({ nameServers: told(["ns.parking.test"]) }), zone: undefined })).toEqual([]);
	});
});

describe("the end of a registration", () => {
	it.each<[number, string[], string[], string[]]>([
		// days, renewed by itself, not so, and where nobody says
		[400, [], [], []],
		[91, [], [], []],
		[90.9, ["90-days advice"], ["90-days warning"], ["90-days advice"]],
		[61, ["90-days advice"], ["90-days warning"], ["90-days advice"]],
		[60, ["60-days advice"], ["60-days warning"], ["60-days advice"]],
		[31, ["60-days advice"], ["60-days warning"], ["60-days advice"]],
		[30, ["30-days warning"], ["30-days critical"], ["30-days warning"]],
		[15, ["30-days warning"], ["30-days critical"], ["30-days warning"]],
		[14, ["14-days critical"], ["14-days critical"], ["14-days critical"]],
		[8, ["14-days critical"], ["14-days critical"], ["14-days critical"]],
		[7, ["7-days critical"], ["7-days critical"], ["7-days critical"]],
		[0.5, ["7-days critical"], ["7-days critical"], ["7-days critical"]],
		[0, ["expired critical"], ["expired critical"], ["expired critical"]],
		[-40, ["expired critical"], ["expired critical"], ["expired critical"]],
	])("in %d days is told in its stage", (days, renewing, left, unsaid) => {
		const expiry = (autoRenew: Registration["autoRenew"]) =>
			found(aView({ expiresAt: inDays(days), autoRenew }))
				.filter((line) => line.startsWith("expiry "))
				.map((line) => line.slice("expiry ".length));
		expect(expiry(told(true))).toEqual(renewing);
		expect(expiry(told(false))).toEqual(left);
		expect(expiry(untold("RDAP does not say"))).toEqual(unsaid);
		expect(expiry(unanswered("throttled"))).toEqual(unsaid);
	});

	it("says what to do, and where", () => {
		expect(only(aView({ expiresAt: inDays(80) }))).toEqual({
			...{ domain, kind: "expiry", stage: "90-days", severity: "advice", actor: "operator" },
			message: "example.com expires in 80 days (2027-02-11).",
			fix: "See at Amazon Registrar that it is renewed by itself, and can be paid for.",
		});
		expect(only(aView({ expiresAt: inDays(20) }))).toMatchObject({
			message: "example.com expires in 20 days (2026-12-13).",
			fix: "Renew it at Amazon Registrar, and see why that has not happened by itself.",
		});
		const [left] = registrationFindings(aView({ expiresAt: inDays(20), autoRenew: told(false) }), nowMs);
		expect(left).toMatchObject({
			message: "example.com expires in 20 days (2026-12-13), and is not renewed by itself.",
			fix: "Renew it at Amazon Registrar.",
		});
		expect(only(aView({ expiresAt: inDays(-3), registrar: untold("nobody says") }))).toMatchObject({
			message: "example.com expired on 2026-11-20.",
			fix: expect.stringContaining("restore it at its registrar today"),
		});
	});

	it("is so many whole days away", () => {
		expect([daysUntil(nowMs + 86_400_000, nowMs), daysUntil(nowMs + 1, nowMs), daysUntil(nowMs - 1, nowMs)]).toEqual([
			1, 0, -1,
		]);
	});
});

describe("what protects a registration", () => {
	it.each<[string, Partial<Registration>, string, string]>([
		["auto-renew", { autoRenew: told(false) }, "warning", "is not renewed by itself"],
		["transfer-lock", { transferLock: told(false) }, "warning", "not locked against a transfer"],
		["contacts", { contactsVerified: told(false) }, "critical", "has not confirmed the e-mail address"],
	])("%s is missed when it is off", (kind, more, severity, message) => {
		expect(only(aView(more))).toMatchObject({
			...{ domain, kind, stage: "open", severity, actor: "operator" },
			message: expect.stringContaining(message),
			fix: expect.stringContaining("Amazon Registrar"),
		});
	});
});

describe("the name servers at the registry", () => {
	it("are the zone's in any order and spelling", () => {
		expect(found(aView({ nameServers: told(["NS-2.AWSDNS-00.net.", "ns-1.awsdns-00.com"]) }))).toEqual([]);
	});

	it.each<[string, string[], string]>([
		["too few", ["ns-1.awsdns-00.com"], "the registry lacks ns-2.awsdns-00.net."],
		["too many", [...servers, "ns.elsewhere.test"], "the registry names ns.elsewhere.test, which the zone has not."],
		[
			"others",
			["ns-1.awsdns-00.com", "ns.elsewhere.test"],
			"lacks ns-2.awsdns-00.net and names ns.elsewhere.test, which the zone has not.",
		],
		["none", [], "lacks ns-1.awsdns-00.com, ns-2.awsdns-00.net."],
	])("are missed when they are %s", (_, nameServers, message) => {
		expect(only(aView({ nameServers: told(nameServers) }))).toMatchObject({
			...{ kind: "name-servers", stage: "open", severity: "critical" },
			message: expect.stringContaining(message),
			fix: "Set the name servers at Amazon Registrar to ns-1.awsdns-00.com, ns-2.awsdns-00.net.",
		});
	});

	it("lead nowhere when there is no zone of the name", () => {
		const missing = { outcome: "missing" } as const;
		expect(only(aView({}, missing))).toMatchObject({ kind: "name-servers", fix: "hostmaster registrar deploy" });
		expect(only(aView({ nameServers: told([]) }, missing))?.message).toContain(
			"to nobody, and the registrar's account",
		);
	});
});

describe("the chain of trust", () => {
	const signed = { isSigning: true, keyTags: [7] };

	it.each<[string, DomainView, string[]]>([
		["whole", aView({}, aHostedZone({ ...signed, dsAtParent: [9, 7] })), []],
		["not begun", aView({}, aHostedZone()), []],
		["not begun, as the registry alone says", aView({}, aHostedZone({ dsAtParent: undefined })), []],
		["nobody's to check", aView({}, aHostedZone({ ...signed, dsAtParent: [] })), ["dnssec open advice"]],
		["broken by other keys", aView({}, aHostedZone({ ...signed, dsAtParent: [9] })), ["dnssec open critical"]],
		["broken by no signing", aView({}, aHostedZone({ keyTags: [7], dsAtParent: [7] })), ["dnssec open critical"]],
		[
			"broken, as the registry alone says",
			aView({ dsRecords: told([ds(9)]) }, aHostedZone({ ...signed, dsAtParent: undefined })),
			["dnssec open critical"],
		],
		[
			"whole, as the registry alone says",
			aView({ dsRecords: told([ds(7)]) }, aHostedZone({ ...signed, dsAtParent: undefined })),
			[],
		],
		[
			"whole as resolvers find it, though the registry says otherwise already",
			aView({ dsRecords: told([ds(9)]) }, aHostedZone({ ...signed, dsAtParent: [7] })),
			[],
		],
		[
			"unknown to everybody",
			aView({ dsRecords: untold("RDAP does not say") }, aHostedZone({ ...signed, dsAtParent: undefined })),
			[],
		],
	])("that is %s", (_, view, expected) => {
		expect(found(view)).toEqual(expected);
	});

	it("is described by its tags", () => {
		const message = (view: DomainView) => only(view)?.message;
		expect(message(aView({}, aHostedZone({ ...signed, dsAtParent: [9, 10] })))).toContain(
			"(DS 9, 10), and its keys are",
		);
		expect(message(aView({}, aHostedZone({ dsAtParent: [9] })))).toContain("and it is not signed");
	});
});

describe("what could not be asked", () => {
	it("is one finding of its own, never that something is wrong", () => {
		const answer = unanswered("Route 53 Domains is throttled");
		expect(only({ ...aView(), answer })).toEqual({
			...{ domain, kind: "could-not-ask", stage: "open", severity: "unknown", actor: "hostmaster" },
			message: "example.com could not be looked at: Route 53 Domains is throttled.",
			fix: expect.stringContaining("asked again"),
		});
	});

	it("takes nothing away from what could be", () => {
		const view = aView({ autoRenew: told(false), contactsVerified: unanswered("no answer in time") });
		expect(found({ ...view, zone: unanswered("Route 53 did not answer") })).toEqual([
			"auto-renew open warning",
			"could-not-ask open unknown",
		]);
		expect(registrationFindings({ ...view, zone: unanswered("Route 53 did not answer") }, nowMs)[1]?.message).toContain(
			"no answer in time; Route 53 did not answer.",
		);
	});
});

describe("a domain that is not registered where it should be", () => {
	it("is that alone: nobody can say the rest, and nothing of it is sound", () => {
		const view: DomainView = {
			...aView(),
			answer: { outcome: "not-registered", because: "the account has none of it" },
		};
		expect(only(view)).toMatchObject({
			...{ kind: "not-registered", severity: "critical" },
			message: "example.com is not registered where it should be: the account has none of it.",
		});
		expect(judgeRegistration(view, nowMs).map(({ outcome }) => outcome)).toEqual([
			"found",
			...Array.from({ length: 6 }, () => "unanswered"),
		]);
	});
});
