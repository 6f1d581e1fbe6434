/** Days before a certificate's end at which its customer and the platform are told. */
export const expiryStages = [45, 30, 14, 7] as const;
export type ExpiryStage = (typeof expiryStages)[number];

const dayMs = 86_400_000;
const lateStatuses: ReadonlySet<string | undefined> = new Set(["PENDING_VALIDATION", "FAILED"]);
/** ACM has begun by then, if it can, whatever the life is: 45 days before the end of 198 it may begin still. */
const lateShare = 1 / 5;

/** A certificate's life (ISO times), and how ACM says that its renewal gets on. */
export interface CertificateLife {
	notBefore?: string | undefined;
	notAfter: string;
	renewal?: { status: string } | undefined;
}

/**
 * The notice that is due at `now` for a certificate, or undefined: each stage is told once, and a domain that nobody looked at for a
 * while is told of the nearest stage only. Nobody is told before the renewal is late: certificates live for 198 days, then 100, then 47
 * (https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html), and one that lives for 47 is not to cry
 * from its second day on. `told`: the last stage that was.
 */
export function expiryNotice(
	life: CertificateLife,
	now: string,
	told: number | undefined,
): { stage: ExpiryStage; daysLeft: number } | undefined {
	const daysLeft = Math.max(0, Math.floor((Date.parse(life.notAfter) - Date.parse(now)) / dayMs));
	const stage = expiryStages.findLast((days) => daysLeft <= days);
	if (stage === undefined || (told !== undefined && told <= stage) || !isLate(life, now)) return undefined;
	return { stage, daysLeft };
}

/** ACM waits for a record, or it has not begun: 60 days before the end it does (https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-renewal.html). */
function isLate({ notBefore, notAfter, renewal }: CertificateLife, now: string): boolean {
	if (lateStatuses.has(renewal?.status) || notBefore === undefined) return true;
	const [beginsMs, endsMs] = [Date.parse(notBefore), Date.parse(notAfter)];
	return endsMs - Date.parse(now) <= (endsMs - beginsMs) * lateShare;
}
