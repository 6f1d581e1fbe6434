import type { Claim } from "../domain/claim.ts";
import { conditionsAfterReport } from "../domain/conditions-after-report.ts";
import { HostmasterError } from "../domain/errors.ts";
import type { EventDetail } from "../domain/events.ts";
import { afterReport, type ExecutionReport, executionName, type Operation } from "../domain/operation.ts";
import { kindTable } from "../domain/operation-kinds.ts";
import { claimPut, isCurrent, readClaim } from "../services/claims.ts";
import { isoNow } from "../services/clock.ts";
import { transact } from "../services/dynamodb.ts";
import { operationMove, readOperation } from "../services/operations.ts";
import { type OutgoingEvent, outboxPut, sendOut } from "../services/outbox.ts";
import { readTenant } from "../services/tenants.ts";

/**
 * Takes over what Step Functions says of an operation's execution: operation, claim and the event that tells of the end change in
 * one transaction. Reports may come late, twice and out of order. Answers the operation as it stands afterwards.
 */
export async function followReport(operationId: string, report: ExecutionReport): Promise<Operation> {
	for (let attempt = 1; attempt <= 8; attempt++) {
		const before = await readOperation(operationId);
		if (!before) throw new HostmasterError("OperationNotFound", `There is no operation '${operationId}'.`);
		const after = afterReport(before, report, isoNow());
		if (!after) return before;
		const claim = await readClaim(before.hostname);
		const claimAfter = (held: Claim) => ({
			...held,
			conditions: conditionsAfterReport(held.conditions, before, after, report),
			revision: held.revision + 1,
			updatedAt: after.updatedAt,
		});
		const event = await eventOf(after);
		const reasons = await transact([
			operationMove(after, before),
			...(claim && isCurrent(claim, after.generation) ? [claimPut(claimAfter(claim), claim)] : []),
			...(event ? [outboxPut(event)] : []),
		]);
		if (reasons) continue;
		// Crash here, or a bus that does not answer? The event is in the outbox, and the sweeper sends it.
		if (event) await sendOut([event]);
		return after;
	}
	throw new HostmasterError("ServiceUnavailable", `Other writers of '${operationId}' were faster eight times.`);
}

/** The event that tells of an end; none for what has not ended, or has ended because a newer operation took over. */
async function eventOf(operation: Operation): Promise<OutgoingEvent | undefined> {
	const { status, failure, updatedAt: createdAt } = operation;
	if (status !== "succeeded" && !(status === "failed" && failure)) return undefined;
	const { operationId, attempt, redriveCount, tenantId, hostname, correlationId, reason, formerHostname } = operation;
	const tenant = await readTenant(tenantId);
	const { succeeded, failed } = kindTable[operation.kind];
	// The same end has the same id, however often it is told.
	const eventId = `evt_${executionName(operationId, attempt)}-${redriveCount}`;
	const detail: EventDetail<typeof succeeded> = {
		...{ version: 1, eventId, occurredAt: createdAt, tenantId, hostname, operationId, correlationId },
		...{ slug: tenant?.slug, externalRef: tenant?.externalRef, reason },
		...(formerHostname !== undefined && { formerHostname }),
	};
	if (!failure) return { eventId, detailType: succeeded, createdAt, detail };
	return { eventId, detailType: failed, createdAt, detail: { ...detail, failure } };
}
