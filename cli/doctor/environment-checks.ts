import { getPublicSuffix } from "tldts";
import { amazonAuthorities, judgeCaa } from "../../domain/caa.ts";
import { authorityTrouble, publicTrouble } from "../../domain/delegation.ts";
import {
	certificateDiagnoses,
	cookieAdvice,
	type Diagnosis,
	dnssecDiagnoses,
	quotaDiagnoses,
} from "../../domain/diagnosis.ts";
import { reconciliationRoutes } from "../../functions/api/contracts/reconciliation.ts";
import { describeCertificate } from "../../services/acm.ts";
import { caaClimb, delegatedViews, publicViews, serverViews } from "../../services/public-dns.ts";
import { readStack, type Stack } from "../../services/stacks.ts";
import { dnssecOf, quotaUses, zoneOf } from "../../services/zone-state.ts";
import type { Api } from "../api.ts";
import { requireAccount } from "../environments/account.ts";
import type { Environment } from "../environments/landscape.ts";
import { stackOf } from "../environments/onboard.ts";
import type { Check } from "./check.ts";
import { probeAnyHostname } from "./probe.ts";

const fault = (message: string, fix: string): Diagnosis => ({ kind: "fault", message, actor: "operator", fix });

/** All that one environment has to be; `api` throws when nobody may ask it. */
export function environmentChecks(environment: Environment, api: () => Api, nowMs: number): Check[] {
	const { stage: where, accountId, account, parameters } = environment;
	const { PlatformDomain: name = "" } = parameters;
	// What another account lacks is no fault of this one (R9).
	const inAccount = once(() => requireAccount(account, accountId, where));
	const stack = once(() => inAccount().then(() => readStack(stackOf(environment))));
	const zone = once(() => inAccount().then(() => zoneOf(account.route53, name)));
	const inZone = async (look: (zone: { zoneId: string; nameServers: string[] }) => Promise<Diagnosis[]>) => {
		const found = await zone();
		return found ? look(found) : [];
	};
	return [
		{ area: "stack", where, look: async () => stackDiagnoses(where, await stack()) },
		{
			area: "delegation",
			where,
			look: async () => {
				const found = await zone();
				if (!found) return [fault(`${where} has no zone ${name}.`, `hostmaster environments onboard ${where}`)];
				return delegationDiagnoses(name, found.nameServers, parameters["ApexDomain"]);
			},
		},
		{
			area: "dnssec",
			where,
			look: () => inZone(async ({ zoneId }) => dnssecDiagnoses(await dnssecOf(account.route53, name, zoneId))),
		},
		{ area: "caa", where, look: () => caaDiagnoses(`*.${name}`) },
		{
			area: "certificate",
			where,
			look: async () => {
				const arn = (await stack())?.outputs["WildcardCertificateArn"];
				if (!arn) return [];
				const { status, daysLeft } = await describeCertificate(arn, nowMs, account.acm);
				return certificateDiagnoses({ name: `*.${name}`, status, daysLeft, isInUse: true });
			},
		},
		{ area: "edge", where, look: async () => edgeDiagnoses(environment, await stack()) },
		{ area: "hostnames", where, look: () => hostnameDiagnoses(api()) },
		{
			area: "quotas",
			where,
			look: () => inZone(async ({ zoneId }) => quotaDiagnoses(await quotaUses(account.route53, zoneId, name))),
		},
		{
			area: "cookies",
			where,
			look: async () => cookieAdvice(name, getPublicSuffix(`x.${name}`, { allowPrivateDomains: true }) === name),
		},
	];
}

function stackDiagnoses(where: string, stack: Stack | undefined): Diagnosis[] {
	if (stack && /^(?:CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/.test(stack.status)) return [];
	const fix = `hostmaster environments onboard ${where}`;
	if (!stack) return [fault(`${where} is not onboarded.`, fix)];
	return [fault(`Its stack is ${stack.status}${stack.statusReason ? `: ${stack.statusReason}` : ""}.`, fix)];
}

/** Asked at the resolvers of the environment and at every listed server. */
export async function delegationDiagnoses(
	name: string,
	nameServers: readonly string[],
	above?: string,
): Promise<Diagnosis[]> {
	const [views, delegated] = await Promise.all([publicViews(name), above ? delegatedViews(name, above) : []]);
	const told = [...views, ...delegated].flatMap(({ servers }) => servers.map(withoutDot));
	const listed = [...new Set([...nameServers, ...told])];
	const troubles = [
		// What is wrong above explains what resolvers say.
		(delegated.length > 0 && publicTrouble(name, nameServers, delegated)) || publicTrouble(name, nameServers, views),
		authorityTrouble(name, await serverViews(name, listed)),
	];
	return troubles.flatMap((trouble): Diagnosis[] =>
		trouble ? [{ kind: "fault", message: trouble.message, actor: trouble.actor, fix: trouble.fix }] : [],
	);
}

function withoutDot(server: string): string {
	return server.toLowerCase().replace(/\.$/, "");
}

async function caaDiagnoses(hostname: string): Promise<Diagnosis[]> {
	const climb = await caaClimb(hostname);
	if (!climb) throw new Error("No resolver answers for CAA.");
	const judgement = judgeCaa(hostname, climb, amazonAuthorities);
	if (judgement.permitted) return [];
	const { name, because } = judgement;
	return [
		fault(
			`${name}'s CAA records forbid a certificate for ${hostname}: ${because}.`,
			`Add 'issue "amazon.com"' to the CAA records of ${name}.`,
		),
	];
}

/** A name that no tenant has must be answered by our own edge, and by it alone. */
async function edgeDiagnoses({ parameters }: Environment, stack: Stack | undefined): Promise<Diagnosis[]> {
	const distribution = stack?.outputs["DistributionDomainName"];
	if (!distribution) return [];
	const { PlatformDomain = "", EdgePort = "443", EdgeAuthority = "" } = parameters;
	const seen = await probeAnyHostname(distribution, PlatformDomain, {
		port: Number(EdgePort),
		authority: EdgeAuthority,
	});
	return seen.isOurs
		? []
		: [
				fault(
					`The edge at ${distribution}: ${seen.because}.`,
					"See the log of routeTenant, and the distribution's state in CloudFront.",
				),
			];
}

/** What the reconciler would find now. */
async function hostnameDiagnoses(api: Api): Promise<Diagnosis[]> {
	const { plan } = await api.call(reconciliationRoutes.showReconciliation, {});
	return plan.findings.map(({ hostname, kind, message, actor, fix, repair }) => ({
		...{ kind: "fault", message: `${hostname} (${kind}): ${message}`, actor },
		fix:
			fix ??
			(repair ? "The hourly reconciler repairs it; sooner: POST /v1/reconciliation." : "See docs/reconciliation.md."),
	}));
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
	let asked: Promise<T> | undefined;
	return () => (asked ??= ask());
}
