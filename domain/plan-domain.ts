import { type Claim, claimability, newCustomClaim, renewedClaim, wasProven } from "./claim.ts";
import { customConditions } from "./conditions.ts";
import { type CustomDomain, type ProofKind, type Validation, withCertificate } from "./custom-domain.ts";
import { nextGeneration } from "./generation.ts";
import { limits } from "./limits.ts";
import { isOpen, type Operation } from "./operation.ts";
import { accepted, type Result, refused } from "./result.ts";
import type { Tenant } from "./tenant.ts";
import type { ClaimChange, Moment } from "./tenant-change.ts";

/** How a hostname stands that a tenant wants to have served, or taken down. */
export interface DomainStanding {
	tenant: Tenant;
	/** The claim of the tenant's platform subdomain. */
	present: Claim | undefined;
	/** The row that stands at the hostname. */
	claim: Claim | undefined;
	/** The newest operation of that claim. */
	lastOperation: Operation | undefined;
	/** The claims of all the tenant's custom domains. */
	own: readonly Claim[];
}

/** A custom domain, as it is asked for; `hostname` in canonical form, with `*.` before a wildcard's. */
export interface DomainRequest {
	hostname: string;
	validation: Validation;
	redirectTo?: string | undefined;
	/** From where in our account it is to be moved. */
	moveFrom?: string | undefined;
	/** All the tenant's other names are to answer 308 to it, once it is active. */
	primary?: boolean | undefined;
	/** The proofs that count here, by what others hold around the name. */
	proofs: ProofKind[];
	imitates: string[];
	/** Random, of this attempt alone. */
	token: string;
	/** Where names lead instead of to the token's own target. */
	endpoint?: string | undefined;
}

export type DomainRefusal =
	| { rule: "leaving" }
	| { rule: "taken" }
	| { rule: "quarantined"; until: string }
	/** The tenant has it, or is about to. */
	| { rule: "attached" }
	| { rule: "in-progress"; operation: Operation }
	| { rule: "detaching" }
	| { rule: "too-many"; max: number }
	| { rule: "too-many-pending"; max: number }
	| { rule: "redirect-target" }
	| { rule: "not-attached" }
	| { rule: "primary" }
	| { rule: "redirected-to"; hostname: string };

export interface PlannedDomain {
	tenant: Tenant;
	claim: ClaimChange;
	/** The operation that the new one takes over from. */
	takesOver: Operation | undefined;
}

/** Decides on a new custom domain, or on a new attempt after one that failed. */
export function planAttachment(
	standing: DomainStanding,
	request: DomainRequest,
	{ now, epoch }: Moment,
): Result<PlannedDomain, DomainRefusal> {
	const { tenant, claim, lastOperation, own } = standing;
	if (isLeaving(standing)) return refused({ rule: "leaving" });
	const target = request.redirectTo;
	if (target !== undefined && !mayBeTarget(tenant, own, target, request.hostname)) {
		return refused({ rule: "redirect-target" });
	}
	const held = claim?.tenantId === tenant.tenantId && claim.intent === "serve" ? claim : undefined;
	if (held) {
		if (lastOperation && isOpen(lastOperation)) return refused({ rule: "in-progress", operation: lastOperation });
		if (lastOperation?.status !== "failed") return refused({ rule: "attached" });
		const custom = { ...customOf(request, now, held), attempt: (held.custom?.attempt ?? 0) + 1 };
		const after = renewedClaim(held, { custom, conditions: customConditions(now) }, { now, epoch });
		return accepted({
			tenant: { ...tenant, updatedAt: now },
			claim: { before: held, after },
			takesOver: lastOperation,
		});
	}
	if (claim?.tenantId === tenant.tenantId && claim.intent === "remove") return refused({ rule: "detaching" });
	const abandoned = isAbandoned(standing);
	const found = abandoned ? { state: "available" as const } : claimability(claim, now, tenant.tenantId);
	if (found.state === "taken") return refused({ rule: "taken" });
	if (found.state === "quarantined") return refused({ rule: "quarantined", until: found.until });
	const refusal = tooMany(own);
	if (refusal) return refused(refusal);
	const { hostname } = request;
	const generation = nextGeneration(claim?.generation, epoch);
	const wasAnothers = claim?.intent === "released" && claim.tenantId !== tenant.tenantId && !abandoned;
	const takenOver = abandoned && claim?.intent === "serve" ? claim.custom : undefined;
	// Who takes a name back that was its own has shown so before: giving it back again, unproven, opens it to nobody.
	const wasOwn = claim?.tenantId === tenant.tenantId && wasProven(claim);
	const custom = {
		...{ ...customOf(request, now, undefined), ...leftBy(takenOver, false) },
		...((wasAnothers || claim?.custom?.onceAnothers) && { onceAnothers: true }),
		...(wasOwn && { provenBefore: true }),
	};
	const after = newCustomClaim({ hostname, tenantId: tenant.tenantId, generation, predecessor: claim, custom }, now);
	// An attempt before that another tenant took over has left it there.
	const customHostnames = [...new Set([...tenant.customHostnames, hostname])];
	return accepted({
		tenant: { ...tenant, customHostnames, updatedAt: now },
		claim: { before: claim, after },
		takesOver: abandoned && claim?.intent === "serve" ? lastOperation : undefined,
	});
}

