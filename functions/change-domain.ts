import { HostmasterError } from "../domain/errors.ts";
import { givenUp, isOpen, type Operation } from "../domain/operation.ts";
import type { DomainRefusal, DomainStanding, PlannedDomain } from "../domain/plan-domain.ts";
import type { Result } from "../domain/result.ts";
import type { Moment } from "../domain/tenant-change.ts";
import { acceptChange as write } from "../services/change-acceptance.ts";
import { readClaim, readClaims } from "../services/claims.ts";
import { isoNow } from "../services/clock.ts";
import type { TransactItem } from "../services/dynamodb.ts";
import { type Answer, earlierAnswer } from "../services/idempotency.ts";
import { readOperation } from "../services/operations.ts";
import { setting } from "../services/settings.ts";
import { readTenant } from "../services/tenants.ts";
import { type Asking, answerAgain, idempotencyOf } from "./asking.ts";
import { domainRefused } from "./domain-refused.ts";
import { newOperation } from "./new-operation.ts";
import { tellQueue } from "./tell-queue.ts";

/** A change of one custom domain, as it is asked for. */
export interface DomainChange {
	kind: "attach-domain" | "detach-domain";
	steps: readonly string[];
	tenantId: string;
	hostname: string;
	requestedBy: string;
	correlationId: string;
	keyed: { asking: Asking; request: unknown } | undefined;
	/** Decides, given how things stand; `also` is written in the same transaction. It may read more, and throw. */
	plan: (standing: DomainStanding, moment: Moment) => Promise<Decided> | Decided;
}

interface Decided {
	planned: Result<PlannedDomain, DomainRefusal>;
	also?: TransactItem[];
}

/**
 * Accepts a change of a custom domain: one transaction decides, then the queue is told. It has its own operation beside its tenant's,
 * since it may wait for its customer for days (R13 holds for each domain). Answers which operation is to be followed.
 * Throws what domain/errors.ts lists for a request.
 */
export async function changeDomain(change: DomainChange): Promise<string> {
	for (let attempt = 1; attempt <= 8; attempt++) {
		const operationId = await tryOnce(change, isoNow());
		if (operationId !== undefined) return operationId;
	}
	throw new HostmasterError("ServiceUnavailable", "Other changes of this domain were faster eight times.");
}

/** Undefined when something has moved on between reading and writing. */
async function tryOnce(change: DomainChange, now: string): Promise<string | undefined> {
	const { keyed, hostname, tenantId } = change;
	const idempotency = keyed && idempotencyOf(keyed.request, keyed.asking, now);
	const earlier = idempotency && (await earlierAnswer(idempotency, now));
	if (earlier) return operationIdIn(answerAgain(earlier));
	const standing = await standingOf(tenantId, hostname);
	const { planned, also = [] } = await change.plan(standing, { now, epoch: Number(setting("GENERATION_EPOCH")) });
	if (!planned.ok) {
		// It may stand in its own way: this very request came twice, and was accepted between the two reads.
		const meanwhile = idempotency && (await earlierAnswer(idempotency, now));
		if (meanwhile) return operationIdIn(answerAgain(meanwhile));
		throw domainRefused(planned.refusal, hostname);
	}
	const { claim, tenant, takesOver } = planned.value;
	const operation = operationOf(change, planned.value, now);
	const outcome = await write(
		{
			tenant: { before: standing.tenant, after: tenant },
			claims: [{ before: claim.before, after: { ...claim.after, lastOperationId: operation.operationId } }],
			operation,
			givenUp: takesOver && { before: takesOver, after: givenUp(takesOver, operation, now) },
			idempotency,
			answer: { location: `/v1/operations/${operation.operationId}`, body: "{}" },
			also,
		},
		now,
	);
	switch (outcome.outcome) {
		case "overtaken":
			return undefined;
		case "external-ref-taken":
			throw new Error("A change of a domain claims no externalRef.");
		case "repeated":
		case "key-reused":
			return operationIdIn(answerAgain(outcome));
		case "accepted":
			await tellQueue(operation);
			return operation.operationId;
	}
}

/** How a hostname and its tenant stand (strongly consistent). Throws TenantNotFound. */
export async function standingOf(tenantId: string, hostname: string): Promise<DomainStanding> {
	const tenant = await readTenant(tenantId);
	if (!tenant) throw new HostmasterError("TenantNotFound", `There is no tenant '${tenantId}'.`);
	const names = [tenant.hostname, ...tenant.customHostnames];
	const [claim, { claims, unreadable }] = await Promise.all([readClaim(hostname), readClaims(names)]);
	if (unreadable.size > 0) throw new Error(`Claims of '${tenantId}' cannot be read: ${[...unreadable].join(", ")}.`);
	const lastOperation = claim?.lastOperationId === undefined ? undefined : await readOperation(claim.lastOperationId);
	const own = tenant.customHostnames.flatMap((name) => {
		const found = claims.get(name);
		return found?.tenantId === tenantId ? [found] : [];
	});
	return { tenant, present: claims.get(tenant.hostname), claim, lastOperation, own };
}

function operationOf(change: DomainChange, { claim: { after }, takesOver }: PlannedDomain, now: string): Operation {
	const { kind, steps, tenantId, hostname, requestedBy, correlationId } = change;
	const { generation } = after;
	const cancels =
		takesOver && isOpen(takesOver)
			? { operationId: takesOver.operationId, attempt: takesOver.attempt, kind: takesOver.kind }
			: undefined;
	return newOperation(
		{
			...{ kind, tenantId, hostname, generation, steps: [...steps], requestedBy, correlationId },
			...(kind === "detach-domain" && { hostnames: [{ hostname, generation }] }),
			...(cancels && { cancels }),
		},
		now,
	);
}

function operationIdIn({ location }: Answer): string {
	return location.replace("/v1/operations/", "");
}
