import type { Claim } from "./claim.ts";
import type { Operation } from "./operation.ts";
import type { Tenant } from "./tenant.ts";

/** What is asked of a tenant that exists. */
export type TenantChange =
	/** Members that are undefined go away; what is not named stays. */
	| {
			kind: "update-tenant";
			set: Partial<Pick<Tenant, "name" | "plan" | "origin" | "routes" | "config" | "externalRef">>;
	  }
	| { kind: "suspend-tenant"; reason: string; requestedBy: string }
	| { kind: "resume-tenant"; reason?: string | undefined }
	/** `standing`: the claim that stands at the new name, if any. */
	| { kind: "rename-tenant"; slug: string; hostname: string; standing: Claim | undefined }
	/** `hostname`: one of its custom domains, or its platform subdomain. */
	| { kind: "change-primary"; hostname: string }
	| { kind: "repair-hostname"; hostname: string; reason: string }
	| { kind: "offboard-tenant"; reason?: string | undefined }
	| { kind: "release-hostname"; hostname: string };

/** How a tenant stands: its row, the claims of its present and former names, and its newest operation. */
export interface Standing {
	tenant: Tenant;
	claims: ReadonlyMap<string, Claim>;
	lastOperation: Operation | undefined;
}

/** A row's next state over exactly the one that was read; `before` undefined: no row stands there. */
export interface ClaimChange {
	before: Claim | undefined;
	after: Claim;
}

/** What is to be written, all or nothing, and which way the operation goes. */
export interface PlannedChange {
	tenant: Tenant;
	claims: ClaimChange[];
	/** The hostname that the operation is fenced by. */
	claim: Claim;
	steps: string[];
	hostnames: { hostname: string; generation: number }[];
	reason?: string | undefined;
	formerHostname?: string | undefined;
}

export type ChangeRefusal =
	| { rule: "in-progress"; operation: Operation }
	| { rule: "onboarding-unfinished"; operation: Operation }
	/** The present name is not served yet, or a change of it has failed: its former names stay as they are. */
	| { rule: "present-first"; operation: Operation }
	| { rule: "leaving" }
	/** The name that was to be the primary one is not the tenant's, not served, or redirects itself. */
	| { rule: "not-active"; hostname: string }
	| { rule: "same-name" }
	| { rule: "too-many-names" }
	| { rule: "taken" }
	| { rule: "quarantined"; until: string }
	/** The registry is not as it must be: a claim of the tenant is missing or somebody else's. */
	| { rule: "claim-missing"; hostname: string };

/** When it is decided. */
export interface Moment {
	/** ISO time. */
	now: string;
	epoch: number;
}
