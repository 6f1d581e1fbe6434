import { HostmasterError } from "../domain/errors.ts";
import { limits } from "../domain/limits.ts";
import type { ChangeRefusal } from "../domain/tenant-change.ts";

/** What whoever asked is told of a change that cannot be accepted, and what to do instead. */
export function changeRefused(refusal: ChangeRefusal): HostmasterError {
	switch (refusal.rule) {
		case "in-progress": {
			const { operationId, kind, status } = refusal.operation;
			const detail = `'${operationId}' (${kind}) is ${status}: follow it to its end, then ask again. DELETE does not wait.`;
			return new HostmasterError("OperationInProgress", detail, { rule: "one-at-a-time" });
		}
		case "onboarding-unfinished": {
			const { operationId, status } = refusal.operation;
			const detail = `Its onboarding '${operationId}' is ${status}: retry it (POST /v1/operations/${operationId}/retry), or DELETE the tenant.`;
			return new HostmasterError("OnboardingUnfinished", detail, { rule: "onboarded" });
		}
		case "present-first": {
			const { operationId, kind, status, hostname } = refusal.operation;
			const detail = `'${operationId}' (${kind}) of '${hostname}' is ${status}: former names stay as they are until the present one is in order. Retry it, or change the tenant again.`;
			return new HostmasterError("OnboardingUnfinished", detail, { rule: "present-first" });
		}
		case "leaving":
			return new HostmasterError("TenantLeaving", "The tenant was deleted; nothing else can be changed of it.", {
				rule: "leaving",
			});
		case "not-active": {
			const detail = `'${refusal.hostname}' is not an active domain of this tenant that serves itself.`;
			return new HostmasterError("DomainNotActive", detail, { field: "hostname", rule: "active" });
		}
		case "same-name":
			return new HostmasterError("InvalidRequest", "The tenant has this slug already.", { field: "slug", rule: "new" });
		case "too-many-names": {
			const detail = `At most ${limits.formerHostnames.value} former names redirect at a time, each for ${limits.renameRedirect.value} days.`;
			return new HostmasterError("TooManyFormerNames", detail, { field: "slug", rule: "maximum" });
		}
		case "taken":
			return new HostmasterError("SlugTaken", "The slug belongs to another tenant.", { field: "slug", rule: "unique" });
		case "quarantined": {
			const detail = `The slug was released recently and is kept until ${refusal.until}.`;
			return new HostmasterError("SlugQuarantined", detail, { field: "slug", rule: "quarantine" });
		}
		case "claim-missing":
			// No request of ours leaves that behind: somebody has to look at the registry.
			throw new Error(`'${refusal.hostname}' has no claim of this tenant.`);
	}
}
