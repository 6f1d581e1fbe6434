import type { ExecutionInput } from "../../../domain/execution-input.ts";
import { handler as activateTenant } from "../../../functions/workflow/activate-tenant.ts";
import { handler as attachEdge } from "../../../functions/workflow/attach-edge.ts";
import { handler as awaitDomain } from "../../../functions/workflow/await-domain.ts";
import { handler as detachEdge } from "../../../functions/workflow/detach-edge.ts";
import { handler as requestCertificate } from "../../../functions/workflow/request-certificate.ts";
import type { Cloud } from "../../builders/a-cloud.ts";
import { aDomainClaim, anAttachment, attaching, shop } from "../../builders/a-custom-domain.ts";
import { aTenant, tenantId } from "../../builders/entities.ts";

/** The function of every Task state by which a custom domain comes and goes, and of no other machine. */
export const domainSteps = {
	VerifyOwnership: awaitDomain,
	RequestCertificate: requestCertificate,
	AwaitCertificate: awaitDomain,
	AttachEdge: attachEdge,
	AwaitEdge: awaitDomain,
	AwaitTraffic: awaitDomain,
	ActivateTenant: activateTenant,
	DetachEdge: detachEdge,
};
export type DomainStep = keyof typeof domainSteps;

/** Runs a state's function for generation 7 of shop.acme.com. */
export function runDomain(state: DomainStep, more: Partial<ExecutionInput> = {}) {
	const kind = state === "DetachEdge" ? "detach-domain" : "attach-domain";
	return domainSteps[state]({
		input: {
			...{ version: 1, operationId: attaching, attempt: 1, kind, tenantId, hostname: shop, generation: 7 },
			...{ correlationId: "c", hostnames: [] },
			...more,
		},
		...{ state, execution: `${attaching}-1`, taskToken: "token-1" },
	});
}

/** Acme with its domain, whose operation is under way. */
export async function domainWorld(cloud: Cloud, claim = aDomainClaim()): Promise<void> {
	const hostnames = [{ hostname: shop, generation: 7 }];
	await cloud.hold({ tenant: aTenant({ customHostnames: [shop] }), claim, operation: anAttachment({ hostnames }) });
}

/** The states that are through. */
export const domainStepsDone = async (cloud: Cloud) =>
	Object.keys((await cloud.operation(attaching))?.["stepsDone"]).sort();
