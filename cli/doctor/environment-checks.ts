import { getPublicSuffix } from "tldts";
import { certificateDiagnoses, cookieAdvice, type Diagnosis, dnssecDiagnoses, fault } from "../../domain/diagnosis.ts";
import { quarantineNotes } from "../../domain/quarantine.ts";
import { describeCertificate } from "../../services/acm.ts";
import { releasedClaims } from "../../services/released-claims.ts";
import type { Stack } from "../../services/stacks.ts";
import { dnssecOf } from "../../services/zone-state.ts";
import type { Api } from "../api.ts";
import type { Check } from "./check.ts";
import { lookAtCaa, lookAtDelegation } from "./dns-checks.ts";
import { lookAtEdge } from "./edge-check.ts";
import { lookAtHostnames } from "./hostname-check.ts";
import { lookAtMap } from "./map-check.ts";
import { lookAtQuotas } from "./quota-check.ts";
import type { Standing } from "./standing.ts";

/** Around an environment: `api` throws when nobody may ask it, or it is another's. */
export interface Surroundings {
	api: () => Promise<Api>;
	nowMs: number;
	isHere: boolean;
}

/** All that one environment has to be. */
export function environmentChecks(standing: Standing, { api, nowMs, isHere }: Surroundings): Check[] {
	const { environment, dns } = standing;
	const { stage: where, account, parameters } = environment;
	const { PlatformDomain: name = "", ApexDomain: above } = parameters;
	const looks: Omit<Check, "where">[] = [
		{ area: "stack", look: async () => stackDiagnoses(where, await standing.stackIfAny()) },
		{
			area: "delegation",
			look: async () => {
				const zone = await standing.zoneIfAny();
				if (!zone) return [fault(`${where} has no zone ${name}.`, `hostmaster environments onboard ${where}`)];
				return lookAtDelegation({ name, nameServers: zone.nameServers, above }, dns);
			},
		},
		{
			area: "dnssec",
			look: async () => {
				const { zoneId } = await standing.zone();
				return dnssecDiagnoses(await dnssecOf(account.route53, name, zoneId, dns));
			},
		},
		{ area: "caa", look: () => lookAtCaa(`*.${name}`, dns) },
		{
			area: "certificate",
			look: async () => {
				const arn = await standing.output("WildcardCertificateArn");
				const { status, daysLeft } = await describeCertificate(arn, nowMs, account.acm);
				return certificateDiagnoses({ name: `*.${name}`, status, daysLeft, isInUse: true });
			},
		},
		{ area: "edge", look: () => lookAtEdge(standing, isHere) },
		{ area: "map", look: () => lookAtMap(standing, nowMs) },
		{ area: "hostnames", look: async () => lookAtHostnames(await api()) },
		{
			area: "quarantine",
			look: async () => {
				await standing.stack();
				const claims = await releasedClaims(account.dynamodb, `hostmaster-${where}-registry`);
				return quarantineNotes(claims, new Date(nowMs).toISOString());
			},
		},
		{ area: "quotas", look: () => lookAtQuotas(standing) },
		{
			area: "cookies",
			look: async () => cookieAdvice(name, getPublicSuffix(`x.${name}`, { allowPrivateDomains: true }) === name),
		},
	];
	return looks.map((look) => ({ ...look, where }));
}

function stackDiagnoses(where: string, stack: Stack | undefined): Diagnosis[] {
	if (stack && /^(?:CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/.test(stack.status)) return [];
	const fix = `hostmaster environments onboard ${where}`;
	if (!stack) return [fault(`${where} is not onboarded.`, fix)];
	return [fault(`Its stack is ${stack.status}${stack.statusReason ? `: ${stack.statusReason}` : ""}.`, fix)];
}
