import type { Claim } from "../../domain/claim.ts";
import { HostmasterError } from "../../domain/errors.ts";
import type { Wait } from "../../domain/wait.ts";
import { changeClaim, readClaims } from "../../services/claims.ts";
import { deleteTenant } from "../../services/distribution-tenants.ts";
import { deleteCertificate } from "../../services/domain-certificates.ts";
import { readOperation } from "../../services/operations.ts";
import { customOf } from "../custom-of.ts";
import { edgesOf, stillLeaving } from "../edges-to-leave.ts";
import type { Seen } from "./look.ts";

/** A tenant may have 60 domains, and ACM takes few requests a second: what is not done by then is the next look's. */
const lookMs = 15_000;

/**
 * Whether CloudFront and ACM have forgotten all custom domains of an operation that takes them down; what is ready to be deleted is
 * (R10: the distribution tenant, then its certificates). The check has one wait. Safe to repeat.
 */
export async function lookAtDetached([wait]: readonly Wait[]): Promise<Seen> {
	const operation = wait && (await readOperation(wait.operationId));
	if (!operation) return { outcome: "done", findings: {} };
	const endsMs = Date.now() + lookMs;
	const { claims } = await readClaims(operation.hostnames.map(({ hostname }) => hostname));
	const open: string[] = [];
	for (const claim of stillLeaving(claims, operation.hostnames)) {
		if (!claim.custom) continue;
		// One that takes longer does not hold up those behind it.
		const lastSeen = Date.now() < endsMs ? await forget(claim).catch(whyNotAsked) : `'${claim.hostname}' comes next.`;
		if (lastSeen !== undefined) open.push(lastSeen);
	}
	const [first] = open;
	if (first !== undefined) {
		return {
			outcome: "pending",
			lastSeen: open.length === 1 ? first : `${first} Besides, ${open.length - 1} more to go.`,
		};
	}
	const message = "CloudFront and ACM do not know the domain any more.";
	const findings = { EdgeAttached: { status: "unknown", reason: "Detached", message, actor: "hostmaster" } } as const;
	return { outcome: "done", findings };
}

/** What does not answer for one domain may do so for the next. */
function whyNotAsked(error: unknown): string {
	if (!(error instanceof HostmasterError) || error.name === "Superseded") throw error;
	return `Could not ask: ${error.detail}`;
}

/** Has CloudFront and ACM forget a domain; answers what they are not ready for yet. */
async function forget(claim: Claim): Promise<string | undefined> {
	const { hostname } = claim;
	for (const tenant of await edgesOf(claim)) {
		if (tenant.enabled || tenant.status !== "Deployed") {
			return `CloudFront is still disabling '${hostname}' (${tenant.status}).`;
		}
		if (!(await deleteTenant(tenant.id))) return `CloudFront does not delete '${hostname}' yet.`;
	}
	const { certificateArn, formerCertificates = [] } = customOf(claim);
	const certificates = certificateArn === undefined ? formerCertificates : [certificateArn, ...formerCertificates];
	for (const arn of certificates) {
		if (!(await deleteCertificate(arn))) return `A certificate of '${hostname}' is still in use (${arn}).`;
	}
	await noteForgotten(claim);
	return undefined;
}

/** The next look need not ask again. */
async function noteForgotten(claim: Claim): Promise<void> {
	const { certificateArn, distributionTenantId, formerCertificates, formerDistributionTenants } = customOf(claim);
	const noted = [certificateArn, distributionTenantId, formerCertificates, formerDistributionTenants];
	if (noted.every((one) => one === undefined)) return;
	await changeClaim(claim, (held) => {
		const { certificateArn: _arn, certificateEndsAt: _end, formerCertificates: _former, ...rest } = customOf(held);
		const { validationRecord: _record, distributionTenantId: _id, formerDistributionTenants: _ids, ...custom } = rest;
		return { ...held, custom };
	});
}
