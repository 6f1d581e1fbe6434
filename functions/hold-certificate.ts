import type { Claim } from "../domain/claim.ts";
import { edgeTargets, withCertificate } from "../domain/custom-domain.ts";
import { noteRequest } from "../services/certificate-requests.ts";
import { changeClaim } from "../services/claims.ts";
import {
	type DomainCertificate,
	describeDomainCertificate,
	requestCertificate,
} from "../services/domain-certificates.ts";
import { setting } from "../services/settings.ts";
import { sleep } from "../services/sleep.ts";
import { customOf } from "./custom-of.ts";
import { keepQuota } from "./keep-quota.ts";

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
	await keepQuota(claim.tenantId);
	const tags = { application: "hostmaster", environment: setting("STAGE"), tenant: claim.tenantId };
	const arn = await requestCertificate({ hostname: claim.hostname, alsoFor, token: tokenAfter(former, token), tags });
	// Crash here? The same token brings the same certificate within the hour in which ACM knows it. It is noted before its record is asked for,
	// which may take its time, and may fail.
	const noted = await note(claim, { arn, validationRecord: undefined });
	await noteRequest(claim.tenantId);
	return await note(noted, { arn, validationRecord: await recordOf(arn, Date.now() + recordWithinMs) });
}

/**
 * The attempt's own token is random, so the certificate's is its own, too. After one that has failed within the hour the same token would bring
 * that one back: https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html.
 */
function tokenAfter(former: string | undefined, token: string): string {
	return former === undefined ? token : `${token}${former.slice(-6).replace(/\W/g, "_")}`;
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
		// Another run, which read later, has noted another: that one stands.
		if (custom.certificateArn !== certificateArn && custom.certificateArn !== arn) return held;
		const record = validationRecord ?? (custom.certificateArn === arn ? former : undefined);
		return { ...held, custom: { ...withCertificate(custom, arn), ...(record && { validationRecord: record }) } };
	});
}
