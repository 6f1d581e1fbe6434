import { covers } from "../../domain/certificate-policy.ts";
import type { Acm } from "../acm/acm.ts";
import { AwsError, type Caller } from "../aws/service.ts";

/** How CloudFront finds out whose a domain is. */
export interface OwnershipOptions {
	acm: Acm;
	/** Whether a name leads to the edge, asked of DNS now. */
	leadsHere: (name: string) => Promise<boolean>;
	/** Where a name leads to at all, asked of DNS now. Rejects when nobody can say. */
	addressesOf: (name: string) => Promise<readonly unknown[]>;
}

/** https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DnsConfiguration.html */
export interface DnsVerdict {
	Domain: string;
	Status: "valid-configuration" | "invalid-configuration" | "unknown-configuration";
	Reason?: string;
}

/** CloudFront's two checks: may this account have a domain, and does its DNS lead here. */
export type Ownership = ReturnType<typeof createOwnership>;

export function createOwnership({ acm, leadsHere, addressesOf }: OwnershipOptions) {
	return {
		/** Throws InvalidViewerCertificate unless the caller's certificate is issued and covers all of the domains. */
		requireCertificate(domains: readonly string[], arn: string, caller: Caller): void {
			const names = acm.issuedNames(arn, caller);
			if (!names) {
				throw new AwsError("InvalidViewerCertificate", `The certificate ${arn} does not exist or is not issued.`);
			}
			const bare = domains.find((domain) => !covers(names, domain));
			if (bare === undefined) return;
			throw new AwsError("InvalidViewerCertificate", `The certificate does not cover the domain ${bare}.`);
		},
		/**
		 * Without a certificate a domain must lead to CloudFront already. Throws InvalidArgument.
		 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/managed-cloudfront-certificates.html
		 */
		async requireTraffic(domains: readonly string[]): Promise<void> {
			for (const domain of domains) {
				if (await leadsHere(domain)) continue;
				const told = `Could not verify Domain Name ownership: the DNS records of ${domain} do not point at CloudFront.`;
				throw new AwsError("InvalidArgument", told);
			}
		},
		async verdictOf(Domain: string): Promise<DnsVerdict> {
			if (await leadsHere(Domain)) return { Domain, Status: "valid-configuration" };
			try {
				const isNowhere = (await addressesOf(Domain)).length === 0;
				const Reason = isNowhere ? "The domain does not resolve." : "The domain does not point at CloudFront.";
				return { Domain, Status: "invalid-configuration", Reason };
			} catch {
				return { Domain, Status: "unknown-configuration", Reason: "The domain's DNS could not be asked." };
			}
		},
	};
}
