import { type Claim, newClaim } from "../../domain/claim.ts";
import { type ConditionType, withCondition } from "../../domain/conditions.ts";
import type { NewTenant } from "../../domain/new-tenant.ts";
import type { Operation } from "../../domain/operation.ts";
import { onboardingSteps } from "../../domain/operation-kinds.ts";
import type { Tenant } from "../../domain/tenant.ts";
import type { Wait } from "../../domain/wait.ts";

export const platformDomain = "app.example.com";
export const longAgo = "2026-01-01T00:00:00.000Z";
export const tenantId = "ten_01JZZZZZZZZZZZZZZZZZZZZZZZ";
export const operationId = "op_01JZZZZZZZZZZZZZZZZZZZZZZZ";

const origin = { host: "acme.origins.example.net", port: 443, protocol: "https", pathPrefix: "" } as const;

/** A request that is accepted as it stands. */
export function aNewTenant(more: Partial<NewTenant> = {}): NewTenant {
	return { slug: "acme", name: "Acme Ltd", origin: { host: origin.host }, ...more };
}

export function aTenant(more: Partial<Tenant> = {}): Tenant {
	return {
		tenantId,
		slug: "acme",
		hostname: `acme.${platformDomain}`,
		name: "Acme Ltd",
		origin,
		routes: [],
		config: {},
		revision: 1,
		formerHostnames: [],
		customHostnames: [],
		lastOperationId: operationId,
		heard: {},
		createdAt: longAgo,
		updatedAt: longAgo,
		...more,
	};
}

/** A fresh claim of acme's, generation 7. */
export function aClaim(more: Partial<Claim> = {}): Claim {
	return {
		...newClaim({ hostname: `acme.${platformDomain}`, tenantId, generation: 7, predecessor: undefined }, longAgo),
		...more,
	};
}

/** The claim with these conditions true. */
export function withTrue(claim: Claim, ...types: ConditionType[]): Claim {
	const change = { status: "true", reason: "Done", message: "It is so.", actor: "hostmaster" } as const;
	const conditions = types.reduce((before, type) => withCondition(before, type, change, longAgo), claim.conditions);
	return { ...claim, conditions };
}

/** Acme's onboarding, queued, for generation 7. */
export function anOperation(more: Partial<Operation> = {}): Operation {
	return {
		operationId,
		kind: "onboard-tenant",
		tenantId,
		hostname: `acme.${platformDomain}`,
		generation: 7,
		status: "queued",
		attempt: 1,
		redriveCount: 0,
		steps: onboardingSteps,
		hostnames: [],
		history: [],
		stepsDone: {},
		requestedBy: "billing",
		correlationId: "corr-1",
		createdAt: longAgo,
		updatedAt: longAgo,
		...more,
	};
}

export function aFailedOperation(more: Partial<Operation> = {}): Operation {
	const failure = {
		step: "SyncRecords",
		error: "ZoneChangeRefused",
		detail: "InvalidChangeBatch: no",
		actor: "operator",
		fix: "Mend the zone.",
	} as const;
	return anOperation({ status: "failed", failure, ...more });
}

export function aWait(more: Partial<Wait> = {}): Wait {
	return {
		taskToken: "token-1",
		parkedAt: longAgo,
		execution: `${operationId}-1`,
		state: "SyncRecords",
		generation: 7,
		hostname: `acme.${platformDomain}`,
		tenantId,
		operationId,
		...more,
	};
}
