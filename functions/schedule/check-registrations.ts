import type { DomainView, RegistrationFinding, RegistrationSource } from "../../domain/registration.ts";
import { couldNotAsk, daysUntil, judgeRegistration, registrationFindings } from "../../domain/registration-findings.ts";
import { planNotices } from "../../domain/registration-notices.ts";
import { reasonOf } from "../../services/aws-errors.ts";
import { putEvents } from "../../services/event-bus.ts";
import { hostedZone } from "../../services/hosted-zones.ts";
import { logger } from "../../services/log.ts";
import { rdapRegistrations } from "../../services/rdap.ts";
import { measureDaysToExpiry, measureRun } from "../../services/registration-metrics.ts";
import { clearNotice, markTold, openNotice, readNotices } from "../../services/registration-notices.ts";
import { accountRegistrations, listRegisteredDomains } from "../../services/registrations.ts";
import { optionalSetting, setting } from "../../services/settings.ts";
import { settleAll } from "../settle-all.ts";

/** No domain is begun later: it is told as one that could not be asked. */
export const workMs = 180_000;
/** Route 53 Domains throttles early, and nobody waits. */
const domainsAtOnce = 4;

/** What a run has found; `domains` are all that it looked at. */
export interface RegistrationReport {
	/** ISO time at which it began. */
	at: string;
	domains: { name: string; expiresAt?: string; daysToExpiry?: number }[];
	findings: RegistrationFinding[];
}

/**
 * Once a day, in the registrar's account: looks at every domain that is registered there or is one of APEXES, tells what it finds as
 * metrics, as events of each stage that is new (docs/registrations.md), and as its answer. A domain that cannot be asked keeps no other
 * from it. Safe to repeat. Rejects when an event could not be told, after all else.
 */
export async function handler(): Promise<RegistrationReport> {
	const startedMs = Date.now();
	const at = new Date(startedMs).toISOString();
	const { names, apexes, sourceOf, findings } = await watchedDomains();
	const domains: RegistrationReport["domains"] = [];
	const telling = settleAll(names, domainsAtOnce, async (name) => {
		if (Date.now() >= startedMs + workMs) {
			findings.push(couldNotAsk(name, ["no time was left for it"]));
			return;
		}
		const [answer, zone] = await Promise.all([
			sourceOf(name).ask(name),
			apexes.includes(name) ? hostedZone(name) : undefined,
		]);
		const view = { name, answer, zone };
		findings.push(...registrationFindings(view, startedMs));
		domains.push({ name, ...expiryIn(view, startedMs) });
		await tellNews(view, at);
	});
	const failure = await telling.then(
		() => undefined,
		(error: unknown) => error,
	);
	const isUnknown = ({ severity }: RegistrationFinding) => severity === "unknown";
	const isToAct = ({ severity }: RegistrationFinding) => severity === "critical" || severity === "warning";
	measureRun({ findings: findings.filter(isToAct).length, unasked: findings.filter(isUnknown).length });
	for (const finding of findings) logger.info("found", { finding });
	if (failure !== undefined) throw failure;
	return { at, domains, findings };
}

/** Whose registrations are looked at, and who is asked for each. */
async function watchedDomains() {
	const apexes = namesIn(setting("APEXES"));
	const elsewhere = namesIn(optionalSetting("REGISTERED_ELSEWHERE"));
	const account = accountRegistrations();
	const rdap = rdapRegistrations({ bootstrapUrl: setting("RDAP_BOOTSTRAP") });
	const findings: RegistrationFinding[] = [];
	const registered = await listRegisteredDomains().catch((error: unknown): string[] => {
		const message = `What the account has registered besides is unknown: ${reasonOf(error)}`;
		findings.push({ ...couldNotAsk("*", [reasonOf(error)]), message });
		return [];
	});
	return {
		names: [...new Set([...apexes, ...elsewhere, ...registered])].sort(),
		apexes,
		findings,
		// What has moved here is asked here, also before anybody has written it down.
		sourceOf: (name: string): RegistrationSource =>
			elsewhere.includes(name) && !registered.includes(name) ? rdap : account,
	};
}

function namesIn(list: string): string[] {
	return list.split(",").filter((name) => name !== "");
}

/** Days that are known go into a graph, whatever they are. */
function expiryIn({ name, answer }: DomainView, nowMs: number): { expiresAt?: string; daysToExpiry?: number } {
	if (answer.outcome !== "registered" || answer.registration.expiresAt.outcome !== "told") return {};
	const { value: expiresAt } = answer.registration.expiresAt;
	const daysToExpiry = daysUntil(Date.parse(expiresAt), nowMs);
	measureDaysToExpiry(name, daysToExpiry);
	return { expiresAt, daysToExpiry };
}

/** Kept, told, noted: whoever goes on after a crash tells the same event again, under its id. */
async function tellNews(view: DomainView, at: string): Promise<void> {
	const { open, tell, clear } = planNotices(judgeRegistration(view, Date.parse(at)), await readNotices(view.name), at);
	for (const notice of clear) await clearNotice(notice);
	for (const { notice, event } of tell) {
		if (open.includes(notice) && !(await openNotice(notice))) continue;
		await putEvents([{ detailType: "RegistrationFinding", detail: event }]);
		await markTold(notice, new Date().toISOString());
	}
}
