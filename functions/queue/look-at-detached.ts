import type { Wait } from "../../domain/wait.ts";
import { readClaims } from "../../services/claims.ts";
import { deleteTenant } from "../../services/distribution-tenants.ts";
import { deleteCertificate } from "../../services/domain-certificates.ts";
import { readOperation } from "../../services/operations.ts";
import { edgesOf, stillLeaving } from "../edges-to-leave.ts";
import type { Seen } from "./look.ts";

/**
 * Whether CloudFront and ACM have forgotten all custom domains of an operation that takes them down; what is ready to be deleted is
 * (R10: the distribution tenant, then its certificate). The check has one wait. Safe to repeat.
 */
export async function lookAtDetached([wait]: readonly Wait[]): Promise<Seen> {
	const operation = wait && (await readOperation(wait.operationId));
	if (!operation) return { outcome: "done", findings: {} };
	const { claims } = await readClaims(operation.hostnames.map(({ hostname }) => hostname));
	for (const claim of stillLeaving(claims.values(), operation.hostnames)) {
		const { hostname, custom } = claim;
		if (!custom) continue;
		for (const tenant of await edgesOf(claim)) {
			if (tenant.enabled || tenant.status !== "Deployed") {
				const lastSeen = `CloudFront is still disabling '${hostname}' (${tenant.status}).`;
				return { outcome: "pending", lastSeen };
			}
			if (!(await deleteTenant(tenant.id))) {
				return { outcome: "pending", lastSeen: `CloudFront does not delete '${hostname}' yet.` };
			}
		}
		const { certificateArn: arn } = custom;
		if (arn !== undefined && !(await deleteCertificate(arn))) {
			return { outcome: "pending", lastSeen: `The certificate of '${hostname}' is still in use (${arn}).` };
		}
	}
	const message = "CloudFront and ACM do not know the domain any more.";
	const findings = { EdgeAttached: { status: "unknown", reason: "Detached", message, actor: "hostmaster" } } as const;
	return { outcome: "done", findings };
}
