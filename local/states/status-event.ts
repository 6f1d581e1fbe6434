import type { BusEvent } from "../aws/service.ts";
import type { ExecutionRow } from "./journal.ts";
import { limits } from "./limits.ts";
import { whyNotRedrivable } from "./redrive.ts";

/**
 * An execution's status as EventBridge is told of it; times in epoch milliseconds, what is not known is null.
 * https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html#cloudwatch-events-standard-workflow-examples
 */
export function statusEvent(row: ExecutionRow, nowMs: number): BusEvent {
	const reason = whyNotRedrivable(row, nowMs);
	const escaped = JSON.stringify(row.input).length + JSON.stringify(row.output ?? "").length;
	const included = escaped <= limits.eventPayloadBytes;
	return {
		source: "aws.states",
		detailType: "Step Functions Execution Status Change",
		resources: [row.arn],
		detail: {
			executionArn: row.arn,
			stateMachineArn: row.machineArn,
			name: row.name,
			status: row.status,
			startDate: row.startedAtMs,
			stopDate: row.stoppedAtMs,
			input: included ? row.input : null,
			inputDetails: { included },
			output: included ? row.output : null,
			outputDetails: row.output === null ? null : { included },
			stateMachineVersionArn: null,
			stateMachineAliasArn: null,
			redriveCount: row.redriveCount,
			redriveDate: row.redrivenAtMs,
			redriveStatus: reason === undefined ? "REDRIVABLE" : "NOT_REDRIVABLE",
			redriveStatusReason: reason ?? null,
			error: row.error,
			cause: row.cause,
		},
	};
}
