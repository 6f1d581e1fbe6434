import { ulid } from "ulid";
import type { Operation } from "../domain/operation.ts";

type Given = Pick<
	Operation,
	"kind" | "tenantId" | "hostname" | "generation" | "steps" | "requestedBy" | "correlationId"
> &
	Partial<Pick<Operation, "hostnames" | "reason" | "formerHostname" | "cancels">>;

/** An operation that was accepted at `now` (ISO) and waits for its start. */
export function newOperation(
	{ hostnames = [], reason, formerHostname, cancels, ...given }: Given,
	now: string,
): Operation {
	return {
		operationId: `op_${ulid(Date.parse(now))}`,
		...given,
		hostnames,
		...(reason !== undefined && { reason }),
		...(formerHostname !== undefined && { formerHostname }),
		...(cancels && { cancels }),
		status: "queued",
		attempt: 1,
		redriveCount: 0,
		stepsDone: {},
		history: [{ at: now, what: "accepted", by: given.requestedBy, attempt: 1, redriveCount: 0 }],
		createdAt: now,
		updatedAt: now,
	};
}
