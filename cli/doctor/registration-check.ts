import type { Route53DomainsClient } from "@aws-sdk/client-route-53-domains";
import type { Diagnosis } from "../../domain/diagnosis.ts";
import { registrationFindings } from "../../domain/registration-findings.ts";
import type { Registrar } from "../../scripts/registrar-values.ts";
import { ianaBootstrapUrl, rdapRegistrations } from "../../services/rdap.ts";
import { accountRegistrations } from "../../services/registrations.ts";

/**
 * What is wrong with a domain's registration, as the daily check would say it (docs/registrations.md). Its name servers and its signing
 * have checks of their own here. Throws when nobody could say (R9).
 */
export async function registrationDiagnoses(
	{ name, registeredAt }: Registrar["apexes"][number],
	domains: Route53DomainsClient,
	nowMs: number,
): Promise<Diagnosis[]> {
	const source =
		registeredAt === "elsewhere"
			? rdapRegistrations({ bootstrapUrl: ianaBootstrapUrl })
			: accountRegistrations(domains);
	const findings = registrationFindings({ name, answer: await source.ask(name) }, nowMs);
	const known = findings.filter(({ severity }) => severity !== "unknown");
	const [unknown] = findings.filter(({ severity }) => severity === "unknown");
	// Beside what is known to be wrong it waits until that is mended.
	if (unknown && known.length === 0) throw new Error(unknown.message);
	return known.map(({ severity, message, actor, fix }) => ({
		...{ kind: severity === "advice" ? "advice" : "fault", message, actor, fix },
	}));
}
