import { apexDiagnoses } from "../../domain/apex-diagnosis.ts";
import { dnssecDiagnoses, fault } from "../../domain/diagnosis.ts";
import type { DnsPlace } from "../../services/public-dns.ts";
import { dnssecOf, recordsOf, zoneOf } from "../../services/zone-state.ts";
import { requireAccount } from "../environments/account.ts";
import type { Landscape } from "../environments/landscape.ts";
import type { Check } from "./check.ts";
import { lookAtDelegation } from "./dns-checks.ts";
import { registrationDiagnoses } from "./registration-check.ts";

/** What the registrar's account has to be: each apex delegated to its zone, nothing under it but policies and delegations. */
export function registrarChecks({ registrar }: Landscape, dns: DnsPlace, nowMs: number): Check[] {
	const { accountId, account, values } = registrar;
	const delegated = values.delegations.map((delegation) => delegation.name);
	return values.apexes.flatMap((apex) => {
		const { name } = apex;
		const missing = `The registrar's account has no zone ${name}.`;
		const zoneIfAny = async () => {
			await requireAccount(account, accountId, "the registrar");
			return zoneOf(account.route53, name);
		};
		const zone = async () => {
			const found = await zoneIfAny();
			if (!found) throw new Error(missing);
			return found;
		};
		const looks: Omit<Check, "where">[] = [
			{
				area: "registration",
				look: async () => {
					await requireAccount(account, accountId, "the registrar");
					return registrationDiagnoses(apex, account.domains, nowMs);
				},
			},
			{
				area: "apex",
				look: async () => apexDiagnoses(await recordsOf(account.route53, (await zone()).zoneId), apex, delegated),
			},
			{
				area: "delegation",
				look: async () => {
					const found = await zoneIfAny();
					if (!found) return [fault(missing, "hostmaster registrar deploy")];
					return lookAtDelegation({ name, nameServers: found.nameServers }, dns);
				},
			},
			{
				area: "dnssec",
				look: async () => {
					const { zoneId } = await zone();
					return dnssecDiagnoses(await dnssecOf(account.route53, name, zoneId, dns));
				},
			},
		];
		return looks.map((look) => ({ ...look, where: "registrar" }));
	});
}
