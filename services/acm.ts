import { ACMClient, DescribeCertificateCommand } from "@aws-sdk/client-acm";
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
