import type { Actor } from "./errors.ts";
import { limits } from "./limits.ts";

/** What doctor looks at, in the order of its table. */
export const areas = [
	"registration",
	"apex",
	"stack",
	"delegation",
	"dnssec",
	"caa",
	"certificate",
	"edge",
	"hostnames",
	"quotas",
	"parity",
	"tags",
	"cookies",
] as const;
export type Area = (typeof areas)[number];

/** Something that is not as it was designed, and who must do what. */
export interface Diagnosis {
	/** `advice`: nothing is broken. */
	kind: "fault" | "advice";
	message: string;
	actor: Actor;
	fix: string;
}

const fault = (message: string, actor: Actor, fix: string): Diagnosis => ({ kind: "fault", message, actor, fix });

/** Nothing is provisioned under an apex (R5): its zone holds its own NS and SOA, its policies, and delegations to the accounts that have them. */
export function apexDiagnoses(
	records: readonly { name: string; type: string }[],
	{
		apex,
		policies,
		delegated,
	}: { apex: string; policies: readonly { name: string; type: string }[]; delegated: readonly string[] },
): Diagnosis[] {
	const isPolicy = ({ name, type }: { name: string; type: string }) =>
		policies.some((policy) => policy.name === name && policy.type === type);
	const isOwn = ({ name, type }: { name: string; type: string }) => name === apex && (type === "NS" || type === "SOA");
	const isDelegation = ({ name, type }: { name: string; type: string }) =>
		delegated.includes(name) && (type === "NS" || type === "DS");
	return records
		.filter((record) => !isPolicy(record) && !isOwn(record) && !isDelegation(record))
		.map(({ name, type }) =>
			fault(
				`The apex zone ${apex} holds ${type} of ${name}.`,
				"operator",
				"Move it to the zone of an environment, or delete it: the apex only delegates.",
			),
		);
}

/** A zone's signing, as its account and the world see it. */
export interface DnssecView {
	name: string;
	isSigning: boolean;
	/** Key tags of the DS records that the parent shows; undefined when nobody could say (R9). */
	dsAtParent: readonly number[] | undefined;
	/** Of the zone's own keys that sign keys. */
	keyTags: readonly number[];
}

/** A chain of trust has two ends: a key that nobody vouches for protects nobody, a DS without its key takes the whole name down (RFC 4035). */
export function dnssecDiagnoses({ name, isSigning, dsAtParent, keyTags }: DnssecView): Diagnosis[] {
	if (dsAtParent === undefined) return [];
	if (dsAtParent.length === 0) {
		if (!isSigning) return [];
		const fix = `Have the zone above ${name} publish the DS record that Route 53 shows for it.`;
		return [fault(`${name} is signed, and the zone above has no DS for it: nobody checks.`, "operator", fix)];
	}
	if (isSigning && dsAtParent.some((tag) => keyTags.includes(tag))) return [];
	const fix = `Remove the DS records of ${name} from the zone above at once, or sign with their key again.`;
	const why = isSigning ? "its keys are others" : "it is not signed";
	return [
		fault(
			`The zone above vouches for ${name} (DS ${dsAtParent.join(", ")}), and ${why}: resolvers that check refuse it.`,
			"operator",
			fix,
		),
	];
}

/** A certificate as ACM describes it. */
export interface CertificateState {
	name: string;
	status: string;
	/** Whole days until it ends. */
	daysLeft: number;
	isInUse: boolean;
}

/**
 * Renewal by ACM begins 60 days before the end, 45 for the shorter lives to come; what has not come by then does not come by itself.
 * https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
 */
export function certificateDiagnoses({ name, status, daysLeft, isInUse }: CertificateState): Diagnosis[] {
	if (status !== "ISSUED") {
		const fix =
			"Look at the certificate in ACM: it names the record that is missing, or the reason. Then deploy again.";
		return [fault(`The certificate of ${name} is ${status}.`, "operator", fix)];
	}
	if (daysLeft < limits.certificateMinDaysLeft.value) {
		const fix = `Its validation record must stand in the zone, and ${isInUse ? "CAA must permit amazon.com" : "it must be in use"}: then ACM renews it by itself.`;
		return [fault(`The certificate of ${name} ends in ${daysLeft} days and was not renewed.`, "operator", fix)];
	}
	return [];
}

/** How much of a limit is used. */
export interface QuotaUse {
	what: string;
	used: number;
	limit: number;
}

/** Beyond 80 per cent is a fault while there is time: raising a quota takes AWS days. */
export function quotaDiagnoses(uses: readonly QuotaUse[]): Diagnosis[] {
	return uses
		.filter(({ used, limit }) => used >= limit * (limits.quotaWarning.value / 100))
		.map(({ what, used, limit }) =>
			fault(
				`${what}: ${used} of ${limit} are used.`,
				"operator",
				"Ask for more in Service Quotas, or remove what nobody needs.",
			),
		);
}

/** Browsers let a page set cookies for every name above its own up to the public suffix (RFC 6265, section 5.3). */
export function cookieAdvice(platformDomain: string, isPublicSuffix: boolean): Diagnosis[] {
	if (isPublicSuffix) return [];
	return [
		{
			kind: "advice",
			message: `One tenant's page can set cookies for ${platformDomain}, which all others get: it is not on the public suffix list.`,
			actor: "operator",
			fix: `Set session cookies with the __Host- prefix; for full isolation have ${platformDomain} put on https://publicsuffix.org (private section).`,
		},
	];
}
