import { ACMClient, ListCertificatesCommand } from "@aws-sdk/client-acm";
import { mockClient } from "aws-sdk-client-mock";
import { describe, expect, it } from "vitest";
import { countCertificates } from "../../services/acm.ts";

const acm = mockClient(ACMClient);

describe("the number of certificates", () => {
	it("is of all pages, all kinds of keys and whatever became of them", async () => {
		const page = (length: number) => Array.from({ length }, () => ({}));
		acm
			.on(ListCertificatesCommand)
			.resolvesOnce({ CertificateSummaryList: page(1_000), NextToken: "1000" })
			.resolvesOnce({ CertificateSummaryList: page(7), NextToken: "1007" })
			.resolves({});
		expect(await countCertificates(new ACMClient({ region: "us-east-1" }))).toBe(1_007);
		const asked = acm.commandCalls(ListCertificatesCommand).map(({ args: [{ input }] }) => input);
		expect(asked.map(({ NextToken }) => NextToken)).toEqual([undefined, "1000", "1007"]);
		expect(asked[0]?.CertificateStatuses).toBeUndefined();
		expect(asked[0]?.Includes?.keyTypes).toEqual(expect.arrayContaining(["RSA_2048", "EC_prime256v1"]));
	});
});
