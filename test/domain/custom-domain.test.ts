import { describe, expect, it } from "vitest";
import { withCertificate, withEdge, withoutFormer } from "../../domain/custom-domain.ts";
import { aCustomDomain } from "../builders/a-custom-domain.ts";

describe("the certificates of a custom domain", () => {
	it("are one, and those that it has taken the place of", () => {
		const first = withCertificate(aCustomDomain(), "arn-1");
		expect(first).toEqual(aCustomDomain({ certificateArn: "arn-1" }));
		expect(withCertificate(first, "arn-1")).toEqual(first);
		const second = withCertificate(first, "arn-2");
		expect(second).toEqual(aCustomDomain({ certificateArn: "arn-2", formerCertificates: ["arn-1"] }));
		expect(withCertificate(second, undefined)).toEqual(aCustomDomain({ formerCertificates: ["arn-1", "arn-2"] }));
		expect(withCertificate(second, "arn-1")).toEqual(
			aCustomDomain({ certificateArn: "arn-1", formerCertificates: ["arn-2"] }),
		);
	});

	it("are forgotten once they are gone", () => {
		const left = aCustomDomain({ formerCertificates: ["arn-1", "arn-2"] });
		expect(withoutFormer(left, ["arn-1"])).toEqual(aCustomDomain({ formerCertificates: ["arn-2"] }));
		expect(withoutFormer(left, ["arn-1", "arn-2"])).toEqual(aCustomDomain());
		expect(withoutFormer(aCustomDomain(), ["arn-1"])).toEqual(aCustomDomain());
	});
});

describe("the place of a custom domain at the edge", () => {
	it("is one, and those that it has taken the place of are known until they are taken down", () => {
		const first = withEdge(aCustomDomain(), "dt_1");
		expect(first).toEqual(aCustomDomain({ distributionTenantId: "dt_1" }));
		expect(withEdge(first, "dt_1")).toEqual(first);
		const second = withEdge(first, "dt_2");
		expect(second).toEqual(aCustomDomain({ distributionTenantId: "dt_2", formerDistributionTenants: ["dt_1"] }));
		expect(withEdge(second, "dt_1")).toEqual(
			aCustomDomain({ distributionTenantId: "dt_1", formerDistributionTenants: ["dt_2"] }),
		);
	});
});
