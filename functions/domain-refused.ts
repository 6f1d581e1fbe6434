import { HostmasterError } from "../domain/errors.ts";
import type { DomainRefusal } from "../domain/plan-domain.ts";

/** What whoever asked is told of a change of a custom domain that cannot be accepted, and what to do instead. */
export function domainRefused(refusal: DomainRefusal, hostname: string): HostmasterError {
	const field = { field: "hostname" };
	switch (refusal.rule) {
		case "leaving":
			return new HostmasterError("TenantLeaving", "The tenant was deleted; nothing else can be changed of it.", {
				rule: "leaving",
			});
		case "taken": {
			const detail = `'${hostname}' belongs to another tenant. It has to give it up first; DNS records decide nothing here.`;
			return new HostmasterError("DomainTaken", detail, { ...field, rule: "unique" });
		}
		case "quarantined": {
			const detail = `Another tenant gave '${hostname}' up recently; it is kept until ${refusal.until}.`;
			return new HostmasterError("DomainQuarantined", detail, { ...field, rule: "quarantine" });
		}
		case "attached": {
			const detail = `'${hostname}' is attached. DELETE it first to attach it in another way.`;
			return new HostmasterError("DomainAttached", detail, { ...field, rule: "new" });
		}
		case "in-progress": {
			const { operationId, kind, status } = refusal.operation;
			const detail = `'${operationId}' (${kind}) of '${hostname}' is ${status}: GET the domain shows what it waits for. DELETE cancels an attempt.`;
			return new HostmasterError("OperationInProgress", detail, { ...field, rule: "one-at-a-time" });
		}
		case "detaching": {
			const detail = `'${hostname}' is being taken down. Attach it again when that is over.`;
			return new HostmasterError("OperationInProgress", detail, { ...field, rule: "one-at-a-time" });
		}
		case "too-many": {
			const detail = `A tenant has at most ${refusal.max} domains of its own.`;
			return new HostmasterError("TooManyDomains", detail, { ...field, rule: "maximum" });
		}
		case "too-many-pending": {
			const detail = `At most ${refusal.max} domains of a tenant wait for their proof at a time: set their records, or DELETE some.`;
			return new HostmasterError("TooManyDomains", detail, { ...field, rule: "maximum-pending" });
		}
		case "redirect-target": {
			const detail = "It must be another name of this tenant that does not redirect itself.";
			return new HostmasterError("InvalidRequest", detail, { field: "redirectTo", rule: "own-name" });
		}
		case "not-attached":
			return new HostmasterError("DomainNotFound", `The tenant has no domain '${hostname}'.`, { ...field });
		case "primary": {
			const detail = `'${hostname}' is the primary name. POST …/domains/{another of its names}/primary first.`;
			return new HostmasterError("DomainInUse", detail, { ...field, rule: "primary" });
		}
		case "redirected-to": {
			const detail = `'${refusal.hostname}' redirects to '${hostname}'. DELETE it first.`;
			return new HostmasterError("DomainInUse", detail, { ...field, rule: "redirected-to" });
		}
	}
}
