import { serversApart } from "./delegation.ts";
import {
	type DomainView,
	type DsRecord,
	type NotTold,
	type Registration,
	type RegistrationFinding,
	type RegistrationKind,
	registrationKinds,
	type Severity,
	type Told,
	told,
	untold,
	type ZoneAnswer,
} from "./registration.ts";

/** What is wrong, in so many words. */
interface Trouble {
	stage?: string;
	severity: Severity;
	message: string;
	fix: string;
}

/** What came of looking at one kind. */
export type Judgement = { kind: RegistrationKind } & (
	| { outcome: "sound" }
	| NotTold
	| { outcome: "found"; finding: RegistrationFinding }
);
type Verdict = { outcome: "sound" } | NotTold | { outcome: "found"; trouble: Trouble };

const dayMs = 86_400_000;

/**
 * From so many days on people are told once more; ours: three months leave time for a change of owner or card, a week only for a call.
 * Route 53 renews 35 days before the end, or 30 where a registry wants it so: by then what renews itself has done so.
 * https://docs.aws.amazon.com/lightsail/latest/userguide/amazon-lightsail-domain-manage-auto-renew.html
 */
const expiryStages: readonly { days: number; severity: Severity; withoutRenewal: Severity }[] = [
	{ days: 7, severity: "critical", withoutRenewal: "critical" },
	{ days: 14, severity: "critical", withoutRenewal: "critical" },
	{ days: 30, severity: "warning", withoutRenewal: "critical" },
	{ days: 60, severity: "advice", withoutRenewal: "warning" },
	{ days: 90, severity: "advice", withoutRenewal: "warning" },
];

/** Each kind, looked at once; `not-registered` leaves all the others unanswered, since nobody can say. */
export function judgeRegistration(view: DomainView, nowMs: number): Judgement[] {
	return registrationKinds.map((kind): Judgement => {
		const verdict = verdictOn(kind, view, nowMs);
		if (verdict.outcome !== "found") return { kind, ...verdict };
		const { stage = "open", ...trouble } = verdict.trouble;
		return { kind, outcome: "found", finding: { domain: view.name, kind, stage, actor: "operator", ...trouble } };
	});
}

/**
 * What somebody should know about a registration, in the order of `registrationKinds`. What could not be asked is one finding more, of
 * severity `unknown`, and never that something is wrong (R9).
 */
export function registrationFindings(view: DomainView, nowMs: number): RegistrationFinding[] {
	const judgements = judgeRegistration(view, nowMs);
	const found = judgements.flatMap((judgement) => (judgement.outcome === "found" ? [judgement.finding] : []));
	if (found.some(({ kind }) => kind === "not-registered")) return found;
	const reasons = new Set(
		judgements.flatMap((judgement) => (judgement.outcome === "unanswered" ? [judgement.because] : [])),
	);
	return reasons.size === 0 ? found : [...found, couldNotAsk(view.name, [...reasons])];
}

/** That nobody could say how a domain stands, or the part of it that `reasons` name. */
export function couldNotAsk(domain: string, reasons: readonly string[]): RegistrationFinding {
	const because = reasons.map((reason) => reason.replace(/\.$/, "")).join("; ");
	return {
		...{ domain, kind: "could-not-ask", stage: "open", severity: "unknown", actor: "hostmaster" },
		message: `${domain} could not be looked at: ${because}.`,
		fix: "Nothing yet: it is asked again with the next run. If that says the same, mend what is named.",
	};
}

function verdictOn(kind: RegistrationKind, { name, answer, zone }: DomainView, nowMs: number): Verdict {
	if (answer.outcome === "unanswered") return answer;
	if (answer.outcome === "not-registered") {
		return kind === "not-registered"
			? { outcome: "found", trouble: notRegistered(name, answer.because) }
			: { outcome: "unanswered", because: answer.because };
	}
	const { registration } = answer;
	switch (kind) {
		case "not-registered":
			return { outcome: "sound" };
		case "expiry":
			return judged(registration.expiresAt, (expiresAt) => expiryTrouble(registration, Date.parse(expiresAt), nowMs));
		case "auto-renew":
			return judged(registration.autoRenew, (isOn) => (isOn ? undefined : autoRenewTrouble(registration)));
		case "transfer-lock":
			return judged(registration.transferLock, (isOn) => (isOn ? undefined : transferLockTrouble(registration)));
		case "contacts":
			return judged(registration.contactsVerified, (isOn) => (isOn ? undefined : contactsTrouble(registration)));
		case "name-servers":
			return nameServerVerdict(registration, zone);
		case "dnssec":
			return dnssecVerdict(registration, zone);
	}
}

function judged<T>(said: Told<T>, troubleOf: (value: T) => Trouble | undefined): Verdict {
	if (said.outcome !== "told") return said;
	const trouble = troubleOf(said.value);
	return trouble ? { outcome: "found", trouble } : { outcome: "sound" };
}

function notRegistered(name: string, because: string): Trouble {
	return {
		severity: "critical",
		message: `${name} is not registered where it should be: ${because}.`,
		fix: `Find out who holds ${name}. Registered elsewhere: set registeredAt: elsewhere in infra/stages.yml. Lost: restore it at its last registrar today.`,
	};
}

