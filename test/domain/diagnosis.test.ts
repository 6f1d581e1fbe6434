import { describe, expect, it } from "vitest";
import {
	apexDiagnoses,
	certificateDiagnoses,
	cookieAdvice,
	dnssecDiagnoses,
	quotaDiagnoses,
} from "../../domain/diagnosis.ts";
import { limits } from "../../domain/limits.ts";

const apex = "example.com";
const name = "app.example.com";

describe("an apex zone", () => {
	const design = { apex, policies: [{ name: apex, type: "CAA" }], delegated: [name] };
	const found = (record: { name: string; type: string }) => apexDiagnoses([record], design);

	it.each([
		[apex, "NS"],
		[apex, "SOA"],
		[apex, "CAA"],
		[name, "NS"],
		[name, "DS"],
	])("may hold %s %s", (at, type) => {
		expect(found({ name: at, type })).toEqual([]);
	});

	it.each([
		[apex, "A"],
		[apex, "DS"],
		[apex, "MX"],
		[name, "SOA"],
		[name, "CAA"],
		["www.example.com", "A"],
		["other.example.com", "NS"],
	])("may not hold %s %s", (at, type) => {
		expect(found({ name: at, type })).toEqual([
			expect.objectContaining({
				...{ kind: "fault", actor: "operator" },
				message: `The apex zone example.com holds ${type} of ${at}.`,
			}),
		]);
	});

	it("has every record that is wrong named, and no other", () => {
		const records = [
			{ name: apex, type: "SOA" },
			{ name: "a.example.com", type: "A" },
			{ name: "b.example.com", type: "TXT" },
		];
		expect(apexDiagnoses(records, design).map(({ message }) => message)).toEqual([
			expect.stringContaining("A of a.example.com"),
			expect.stringContaining("TXT of b.example.com"),
		]);
	});
});

describe("a chain of trust", () => {
	it.each<[string, Omit<Parameters<typeof dnssecDiagnoses>[0], "name">]>([
		["is neither begun nor wanted", { isSigning: false, dsAtParent: [], keyTags: [] }],
		["is whole", { isSigning: true, dsAtParent: [7], keyTags: [7] }],
		["is whole while a key is changed", { isSigning: true, dsAtParent: [7, 8], keyTags: [8, 9] }],
		["is nobody's to judge while nobody answers", { isSigning: true, dsAtParent: undefined, keyTags: [7] }],
	])("is in order when it %s", (_, view) => {
		expect(dnssecDiagnoses({ name, ...view })).toEqual([]);
	});

	it.each<[string, Omit<Parameters<typeof dnssecDiagnoses>[0], "name">, RegExp, RegExp]>([
		[
			"nobody vouches for the keys",
			{ isSigning: true, dsAtParent: [], keyTags: [7] },
			/is signed, and the zone above has no DS/,
			/^Have the zone above app\.example\.com publish the DS/,
		],
		[
			"the zone above vouches for an unsigned zone",
			{ isSigning: false, dsAtParent: [7], keyTags: [7] },
			/\(DS 7\), and it is not signed: resolvers that check refuse it\.$/,
			/^Remove the DS records of app\.example\.com/,
		],
		[
			"the zone above vouches for other keys",
			{ isSigning: true, dsAtParent: [7, 8], keyTags: [9] },
			/\(DS 7, 8\), and its keys are others/,
			/^Remove the DS records of app\.example\.com/,
		],
	])("is broken when %s", (_, view, message, fix) => {
		expect(dnssecDiagnoses({ name, ...view })).toEqual([
			{
				...{ kind: "fault", actor: "operator" },
				...{ message: expect.stringMatching(message), fix: expect.stringMatching(fix) },
			},
		]);
	});
});

describe("a certificate", () => {
	const least = limits.certificateMinDaysLeft.value;
	const certificate = { name: `*.${name}`, status: "ISSUED", daysLeft: least, isInUse: true };

	it("is in order as long as it is issued and far from its end", () => {
		expect(certificateDiagnoses(certificate)).toEqual([]);
	});

	it.each(["PENDING_VALIDATION", "FAILED", "EXPIRED", "unknown"])(
		"that is %s is a fault, however far its end",
		(status) => {
			expect(certificateDiagnoses({ ...certificate, status, daysLeft: 300 })).toMatchObject([
				{ kind: "fault", message: `The certificate of *.${name} is ${status}.` },
			]);
		},
	);

	it.each([
		[true, /CAA must permit amazon\.com/],
		[false, /it must be in use/],
	])("that was not renewed says what renewal needs; in use: %s", (isInUse, fix) => {
		const late = { ...certificate, daysLeft: least - 1, isInUse };
		expect(certificateDiagnoses(late)).toEqual([
			{
				...{ kind: "fault", actor: "operator", fix: expect.stringMatching(fix) },
				message: `The certificate of *.${name} ends in ${least - 1} days and was not renewed.`,
			},
		]);
	});
});

describe("a quota", () => {
	it.each([
		[0, 500, 0],
		[399, 500, 0],
		[400, 500, 1],
		[500, 500, 1],
		[8, 10, 1],
	])("of which %i of %i are used gives %i findings", (used, limit, findings) => {
		const found = quotaDiagnoses([{ what: "hosted zones", used, limit }]);
		expect(found).toHaveLength(findings);
		for (const { kind, message } of found) {
			expect({ kind, message }).toEqual({ kind: "fault", message: `hosted zones: ${used} of ${limit} are used.` });
		}
	});
});

describe("cookies between tenants", () => {
	it("are advice, never a fault, until the domain is a public suffix", () => {
		expect(cookieAdvice(name, true)).toEqual([]);
		expect(cookieAdvice(name, false)).toEqual([
			expect.objectContaining({ kind: "advice", fix: expect.stringContaining("__Host-") }),
		]);
	});
});
