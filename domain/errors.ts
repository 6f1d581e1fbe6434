/** Who has to act before things can go on. */
export const actors = ["customer", "operator", "hostmaster"] as const;
export type Actor = (typeof actors)[number];

interface ErrorEntry {
	/** `transient`: the same call may succeed later, state machines retry it. `terminal`: somebody has to act first. */
	retry: "transient" | "terminal";
	/** HTTP status when a request ends with it. */
	status: number;
	title: string;
	/** Who must act when a workflow step ends with it, and how. */
	actor: Actor;
	fix?: string;
}

/**
 * Every error that a caller, a state machine or an operator can meet, by name.
 * Names are an API: `ErrorEquals` matches on them, clients on their kebab-case form; they go only after 30 days' notice (R12).
 */
export const errorTable = {
	InvalidRequest: { retry: "terminal", status: 400, title: "The request is not valid", actor: "customer" },
	IdempotencyKeyReused: {
		retry: "terminal",
		status: 422,
		title: "This Idempotency-Key was used with another request",
		actor: "customer",
	},
	SlugReserved: { retry: "terminal", status: 409, title: "This slug is reserved", actor: "customer" },
	SlugTaken: { retry: "terminal", status: 409, title: "This slug is taken", actor: "customer" },
	SlugQuarantined: { retry: "terminal", status: 409, title: "This slug was released recently", actor: "customer" },
	ExternalRefTaken: { retry: "terminal", status: 409, title: "This externalRef has a tenant", actor: "customer" },
	TenantNotFound: { retry: "terminal", status: 404, title: "There is no such tenant", actor: "customer" },
	ImportNotFound: { retry: "terminal", status: 404, title: "There is no such import", actor: "customer" },
	WebhookNotFound: { retry: "terminal", status: 404, title: "There is no such webhook", actor: "customer" },
	TooManyWebhooks: { retry: "terminal", status: 409, title: "There are too many webhooks", actor: "customer" },
	OperationNotFound: { retry: "terminal", status: 404, title: "There is no such operation", actor: "customer" },
	/** https://www.rfc-editor.org/rfc/rfc6585#section-3 */
	PreconditionRequired: {
		retry: "terminal",
		status: 428,
		title: "The request must say which state of the tenant it changes",
		actor: "customer",
	},
	PreconditionFailed: {
		retry: "terminal",
		status: 412,
		title: "The tenant has changed since it was read",
		actor: "customer",
	},
	OperationInProgress: {
		retry: "terminal",
		status: 409,
		title: "Another operation of this tenant is under way",
		actor: "customer",
	},
	OnboardingUnfinished: {
		retry: "terminal",
		status: 409,
		title: "The tenant has not come to life yet",
		actor: "customer",
	},
	TenantLeaving: { retry: "terminal", status: 409, title: "The tenant is leaving or has left", actor: "customer" },
	TooManyFormerNames: {
		retry: "terminal",
		status: 409,
		title: "The tenant has too many names that still redirect",
		actor: "customer",
	},
	DomainTaken: { retry: "terminal", status: 409, title: "This domain belongs to another tenant", actor: "customer" },
	DomainQuarantined: {
		retry: "terminal",
		status: 409,
		title: "This domain was released recently",
		actor: "customer",
	},
	DomainAttached: { retry: "terminal", status: 409, title: "The tenant has this domain already", actor: "customer" },
	DomainNotFound: { retry: "terminal", status: 404, title: "The tenant has no such domain", actor: "customer" },
	DomainInUse: { retry: "terminal", status: 409, title: "Other names depend on this domain", actor: "customer" },
	DomainNotActive: { retry: "terminal", status: 409, title: "The domain is not served yet", actor: "customer" },
	TooManyDomains: { retry: "terminal", status: 409, title: "The tenant has too many domains", actor: "customer" },
	TooManyChecks: {
		retry: "terminal",
		status: 429,
		title: "The domain was checked a moment ago",
		actor: "customer",
	},
	OperationNotFailed: {
		retry: "terminal",
		status: 409,
		title: "Only a failed operation can be retried",
		actor: "customer",
	},
	OperationsPaused: {
		retry: "terminal",
		status: 409,
		title: "New work is paused",
		actor: "operator",
		fix: "Resume with POST /v1/operations:resume once the reason is over, then ask again.",
	},

	Superseded: {
		retry: "terminal",
		status: 409,
		title: "A newer change of this hostname has taken over",
		actor: "hostmaster",
		fix: "Nothing to do: the newer operation decides.",
	},
	CertificateNotReady: {
		retry: "terminal",
		status: 409,
		title: "The certificate cannot serve this hostname yet",
		actor: "operator",
		fix: "Mend the wildcard certificate in ACM (us-east-1), then retry the operation.",
	},
	CertificateFailed: {
		retry: "terminal",
		status: 409,
		title: "The certificate cannot be issued",
		actor: "customer",
		fix: "Mend what the message names, then post the domain again: that begins a new attempt.",
	},
	CertificateQuotaReached: {
		retry: "terminal",
		status: 409,
		title: "There is no room for another certificate",
		actor: "operator",
		fix: "Ask AWS for a higher quota of certificates, or delete those that nobody uses, then retry the operation.",
	},
	DomainInUseHere: {
		retry: "terminal",
		status: 409,
		title: "Another distribution of this AWS account serves this domain",
		actor: "operator",
		fix:
			"Remove the domain there, then retry the operation. Or have it moved: disable that distribution, from when on nobody answers " +
			'for the domain until it is served here, and post the domain again with "validation": "dns" and "moveFrom": its id.',
	},
	DomainInUseElsewhere: {
		retry: "terminal",
		status: 409,
		title: "CloudFront serves this domain for somebody else",
		actor: "customer",
		fix:
			"Remove the domain from the distribution that has it (its owner's AWS account, or the provider before us), " +
			"then retry the operation.",
	},
	ZoneChangeRefused: {
		retry: "terminal",
		status: 409,
		title: "Route 53 refused the record change",
		actor: "operator",
		fix: "Remove the cause in the platform's hosted zone, then retry the operation.",
	},
	OutsideZone: {
		retry: "terminal",
		status: 409,
		title: "The name is not below the platform domain",
		actor: "operator",
		fix: "Hostmaster writes only below its delegated zone: set PLATFORM_DOMAIN to the zone that holds the name.",
	},
	ConditionsNotMet: {
		retry: "terminal",
		status: 409,
		title: "An earlier step left something open",
		actor: "operator",
		fix: "Retry the operation by the API: it begins a new attempt, whose finished steps are quick.",
	},
	CustomerWaitExpired: {
		retry: "terminal",
		status: 409,
		title: "The customer's records did not come in time",
		actor: "customer",
		fix: "Mend what was seen last (the domain's diagnosis says how), then post the domain again: that begins a new attempt, with new values.",
	},
	WaitExpired: {
		retry: "terminal",
		status: 409,
		title: "What was waited for did not come in time",
		actor: "operator",
		fix: "Look at what was seen last, mend it, then retry the operation.",
	},

	// A step fails with these only after its state's own retries: then somebody has to say when to go on.
	Throttled: {
		retry: "transient",
		status: 503,
		title: "A service asks for fewer calls",
		actor: "operator",
		fix: "Retry the operation once the service takes calls again.",
	},
	ServiceUnavailable: {
		retry: "transient",
		status: 503,
		title: "A service did not answer",
		actor: "operator",
		fix: "Retry the operation once the service answers again.",
	},
	Misconfigured: {
		retry: "terminal",
		status: 500,
		title: "The deployment lacks a setting",
		actor: "operator",
		fix: "Set what the message names, deploy, then retry the operation.",
	},
} as const satisfies Record<string, ErrorEntry>;

