import type { Claim } from "../domain/claim.ts";
import { edgeTargets } from "../domain/custom-domain.ts";
import { HostmasterError } from "../domain/errors.ts";
import { limits } from "../domain/limits.ts";
import { countCertificates } from "../services/acm.ts";
import { changeClaim } from "../services/claims.ts";
import {
	type DomainCertificate,
	deleteCertificate,
	describeDomainCertificate,
	requestCertificate,
} from "../services/domain-certificates.ts";
import { setting } from "../services/settings.ts";
import { sleep } from "../services/sleep.ts";
import { customOf } from "./custom-of.ts";

const recordPauseMs = 1_000;

/**
 * The claim with a certificate of ACM's that can still be issued, and the record that validates it as soon as ACM has told it. Asks
 * for a new one only when there is none; a token that ACM knows brings back the one of a request whose answer was lost.
 * `recordWithinMs`: for so long ACM is asked for the record, which it tells some seconds after the request and says by no event.
 * Throws CertificateQuotaReached, Superseded, Throttled, ServiceUnavailable.
 */
export async function holdCertificate(claim: Claim, { recordWithinMs = 0 } = {}): Promise<Claim> {
	const { certificateArn: former, moveFrom, token } = customOf(claim);
	// A move within the account puts it on a distribution tenant that has a name of ours, too.
	const alsoFor = moveFrom === undefined ? undefined : edgeTargets(setting("PLATFORM_DOMAIN"));
	const held = former === undefined ? undefined : await describeDomainCertificate(former);
	if (former !== undefined && held && isUsable(held, alsoFor)) {
		return note(claim, { arn: former, validationRecord: await recordOf(former, Date.now() + recordWithinMs) });
	}
	await keepQuota();
	// Nobody else would delete it. Crash here? It is gone, and the next try asks for a new one.
	if (former !== undefined && held) await deleteCertificate(former);
	const tags = { application: "hostmaster", environment: setting("STAGE"), tenant: claim.tenantId };
	// The attempt's own token is random, so the claim's is its own.
	const arn = await requestCertificate({ hostname: claim.hostname, alsoFor, token, tags });
	// Crash here? The same token brings the same certificate within the hour in which ACM knows it. It is noted before its record is asked for,
	// which may take its time, and may fail.
	const noted = await note(claim, { arn, validationRecord: undefined });
	return await note(noted, { arn, validationRecord: await recordOf(arn, Date.now() + recordWithinMs) });
}

/** Leaves room for renewals, and for what operators have to mend. Throws CertificateQuotaReached, with the figures. */
export async function keepQuota(): Promise<void> {
	const used = await countCertificates();
	const [limit, share] = [limits.certificatesPerAccount.value, limits.certificateQuotaShare.value];
	if (used < (limit * share) / 100) return;
	const detail = `${used} of ${limit} certificates are in use; new ones are refused beyond ${share} %.`;
	throw new HostmasterError("CertificateQuotaReached", detail);
}

function isUsable({ status, names }: DomainCertificate, alsoFor: string | undefined): boolean {
	const canBeIssued = status === "PENDING_VALIDATION" || status === "ISSUED";
	return canBeIssued && (alsoFor === undefined || (names?.includes(alsoFor) ?? false));
}

async function recordOf(arn: string, endsMs: number): Promise<Held["validationRecord"]> {
	for (;;) {
		const record = (await describeDomainCertificate(arn))?.validationRecord;
		if (record || Date.now() >= endsMs) return record;
		await sleep(recordPauseMs);
	}
}

type Held = { arn: string; validationRecord: { name: string; value: string } | undefined };

async function note(claim: Claim, { arn, validationRecord }: Held): Promise<Claim> {
	const { certificateArn, validationRecord: known } = customOf(claim);
	if (certificateArn === arn && (known || !validationRecord)) return claim;
	return await changeClaim(claim, (held) => {
		const { validationRecord: former, ...custom } = customOf(held);
		const record = validationRecord ?? (custom.certificateArn === arn ? former : undefined);
		return { ...held, custom: { ...custom, certificateArn: arn, ...(record && { validationRecord: record }) } };
	});
}
