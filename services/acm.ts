import {
	ACMClient,
	DescribeCertificateCommand,
	KeyAlgorithm,
	ListCertificatesCommand,
	type ListCertificatesCommandOutput,
} from "@aws-sdk/client-acm";
import type { CertificateView } from "../domain/certificate-policy.ts";
import { clientDefaults } from "./aws-client.ts";
import { calling } from "./aws-errors.ts";

// CloudFront takes certificates of this region only (https://docs.aws.amazon.com/acm/latest/userguide/acm-services.html).
const client = new ACMClient({ ...clientDefaults, region: "us-east-1" });

/** What ACM says of a certificate at `nowMs`; as the function's own account sees it unless `as` is given. Throws Throttled, ServiceUnavailable. */
export async function describeCertificate(
	certificateArn: string,
	nowMs: number,
	as: ACMClient = client,
): Promise<Pick<CertificateView, "status" | "failureReason" | "names" | "daysLeft">> {
	const { Certificate } = await calling("ACM", () =>
		as.send(new DescribeCertificateCommand({ CertificateArn: certificateArn })),
	);
	const endsMs = Certificate?.NotAfter?.getTime() ?? nowMs;
	return {
		status: Certificate?.Status ?? "unknown",
		failureReason: Certificate?.FailureReason,
		names: Certificate?.SubjectAlternativeNames ?? [],
		daysLeft: Math.floor((endsMs - nowMs) / 86_400_000),
	};
}

/** How many certificates an account has in the client's region (the function's own unless `as` is given), whatever has become of them: expired and revoked ones count, too. */
export async function countCertificates(as: ACMClient = client): Promise<number> {
	let count = 0;
	let from: string | undefined;
	do {
		const page: ListCertificatesCommandOutput = await calling("ACM", () =>
			as.send(
				new ListCertificatesCommand({
					// Without it only RSA certificates are listed: https://docs.aws.amazon.com/acm/latest/APIReference/API_Filters.html
					Includes: { keyTypes: Object.values(KeyAlgorithm) },
					...{ MaxItems: 1_000, NextToken: from },
				}),
			),
		);
		count += page.CertificateSummaryList?.length ?? 0;
		from = page.NextToken;
	} while (from !== undefined);
	return count;
}
