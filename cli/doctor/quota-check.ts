import { type Diagnosis, quotaDiagnoses, unknown } from "../../domain/diagnosis.ts";
import { limits } from "../../domain/limits.ts";
import { at, ofTypes } from "../../domain/template.ts";
import { countCertificates } from "../../services/acm.ts";
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
			const isCounted = ofTypes(template, "AWS::CloudFront::Distribution").every(
				([, { Properties }]) => at(Properties, "DistributionConfig", "ConnectionMode") !== "tenant-only",
			);
			if (!isCounted) return [unknown("Nobody counts the tenants of the multi-tenant distribution.")];
			return quotaDiagnoses([{ what: "distribution tenants", used: 0, limit: limits.distributionTenants.value }]);
		},
	);
}
