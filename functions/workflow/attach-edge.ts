import { HostmasterError } from "../../domain/errors.ts";
import { managedCertificateOf } from "../../services/distribution-tenant-views.ts";
import { attachCertificate } from "../../services/distribution-tenants.ts";
import { createEdge } from "../create-edge.ts";
import { customOf } from "../custom-of.ts";
import { defineStep, recordDone } from "./step.ts";

/** Gives the domain to the distribution, with its certificate (R7). Safe to repeat. */
export const handler = defineStep(async ({ input, state }, claim) => {
	const custom = customOf(claim);
	if (custom.validation === "dns") {
		if (custom.certificateArn === undefined) throw lost(claim.hostname);
		await createEdge(claim, custom.certificateArn);
	} else {
		const { distributionTenantId: id } = custom;
		const managed = id === undefined ? undefined : await managedCertificateOf(id);
		if (id === undefined || managed?.arn === undefined) throw lost(claim.hostname);
		await attachCertificate(id, managed.arn);
	}
	await recordDone({ ...input, state }, {});
});

function lost(hostname: string): HostmasterError {
	return new HostmasterError("ConditionsNotMet", `The certificate of '${hostname}' is not there any more.`);
}
