import { HostmasterError } from "../domain/errors.ts";
import { givenUp, isOpen, type Operation } from "../domain/operation.ts";
import { operationView } from "../domain/operation-view.ts";
import { planChange } from "../domain/plan-change.ts";
import type { Tenant } from "../domain/tenant.ts";
import type { PlannedChange, Standing, TenantChange } from "../domain/tenant-change.ts";
import { tenantView } from "../domain/tenant-view.ts";
import { acceptChange as write } from "../services/change-acceptance.ts";
import { readClaims } from "../services/claims.ts";
import { isoNow } from "../services/clock.ts";
import { type Answer, earlierAnswer } from "../services/idempotency.ts";
import { readOperation } from "../services/operations.ts";
import { setting } from "../services/settings.ts";
import { readTenant } from "../services/tenants.ts";
import { type Asking, answerAgain, idempotencyOf } from "./asking.ts";
import { changeRefused } from "./change-refused.ts";
import { newOperation } from "./new-operation.ts";
import { tellQueue } from "./tell-queue.ts";

/** A change of a tenant, as it is asked for. */
export interface ChangeRequest {
	tenantId: string;
	/** What is asked, given how the tenant stands now; it may read more, and throws what a request may end with. */
	changeOf: (tenant: Tenant) => Promise<TenantChange> | TenantChange;
	requestedBy: string;
	correlationId: string;
	/** The request with its key, where repetitions are told by one. */
	keyed?: { asking: Asking; request: unknown };
	/** What the row keeps besides of this change. */
	alsoKeep?: (tenant: Tenant) => Pick<Tenant, "heard" | "heardIds">;
}

/**
 * Accepts a change of a tenant, from REST, events and sweepers alike: one transaction decides, then the queue is told. Answers what
 * the caller is told; the same request again gets the same answer. Throws what domain/errors.ts lists for a request.
 */
export async function acceptChange(request: ChangeRequest): Promise<Answer> {
	for (let attempt = 1; attempt <= 8; attempt++) {
		const answer = await tryOnce(request, isoNow());
		if (answer) return answer;
	}
	throw new HostmasterError("ServiceUnavailable", "Other changes of this tenant were faster eight times.");
}

/** Undefined when the tenant has moved on between reading and writing. */
async function tryOnce(request: ChangeRequest, now: string): Promise<Answer | undefined> {
	const idempotency = request.keyed && idempotencyOf(request.keyed.request, request.keyed.asking, now);
	const earlier = idempotency && (await earlierAnswer(idempotency, now));
	if (earlier) return answerAgain(earlier);
	const standing = await standingOf(request.tenantId);
	const change = await request.changeOf(standing.tenant);
	const planned = planChange(standing, change, { now, epoch: Number(setting("GENERATION_EPOCH")) });
	if (!planned.ok) {
		// It may stand in its own way: this very request came twice, and was accepted between the two reads.
		const meanwhile = idempotency && (await earlierAnswer(idempotency, now));
		if (meanwhile) return answerAgain(meanwhile);
		throw changeRefused(planned.refusal);
	}
	const operation = operationOf(request, change, planned.value, standing.lastOperation, now);
	const after = {
		...planned.value.tenant,
		...request.alsoKeep?.(planned.value.tenant),
		lastOperationId: operation.operationId,
	};
	const answer = answerOf(after, planned.value, operation);
	const outcome = await write(
		{
			tenant: { before: standing.tenant, after },
			claims: planned.value.claims,
			operation,
			givenUp: takenOver(standing.lastOperation, operation, now),
			...{ idempotency, answer },
		},
		now,
	);
	switch (outcome.outcome) {
		case "overtaken":
			return undefined;
		case "external-ref-taken":
			throw new HostmasterError("ExternalRefTaken", `'${after.externalRef}' already belongs to a tenant.`, {
				...{ field: "externalRef", rule: "unique" },
			});
		case "repeated":
		case "key-reused":
			return answerAgain(outcome);
		case "accepted":
			await tellQueue(operation);
			return answer;
	}
}

/** The tenant with its claims and its newest operation (strongly consistent). Throws TenantNotFound. */
async function standingOf(tenantId: string): Promise<Standing> {
	const tenant = await readTenant(tenantId);
	if (!tenant) throw new HostmasterError("TenantNotFound", `There is no tenant '${tenantId}'.`);
	const [{ claims, unreadable }, lastOperation] = await Promise.all([
		readClaims([tenant.hostname, ...tenant.formerHostnames, ...tenant.customHostnames]),
		tenant.lastOperationId === undefined ? undefined : readOperation(tenant.lastOperationId),
	]);
	// A name that nothing is known of must not be left behind by a tenant that leaves, or is renamed.
	if (unreadable.size > 0) throw new Error(`Claims of '${tenantId}' cannot be read: ${[...unreadable].join(", ")}.`);
	return { tenant, claims, lastOperation };
}

function operationOf(
	{ tenantId, requestedBy, correlationId }: ChangeRequest,
	{ kind }: TenantChange,
	{ claim, steps, hostnames, reason, formerHostname }: PlannedChange,
	last: Operation | undefined,
	now: string,
): Operation {
	const cancels =
		last && isOpen(last) ? { operationId: last.operationId, attempt: last.attempt, kind: last.kind } : undefined;
	const { hostname, generation } = claim;
	const fence = { kind, tenantId, hostname, generation, steps, requestedBy, correlationId, hostnames };
	return newOperation(
		{
			...fence,
			...(reason !== undefined && { reason }),
			...(formerHostname !== undefined && { formerHostname }),
			...(cancels && { cancels }),
		},
		now,
	);
}

/** What failed, or is cancelled, must not be retried behind the newer operation's back. */
function takenOver(last: Operation | undefined, newer: Operation, now: string) {
	if (!last || !(isOpen(last) || last.status === "failed")) return undefined;
	return { before: last, after: givenUp(last, newer, now) };
}

function answerOf(after: Tenant, { claim, claims }: PlannedChange, operation: Operation): Answer {
	const shown = claims.find(({ after: { hostname } }) => hostname === after.hostname)?.after ?? claim;
	const tenant = tenantView({ ...after, revision: after.revision + 1 }, shown);
	return {
		etag: `"${tenant.revision}"`,
		location: `/v1/operations/${operation.operationId}`,
		body: JSON.stringify({ tenant, operation: operationView(operation) }),
	};
}
