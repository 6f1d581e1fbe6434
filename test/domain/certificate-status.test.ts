import { CertificateStatus } from "@aws-sdk/client-acm";
import { expect, it } from "vitest";
import { hasEnded } from "../../domain/certificate-status.ts";

it("ends in every status of ACM's but two, and in none that is not known", () => {
	const goingOn = Object.values(CertificateStatus).filter((status) => !hasEnded(status));
	expect(goingOn.sort()).toEqual(["ISSUED", "PENDING_VALIDATION"]);
	expect(hasEnded("PENDING_SOMETHING_NEW")).toBe(false);
});
