import type { Actor } from "./errors.ts";
import { limits } from "./limits.ts";

/** What doctor looks at, in the order of its table. */
export const areas = [
	"registration",
	"apex",
	"stack",
	"template",
	"delegation",
	"dnssec",
	"caa",
	"certificate",
	"edge",
	"map",
	"hostnames",
	"quarantine",
	"quotas",
	"parity",
	"tags",
	"cookies",
] as const;
export type Area = (typeof areas)[number];

/** Something that is not as it was designed, and who must do what. */
export interface Finding {
	/** `advice`: nothing is broken. */
	kind: "fault" | "advice";
	message: string;
	actor: Actor;
	fix: string;
}

/** `note`: how it is, which asks nothing of anybody. `unknown`: what nobody could ask, and why: neither in order nor broken (R9). */
export interface Remark {
	kind: "note" | "unknown";
	message: string;
}

/** What doctor says of a thing that it has looked at. */
export type Diagnosis = Finding | Remark;

/** What the operator has to mend: nearly all that doctor finds. */
export const fault = (message: string, fix: string): Finding => ({ kind: "fault", message, actor: "operator", fix });
export const note = (message: string): Remark => ({ kind: "note", message });
export const unknown = (message: string): Remark => ({ kind: "unknown", message });

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
	if (dsAtParent === undefined) return [unknown(`No resolver says whether the zone above vouches for ${name} (DS).`)];
	if (dsAtParent.length === 0) {
		if (!isSigning) return [];
		const fix = `Have the zone above ${name} publish the DS record that Route 53 shows for it.`;
		return [fault(`${name} is signed, and the zone above has no DS for it: nobody checks.`, fix)];
	}
	if (isSigning && dsAtParent.some((tag) => keyTags.includes(tag))) return [];
	const fix = `Remove the DS records of ${name} from the zone above at once, or sign with their key again.`;
	const why = isSigning ? "its keys are others" : "it is not signed";
	return [
		fault(
			`The zone above vouches for ${name} (DS ${dsAtParent.join(", ")}), and ${why}: resolvers that check refuse it.`,
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
export function certificateDiagnoses({ name, status, daysLeft, isInUse }: CertificateState): Finding[] {
	if (status !== "ISSUED") {
		const fix =
			"Look at the certificate in ACM: it names the record that is missing, or the reason. Then deploy again.";
		return [fault(`The certificate of ${name} is ${status}.`, fix)];
	}
	if (daysLeft < limits.certificateMinDaysLeft.value) {
		const fix = `Its validation record must stand in the zone, and ${isInUse ? "CAA must permit amazon.com" : "it must be in use"}: then ACM renews it by itself.`;
		return [fault(`The certificate of ${name} ends in ${daysLeft} days and was not renewed.`, fix)];
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
	return uses.map(({ what, used, limit }) => {
		const message = `${what}: ${used} of ${limit} are used.`;
		if (used < limit * (limits.quotaWarning.value / 100)) return note(message);
		return fault(message, "Ask for more in Service Quotas, or remove what nobody needs.");
	});
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
