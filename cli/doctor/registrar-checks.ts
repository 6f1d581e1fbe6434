import { policyRecords } from "../../domain/apex-records.ts";
import { apexDiagnoses, type Diagnosis, dnssecDiagnoses } from "../../domain/diagnosis.ts";
import { dnssecOf, recordNames, zoneOf } from "../../services/zone-state.ts";
import { requireAccount } from "../environments/account.ts";
import type { Landscape } from "../environments/landscape.ts";
import type { Check } from "./check.ts";
import { delegationDiagnoses } from "./environment-checks.ts";
import { registrationDiagnoses } from "./registration-check.ts";

const where = "registrar";

/** What the registrar's account has to be: each apex delegated to its zone, nothing under it but policies and delegations. */
export function registrarChecks({ registrar }: Landscape, nowMs: number): Check[] {
	const { accountId, account, values } = registrar;
	return values.apexes.flatMap((apex): Check[] => {
		const { name } = apex;
		const zone = async () => {
			await requireAccount(account, accountId, "the registrar");
			return zoneOf(account.route53, name);
		};
		const missing: Diagnosis = {
			...{ kind: "fault", message: `The registrar's account has no zone ${name}.`, actor: "operator" },
			fix: "hostmaster registrar deploy",
		};
		return [
			{
				area: "registration",
				where,
				look: async () => {
					await requireAccount(account, accountId, "the registrar");
					return registrationDiagnoses(apex, account.domains, nowMs);
				},
			},
			{
				area: "apex",
				where,
				look: async () => {
					const found = await zone();
					if (!found) return [];
					const delegated = values.delegations.map((delegation) => delegation.name);
					const records = await recordNames(account.route53, found.zoneId);
					return apexDiagnoses(records, { apex: name, policies: policyRecords(apex), delegated });
				},
			},
			{
				area: "delegation",
				where,
				look: async () => {
					const found = await zone();
					return found ? delegationDiagnoses(name, found.nameServers) : [missing];
				},
			},
			{
				area: "dnssec",
				where,
				look: async () => {
					const found = await zone();
					return found ? dnssecDiagnoses(await dnssecOf(account.route53, name, found.zoneId)) : [];
				},
			},
		];
	});
}