export type ErrorName = keyof typeof errorTable;

/** True for the names of our own table; Step Functions and Lambda add theirs (`States.Timeout`, `Lambda.Unknown` …). */
export function isErrorName(name: string): name is ErrorName {
	return Object.hasOwn(errorTable, name);
}

/** The one error class. `detail` is for whoever asked; `cause` is for our logs only. */
export class HostmasterError extends Error {
	override readonly name: ErrorName;
	readonly detail: string;
	/** The request's member at fault, as a path (`routes.0.prefix`), and the rule that it broke. */
	readonly field: string | undefined;
	readonly rule: string | undefined;

	constructor(name: ErrorName, detail: string, more: { field?: string; rule?: string; cause?: unknown } = {}) {
		super(detail, { cause: more.cause });
		this.name = name;
		this.detail = detail;
		this.field = more.field;
		this.rule = more.rule;
	}
}

/** `SlugReserved` → `slug-reserved`: the last segment of a problem's `type`. */
export function problemType(name: ErrorName): string {
	return name.replace(/(?<!^)([A-Z])/g, "-$1").toLowerCase();
}

/** Who must act, and how, after a step failed with `name`; errors that are not ours are the operator's to read. */
export function remedyOf(name: string): { actor: Actor; fix: string } {
	const entry: ErrorEntry | undefined = isErrorName(name) ? errorTable[name] : undefined;
	if (entry) return { actor: entry.actor, fix: entry.fix ?? "Retry the operation." };
	if (name === "States.Timeout") return { actor: "operator", fix: "The step took too long. Retry the operation." };
	return { actor: "operator", fix: "Read the function's log of that time, mend the cause, then retry the operation." };
}
