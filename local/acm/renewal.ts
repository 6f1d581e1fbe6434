import type { PutAwsEvent } from "../aws/service.ts";
import type { CertificateAuthority } from "../ca/authority.ts";
import type { Cancel, Clock } from "../clock.ts";
import type { Certificate, RenewalReason } from "./certificate.ts";
import { caaVerdict, type EvidenceSources, validatedNames } from "./evidence.ts";
import type { AcmTable } from "./table.ts";

const dayMs = 86_400_000;
/**
 * ACM begins 60 days before the end (https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-renewal.html); for certificates that
 * hardly live as long it has not said yet, and here it is a third of their life.
 */
const renewalLeadMs = 60 * dayMs;
/** Daily, for public certificates: https://docs.aws.amazon.com/acm/latest/userguide/supported-events.html */
const noticeLeadMs = 30 * dayMs;

/** What renewal works on. */
export interface RenewalOptions {
	table: AcmTable;
	clock: Clock;
	authority: CertificateAuthority;
	evidence: EvidenceSources;
	/** Of the certificates that are issued from now on. */
	validityMs: () => number;
	/** Told of what ACM puts on the account's bus. */
	putEvent: PutAwsEvent;
}

/** Managed renewal: of certificates that are in use, as long as what validated them still stands. */
export interface Renewal {
	/** Plans what is next for an issued certificate. */
	follow(certificate: Certificate): void;
	close(): void;
}

/** Looks at every issued certificate once a day from its renewal on, across restarts, until it is renewed, deleted or over. */
export function startRenewal(options: RenewalOptions): Renewal {
	const { table, clock } = options;
	const planned = new Map<string, Cancel>();
	let closed = false;
	// What is under way when this process ends writes nothing any more.
	const working = { ...options, table: { ...table, get: (arn: string) => (closed ? undefined : table.get(arn)) } };

	function follow(certificate: Certificate): void {
		planned.get(certificate.arn)?.();
		planned.delete(certificate.arn);
		const dueMs = nextLookMs(certificate);
		if (closed || dueMs === undefined) return;
		planned.set(
			certificate.arn,
			clock.at(dueMs, () => void look(certificate.arn)),
		);
	}

	async function look(arn: string): Promise<void> {
		const before = working.table.get(arn);
		if (before?.status === "ISSUED") await attend(before, working);
		const after = working.table.get(arn);
		if (after) follow(after);
	}

	for (const certificate of table.all()) follow(certificate);
	return {
		follow,
		close() {
			closed = true;
			for (const cancel of planned.values()) cancel();
			planned.clear();
		},
	};
}

/** Undefined when nothing is left to do: it is not issued, or over and told. */
function nextLookMs({ status, issued, renewal }: Certificate): number | undefined {
	if (status !== "ISSUED" || !issued) return undefined;
	const { notBeforeMs, notAfterMs } = issued;
	const lookedMs = renewal?.lookedMs ?? 0;
	if (lookedMs >= notAfterMs) return undefined;
	const beginMs = notAfterMs - Math.min(renewalLeadMs, (notAfterMs - notBeforeMs) / 3);
	return Math.min(Math.max(beginMs, lookedMs + dayMs), notAfterMs);
}

/** One look: renews what can be, and tells of what is about to end. */
async function attend(before: Certificate, options: RenewalOptions): Promise<void> {
	const { table, clock, evidence } = options;
	const endMs = before.issued?.notAfterMs ?? 0;
	// One that nothing uses is never renewed, nor is one that is over: https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
	const isEligible = before.inUseBy.length > 0 && clock.now() < endMs;
	const reason = isEligible ? await hindranceOf(before, evidence) : undefined;
	if (isEligible && reason === undefined) return await renew(before, options);
	const now = clock.now();
	const current = table.get(before.arn);
	if (!current) return;
	const isOver = now >= endMs;
	const told = reason === undefined ? current.renewal?.reason : reason;
	const status = isOver && told !== undefined ? "FAILED" : told === undefined ? undefined : "PENDING_VALIDATION";
	table.save({ ...current, renewal: { lookedMs: now, status, reason: told } });
	if (isOver) tell(current, "ACM Certificate Expired", { DaysToExpiry: 0 }, options);
	else if (now >= endMs - noticeLeadMs) {
		const DaysToExpiry = Math.floor((endMs - now) / dayMs);
		tell(current, "ACM Certificate Approaching Expiration", { DaysToExpiry }, options);
	}
}

async function renew({ arn, names }: Certificate, options: RenewalOptions): Promise<void> {
	const { table, clock, authority, validityMs } = options;
	const now = clock.now();
	const validity = { notBeforeMs: now, notAfterMs: now + validityMs() };
	const issued = await authority.issue(names, new Date(validity.notBeforeMs), new Date(validity.notAfterMs));
	const current = table.get(arn);
	if (!current) return; // deleted meanwhile
	const detail = { atMs: now, ...validity, serialNumber: issued.serialNumber };
	table.saveIssued({ ...current, issued: detail, renewal: { status: "SUCCESS", lookedMs: now } }, issued);
	const DaysToExpiry = Math.floor((validity.notAfterMs - now) / dayMs);
	tell(current, "ACM Certificate Available", { Action: "RENEWAL", DaysToExpiry }, options);
}

/** What keeps a certificate from being renewed now; undefined when nothing does. */
async function hindranceOf(certificate: Certificate, sources: EvidenceSources): Promise<RenewalReason | undefined> {
	const validated = await validatedNames(certificate, sources);
	if (validated.length < certificate.names.length) return "PENDING_DOMAIN_VALIDATION";
	const verdict = await caaVerdict(certificate, sources.caaAt);
	return verdict === "permits" ? undefined : verdict === "forbids" ? "CAA_ERROR" : "PENDING_DOMAIN_VALIDATION";
}

/** https://docs.aws.amazon.com/acm/latest/userguide/supported-events.html */
function tell(
	{ arn, accountId, region, names }: Certificate,
	detailType: string,
	more: object,
	{ putEvent }: RenewalOptions,
): void {
	const detail = { CommonName: names[0], ...more };
	putEvent({ source: "aws.acm", detailType, resources: [arn], detail }, { accountId, region });
}
