import type { z } from "zod";
import { wireEvent } from "./history.ts";
import type { ExecutionRow, Journal } from "./journal.ts";
import { whyNotRedrivable } from "./redrive.ts";
import { pageToken, readPageToken, type requests } from "./requests.ts";

const defaultPage = 100;

/** A page of an execution's history. Throws InvalidToken. */
export function historyPage(
	journal: Journal,
	request: z.output<(typeof requests)["history"]>,
): Record<string, unknown> {
	const { executionArn, maxResults, nextToken, reverseOrder, includeExecutionData } = request;
	const size = maxResults || defaultPage;
	const found = journal.history(executionArn, readPageToken(nextToken), size + 1, reverseOrder);
	const events = found.slice(0, size);
	const last = found.length > size ? events.at(-1)?.id : undefined;
	return { events: events.map((event) => wireEvent(event, includeExecutionData)), ...next(last) };
}

/** A page of a machine's executions. Throws InvalidToken. */
export function listPage(
	journal: Journal,
	machineArn: string,
	request: Omit<z.output<(typeof requests)["list"]>, "stateMachineArn">,
): Record<string, unknown> {
	const { maxResults, nextToken, statusFilter, redriveFilter } = request;
	const size = maxResults || defaultPage;
	const filter = {
		...(statusFilter !== undefined && { status: statusFilter }),
		...(redriveFilter !== undefined && { redriven: redriveFilter === "REDRIVEN" }),
	};
	const found = journal.list(machineArn, filter, readPageToken(nextToken), size + 1);
	const rows = found.slice(0, size);
	const last = found.length > size ? rows.at(-1)?.number : undefined;
	return { executions: rows.map(listed), ...next(last) };
}

function next(last: number | undefined): { nextToken?: string } {
	return last === undefined ? {} : { nextToken: pageToken(last) };
}

function listed(row: ExecutionRow): Record<string, unknown> {
	return {
		executionArn: row.arn,
		stateMachineArn: row.machineArn,
		name: row.name,
		status: row.status,
		startDate: row.startedAtMs / 1000,
		...(row.stoppedAtMs !== null && { stopDate: row.stoppedAtMs / 1000 }),
		redriveCount: row.redriveCount,
		...(row.redrivenAtMs !== null && { redriveDate: row.redrivenAtMs / 1000 }),
	};
}

/** An execution as DescribeExecution gives it; what is not known is absent. */
export function described(row: ExecutionRow, nowMs: number): Record<string, unknown> {
	const reason = whyNotRedrivable(row, nowMs);
	return {
		...listed(row),
		input: row.input,
		inputDetails: { included: true },
		...(row.output !== null && { output: row.output, outputDetails: { included: true } }),
		...(row.error !== null && { error: row.error }),
		...(row.cause !== null && { cause: row.cause }),
		redriveStatus: reason === undefined ? "REDRIVABLE" : "NOT_REDRIVABLE",
		...(reason !== undefined && { redriveStatusReason: reason }),
	};
}

/** Epoch seconds, as awsJson gives times. */
export function seconds(ms: number | null): number {
	return (ms ?? 0) / 1000;
}
