import { describe, expect, it } from "vitest";
import { certificateDiagnoses, cookieAdvice, dnssecDiagnoses, quotaDiagnoses } from "../../domain/diagnosis.ts";
import { limits } from "../../domain/limits.ts";

const name = "app.example.com";

describe("a chain of trust", () => {
	it.each<[string, Omit<Parameters<typeof dnssecDiagnoses>[0], "name">]>([
		["is neither begun nor wanted", { isSigning: false, dsAtParent: [], keyTags: [] }],
		["is whole", { isSigning: true, dsAtParent: [7], keyTags: [7] }],
		["is whole while a key is changed", { isSigning: true, dsAtParent: [7, 8], keyTags: [8, 9] }],
	])("is in order when it %s", (_, view) => {
		expect(dnssecDiagnoses({ name, ...view })).toEqual([]);
	});

	it.each([true, false])("is unknown while no resolver answers; signed: %s", (isSigning) => {
		expect(dnssecDiagnoses({ name, isSigning, dsAtParent: undefined, keyTags: [7] })).toEqual([
			{ kind: "unknown", message: "No resolver says whether the zone above vouches for app.example.com (DS)." },
		]);
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
		[0, 500, "note"],
		[399, 500, "note"],
		[400, 500, "fault"],
		[500, 500, "fault"],
		[8, 10, "fault"],
	])("of which %i of %i are used is a %s", (used, limit, kind) => {
		const message = `hosted zones: ${used} of ${limit} are used.`;
		expect(quotaDiagnoses([{ what: "hosted zones", used, limit }])).toMatchObject([{ kind, message }]);
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
