import { problemType } from "../domain/errors.ts";
import type { domainRoutes } from "../functions/api/contracts/domains.ts";
import type { importRoutes } from "../functions/api/contracts/imports.ts";
import type { operationRoutes } from "../functions/api/contracts/operations.ts";
import type { tenantRoutes } from "../functions/api/contracts/tenants.ts";

type RoutesUsed = typeof tenantRoutes & typeof operationRoutes & typeof importRoutes & typeof domainRoutes;
/** Every error that a request of these commands can be answered with. */
type RequestError = RoutesUsed[keyof RoutesUsed]["errors"][number];

/** What whoever sits at the terminal does next. */
const adviceTable: Record<RequestError, string> = {
	InvalidRequest: "Mend what is named, and run the command again.",
	IdempotencyKeyReused: "Give another --idempotency-key, or leave it out.",
	SlugReserved: "Choose another slug.",
	SlugTaken: "Choose another slug; 'hostmaster tenants show <slug>' tells whose it is.",
	SlugQuarantined: "Choose another slug, or wait until the quarantine is over.",
	ExternalRefTaken: "'hostmaster tenants list --external-ref <ref>' shows the tenant that has it.",
	TenantNotFound: "'hostmaster tenants list' shows those that there are.",
	ImportNotFound: "GET /v1/imports lists those of the last 90 days.",
	OperationNotFound: "'hostmaster operations list' shows those that there are.",
	PreconditionRequired: "Read the tenant again, and decide again.",
	PreconditionFailed: "Somebody changed the tenant meanwhile: look at it again, and decide again.",
	OperationInProgress:
		"One change at a time: 'hostmaster operations list --tenant <slug>' shows the one that is under way; --watch follows it.",
	OnboardingUnfinished:
		"'hostmaster operations list --tenant <slug>' shows the onboarding: retry it, or remove the tenant.",
	TenantLeaving: "Nothing else can be asked of a tenant that leaves.",
	TooManyFormerNames: "Wait until the redirect of a former name ends, 30 days after its rename.",
	DomainTaken: "Choose another domain, or let the other tenant give it up first.",
	DomainQuarantined: "Wait until the quarantine is over.",
	CertificateQuotaReached: "Remove domains that nobody needs, or let the operator raise ACM's quota of certificates.",
	DomainAttached: "'hostmaster domains show <tenant> <hostname>' shows how it stands.",
	DomainNotFound: "'hostmaster domains list <tenant>' shows those that there are.",
	DomainInUse: "Take down, or redirect elsewhere, what depends on it first.",
	DomainNotActive: "'hostmaster domains verify <tenant> <hostname>' says what is missing.",
	TooManyDomains: "'hostmaster domains list <tenant>' shows them: remove those that nobody needs.",
	TooManyChecks: "Run the command again in ten seconds.",
	OperationNotFailed: "Only a failed operation can be retried: 'hostmaster operations show <id>' shows how it stands.",
	Throttled: "Run the command again in a while.",
	ServiceUnavailable: "Run the command again in a while.",
};

/** By the last segment of a problem's `type`. */
const byType = new Map(Object.entries(adviceTable).map(([name, fix]) => [problemType(nameOf(name)), fix]));

/** What to do about a problem of this `type`. */
export function adviceFor(type: string): string {
	return byType.get(type.slice(type.lastIndexOf("/") + 1)) ?? "Read docs/errors.md, and quote the request's id.";
}

function nameOf(name: string): RequestError {
	return name as RequestError; // Object.entries forgets the keys' type
}
