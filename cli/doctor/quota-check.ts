import { type Diagnosis, quotaDiagnoses } from "../../domain/diagnosis.ts";
import { limits } from "../../domain/limits.ts";
import { at, ofTypes } from "../../domain/template.ts";
import { countCertificates } from "../../services/acm.ts";
import { countTenants } from "../../services/distribution-tenant-views.ts";
import { quotaUses } from "../../services/zone-state.ts";
import { lookAtAll } from "./check.ts";
import type { Standing } from "./standing.ts";

/** How much of the account's quotas is used. Route 53 tells its limits; of the others it is AWS's default, which may have been raised. */
export function lookAtQuotas(standing: Standing): Promise<Diagnosis[]> {
	const { account, parameters } = standing.environment;
	return lookAtAll(
		async () => {
			const { zoneId } = await standing.zone();
			return quotaDiagnoses(await quotaUses(account.route53, zoneId, parameters["PlatformDomain"] ?? ""));
		},
		async () => {
			await standing.inAccount();
			const used = await countCertificates(account.acm);
			return quotaDiagnoses([{ what: "certificates", used, limit: limits.certificatesPerAccount.value }]);
		},
		async () => {
			const { template } = await standing.template();
			// Distribution tenants are of multi-tenant distributions only.
			const isPooled = ofTypes(template, "AWS::CloudFront::Distribution").every(
				([, { Properties }]) => at(Properties, "DistributionConfig", "ConnectionMode") !== "tenant-only",
			);
			const used = isPooled ? 0 : await countTenants(account.cloudFront);
			return quotaDiagnoses([{ what: "distribution tenants", used, limit: limits.distributionTenants.value }]);
		},
	);
}