/**
 * Somebody else's attempt that has failed or was given up without any proof: it must not keep the name's owner out, be it for the time of a
 * quarantine, since anyone can begin one.
 */
function isAbandoned({ tenant, claim, lastOperation }: DomainStanding): boolean {
	if (!claim?.custom || claim.tenantId === tenant.tenantId) return false;
	const hasFailed = claim.intent === "serve" && lastOperation?.status === "failed";
	return !wasProven(claim) && (hasFailed || claim.intent === "released");
}

/** Decides on the end of a custom domain, which goes first before whatever is under way for it. */
export function planDetachment(
	{ tenant, claim, lastOperation, own }: DomainStanding,
	hostname: string,
	moment: Moment,
): Result<PlannedDomain, DomainRefusal> {
	const held = claim?.tenantId === tenant.tenantId && claim.custom && claim.intent !== "released" ? claim : undefined;
	if (!held) return refused({ rule: "not-attached" });
	if (lastOperation && lastOperation.kind === "detach-domain" && isOpen(lastOperation)) {
		return refused({ rule: "in-progress", operation: lastOperation });
	}
	if (tenant.primaryHostname === hostname) return refused({ rule: "primary" });
	const referring = own.find(({ custom, intent }) => intent === "serve" && custom?.redirectTo === hostname);
	if (referring) return refused({ rule: "redirected-to", hostname: referring.hostname });
	const after = renewedClaim(held, { intent: "remove" }, moment);
	const isOver = !lastOperation || lastOperation.status === "succeeded" || lastOperation.status === "superseded";
	return accepted({
		tenant: { ...tenant, updatedAt: moment.now },
		claim: { before: held, after },
		takesOver: isOver ? undefined : lastOperation,
	});
}

function isLeaving({ tenant, present }: DomainStanding): boolean {
	const intent = present?.tenantId === tenant.tenantId ? present.intent : "released";
	return tenant.releasedAt !== undefined || intent === "remove" || intent === "released";
}

/** One of the tenant's own names that does not lead on itself: viewers are sent on once. */
function mayBeTarget(tenant: Tenant, own: readonly Claim[], target: string, hostname: string): boolean {
	if (target === hostname) return false;
	const isOwn = own.some((claim) => claim.hostname === target && claim.intent === "serve" && !claim.custom?.redirectTo);
	return target === tenant.hostname || isOwn;
}

function customOf(request: DomainRequest, now: string, before: Claim | undefined): CustomDomain {
	const { validation, redirectTo, primary, moveFrom, endpoint, proofs, imitates, token } = request;
	const former = before?.custom;
	return {
		...{ validation, attempt: 1, token, proofs, requestedAt: now },
		formerTokens: former ? [former.token, ...former.formerTokens].slice(0, limits.formerTokens.value) : [],
		...(redirectTo !== undefined && { redirectTo }),
		...(endpoint !== undefined && { endpoint }),
		...(moveFrom !== undefined && { moveFrom }),
		...(former?.onceAnothers && { onceAnothers: true }),
		...(before && wasProven(before) && { provenBefore: true }),
		...(primary && { primaryWanted: true }),
		...(imitates.length > 0 && { imitates }),
		...leftBy(former, former?.validation === validation),
	};
}

/**
 * What an attempt leaves to the next one: its place at the edge, and its certificate. That need not be asked for again when it is validated in
 * the same way, by the same tenant (`isGood`); else it is deleted.
 */
function leftBy(former: CustomDomain | undefined, isGood: boolean) {
	if (!former) return {};
	const { certificateArn, formerCertificates, validationRecord, distributionTenantId, formerDistributionTenants } =
		isGood ? former : withCertificate(former, undefined);
	return {
		...(certificateArn !== undefined && { certificateArn }),
		...(formerCertificates && { formerCertificates }),
		...(isGood && validationRecord && { validationRecord }),
		...(distributionTenantId !== undefined && { distributionTenantId }),
		...(formerDistributionTenants && { formerDistributionTenants }),
	};
}

function tooMany(own: readonly Claim[]): DomainRefusal | undefined {
	const live = own.filter(({ intent }) => intent !== "released");
	if (live.length >= limits.customDomainsPerTenant.value) {
		return { rule: "too-many", max: limits.customDomainsPerTenant.value };
	}
	const pending = live.filter(({ conditions }) => conditions.OwnershipVerified.status !== "true");
	if (pending.length < limits.pendingDomainsPerTenant.value) return undefined;
	return { rule: "too-many-pending", max: limits.pendingDomainsPerTenant.value };
}