const placeOf = ({ registrar }: Registration): string =>
	registrar.outcome === "told" ? registrar.value : "its registrar";

function expiryTrouble(registration: Registration, expiresMs: number, nowMs: number): Trouble | undefined {
	const { name, autoRenew } = registration;
	const daysLeft = daysUntil(expiresMs, nowMs);
	const day = new Date(expiresMs).toISOString().slice(0, 10);
	if (expiresMs <= nowMs) {
		return {
			...{ stage: "expired", severity: "critical", message: `${name} expired on ${day}.` },
			fix: `Renew or restore it at ${placeOf(registration)} today: after a few weeks anybody can register it.`,
		};
	}
	const reached = expiryStages.find(({ days }) => daysLeft <= days);
	if (!reached) return undefined;
	const isLeft = autoRenew.outcome === "told" && !autoRenew.value;
	const severity = isLeft ? reached.withoutRenewal : reached.severity;
	const message = `${name} expires in ${daysLeft} days (${day})${isLeft ? ", and is not renewed by itself" : ""}.`;
	const fix =
		severity === "advice"
			? `See at ${placeOf(registration)} that it is renewed by itself, and can be paid for.`
			: `Renew it at ${placeOf(registration)}${isLeft ? "" : ", and see why that has not happened by itself"}.`;
	return { stage: `${reached.days}-days`, severity, message, fix };
}

/** Whole days until a time; none is left on the last day. */
export function daysUntil(thenMs: number, nowMs: number): number {
	return Math.floor((thenMs - nowMs) / dayMs);
}

function autoRenewTrouble(registration: Registration): Trouble {
	return {
		severity: "warning",
		message: `${registration.name} is not renewed by itself.`,
		fix: `Turn automatic renewal on at ${placeOf(registration)}.`,
	};
}

function transferLockTrouble(registration: Registration): Trouble {
	return {
		severity: "warning",
		message: `${registration.name} is not locked against a transfer: whoever has its code can take it away.`,
		fix: `Turn the transfer lock on at ${placeOf(registration)}.`,
	};
}

/** ICANN wants it within 15 days of a registration or change: https://docs.aws.amazon.com/Route53/latest/APIReference/API_domains_GetContactReachabilityStatus.html */
function contactsTrouble(registration: Registration): Trouble {
	return {
		severity: "critical",
		message: `The registrant of ${registration.name} has not confirmed the e-mail address: the domain will be suspended.`,
		fix: `Follow the link in the mail from ${placeOf(registration)}, or have it sent again.`,
	};
}

function nameServerVerdict(registration: Registration, zone: ZoneAnswer | undefined): Verdict {
	if (!zone) return untold("it is to have no zone here");
	if (zone.outcome === "unanswered") return zone;
	const { name } = registration;
	return judged(registration.nameServers, (atRegistry) => {
		const ours = zone.outcome === "hosted" ? zone.nameServers : [];
		if (zone.outcome === "missing") {
			return {
				severity: "critical",
				message: `The registry delegates ${name} to ${listed(atRegistry)}, and the registrar's account has no zone of it.`,
				fix: "hostmaster registrar deploy",
			};
		}
		const apart = serversApart(ours, atRegistry);
		if (!apart) return undefined;
		const { missing, extra } = apart;
		const parts = [
			missing.length > 0 ? `lacks ${missing.join(", ")}` : "",
			extra.length > 0 ? `names ${extra.join(", ")}, which the zone has not` : "",
		];
		return {
			severity: "critical",
			message: `For ${name} the registry ${parts.filter(Boolean).join(" and ")}.`,
			fix: `Set the name servers at ${placeOf(registration)} to ${listed(ours)}.`,
		};
	});
}

function listed(servers: readonly string[]): string {
	return servers.length > 0 ? servers.join(", ") : "nobody";
}

/** What resolvers find counts for viewers; where none of them could say, what the registry has. */
function dnssecVerdict({ name, dsRecords }: Registration, zone: ZoneAnswer | undefined): Verdict {
	if (!zone || zone.outcome === "missing") return untold("there is no zone to be signed");
	if (zone.outcome === "unanswered") return zone;
	const { isSigning, keyTags, dsAtParent } = zone;
	return judged(dsAtParent ? told(dsAtParent) : tagsOf(dsRecords), (tags) => {
		if (tags.length === 0) return isSigning ? unvouched(name) : undefined;
		if (isSigning && tags.some((tag) => keyTags.includes(tag))) return undefined;
		return {
			severity: "critical",
			message: `The zone above vouches for ${name} (DS ${tags.join(", ")}), and ${isSigning ? "its keys are others" : "it is not signed"}: resolvers that check refuse it.`,
			fix: `Remove the DS records of ${name} at its registrar at once, or sign with their key again.`,
		};
	});
}

function unvouched(name: string): Trouble {
	return {
		severity: "advice",
		message: `${name} is signed, and the zone above has no DS for it: nobody checks.`,
		fix: `Give the registrar of ${name} the DS record that Route 53 shows for its zone.`,
	};
}

function tagsOf(records: Told<readonly DsRecord[]>): Told<readonly number[]> {
	return records.outcome === "told" ? told(records.value.map(({ keyTag }) => keyTag)) : records;
}
