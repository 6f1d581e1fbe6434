import { describe, expect, it } from "vitest";
import { type CertificateView, certificateChecks, covers, firstViolation } from "../../domain/certificate-policy.ts";
import { limits } from "../../domain/limits.ts";

const sound: CertificateView = {
	status: "ISSUED",
	names: ["app.example.com", "*.app.example.com"],
	hostname: "acme.app.example.com",
	daysLeft: 198,
	minDaysLeft: limits.certificateMinDaysLeft.value,
	dnsOwner: "operator",
};

describe("a certificate", () => {
	it("serves a hostname when it is issued, covers it and lasts", () => {
		expect(firstViolation(sound)).toBeUndefined();
		expect(firstViolation({ ...sound, daysLeft: sound.minDaysLeft })).toBeUndefined();
	});

	it.each<[Partial<CertificateView>, string, string, boolean]>([
		[{ status: "PENDING_VALIDATION" }, "NotIssued", "hostmaster", false],
		[{ status: "VALIDATION_TIMED_OUT" }, "ValidationTimedOut", "operator", true],
		[{ status: "VALIDATION_TIMED_OUT", dnsOwner: "customer" }, "ValidationTimedOut", "customer", true],
		[{ status: "FAILED" }, "IssuanceFailed", "operator", true],
		[{ status: "FAILED", failureReason: "CAA_ERROR", dnsOwner: "customer" }, "IssuanceFailed", "customer", true],
		[
			{ status: "FAILED", failureReason: "ADDITIONAL_VERIFICATION_REQUIRED", dnsOwner: "customer" },
			"IssuanceFailed",
			"operator",
			true,
		],
		[{ status: "REVOKED" }, "Revoked", "operator", true],
		[{ status: "EXPIRED", daysLeft: -3 }, "Expired", "operator", true],
		[{ status: "INACTIVE" }, "Inactive", "operator", true],
		[{ status: "SOMETHING_NEW" }, "StatusUnknown", "operator", false],
		[{ names: ["*.other.example.com"] }, "DoesNotCover", "operator", true],
		[{ daysLeft: 13 }, "ExpiresSoon", "operator", false],
	])("that is %j does not: %s, the %s acts, for good: %s", (change, reason, actor, terminal) => {
		expect(firstViolation({ ...sound, ...change })).toEqual({
			reason,
			actor,
			terminal,
			message: expect.stringMatching(/^[A-Z].+\.$/),
		});
	});

	it("says why ACM failed, also for a reason that is new", () => {
		const said = (failureReason?: string) => firstViolation({ ...sound, status: "FAILED", failureReason })?.message;
		expect(said("CAA_ERROR")).toContain("'amazon.com'");
		expect(said("PCA_ACCESS_DENIED")).toContain("PCA_ACCESS_DENIED");
		expect(said()).toContain("no reason given");
	});

	it("is judged by its status before its names, and by its names before its end", () => {
		const all = { ...sound, status: "EXPIRED", names: [], daysLeft: -1 };
		expect(firstViolation(all)?.reason).toBe("Expired");
		expect(firstViolation({ ...all, status: "ISSUED" })?.reason).toBe("DoesNotCover");
	});

	it("has one reason for each check", () => {
		const reasons = certificateChecks.map(({ reason }) => reason);
		expect(new Set(reasons).size).toBe(reasons.length);
	});
});

describe("the names of a certificate", () => {
	it.each<[string[], string, boolean]>([
		[["shop.acme.com"], "shop.acme.com", true],
		[["*.app.example.com"], "acme.app.example.com", true],
		[["*.app.example.com"], "app.example.com", false],
		[["*.app.example.com"], "www.acme.app.example.com", false],
		[["*.app.example.com"], "myapp.example.com", false],
		[["*.example.com"], "acme.app.example.com", false],
		[["other.com", "*.app.example.com"], "acme.app.example.com", true],
		[[], "acme.app.example.com", false],
	])("%j cover %s: %s", (names, hostname, expected) => {
		expect(covers(names, hostname)).toBe(expected);
	});
});
