import {
	DescribeExecutionCommand,
	ExecutionAlreadyExists,
	ExecutionDoesNotExist,
	ExecutionNotRedrivable,
	GetExecutionHistoryCommand,
	RedriveExecutionCommand,
	SFNClient,
	StartExecutionCommand,
	StopExecutionCommand,
	ValidationException,
} from "@aws-sdk/client-sfn";
import { z } from "zod";
import { HostmasterError } from "../domain/errors.ts";
import { type ExecutionInput, executionInputSchema } from "../domain/execution-input.ts";
import { type ExecutionReport, executionName, type Failure, type Operation } from "../domain/operation.ts";
import { kindTable, type OperationKind } from "../domain/operation-kinds.ts";
import { clientDefaults } from "./aws-client.ts";
import { calling } from "./aws-errors.ts";
import { setting } from "./settings.ts";

const client = new SFNClient(clientDefaults);

/** Which attempt of which operation; the kind says in which machine. */
export type Attempt = Pick<Operation, "operationId" | "attempt" | "kind">;

function stateMachineArn(kind: OperationKind): string {
	switch (kindTable[kind].machine) {
		case "onboard-tenant":
			return setting("ONBOARD_STATE_MACHINE_ARN");
		case "update-tenant":
			return setting("UPDATE_STATE_MACHINE_ARN");
		case "offboard-tenant":
			return setting("OFFBOARD_STATE_MACHINE_ARN");
		case "attach-domain":
			return setting("ATTACH_STATE_MACHINE_ARN");
		case "detach-domain":
			return setting("DETACH_STATE_MACHINE_ARN");
	}
}

/** arn:…:stateMachine:<machine> → arn:…:execution:<machine>:<name>. */
function executionArn({ operationId, attempt, kind }: Attempt): string {
	return `${stateMachineArn(kind).replace(":stateMachine:", ":execution:")}:${executionName(operationId, attempt)}`;
}

/**
 * Starts the operation's attempt and answers how it stands. Started before with the same input is success, even when it has ended
 * since; with another input it is a defect, and throws.
 */
export async function startExecution(operation: Operation): Promise<ExecutionReport> {
	const input = JSON.stringify(inputOf(operation));
	const { operationId, attempt } = operation;
	try {
		await calling("Step Functions", () =>
			client.send(
				new StartExecutionCommand({
					stateMachineArn: stateMachineArn(operation.kind),
					name: executionName(operationId, attempt),
					input,
				}),
			),
		);
		return { attempt, redriveCount: 0, status: "RUNNING" };
	} catch (error) {
		if (!(error instanceof ExecutionAlreadyExists)) throw error;
		const existing = await describe(operation);
		const report = isSameStart(existing?.input, operation) ? await reportOf(operation) : undefined;
		if (!report) throw error;
		return report;
	}
}

/** Compared by meaning: a release that adds a member to the input must still know what the one before has started (R12). */
function isSameStart(input: string | undefined, { operationId, attempt, generation }: Operation): boolean {
	const started = startedSchema.safeParse(JSON.parse(input ?? "null")).data;
	return started?.operationId === operationId && started.attempt === attempt && started.generation === generation;
}

const startedSchema = executionInputSchema.pick({ operationId: true, attempt: true, generation: true });

function inputOf(operation: Operation): ExecutionInput {
	const { operationId, attempt, kind, tenantId, hostname, generation, correlationId } = operation;
	const { steps, hostnames, cancels } = operation;
	return {
		...{ version: 1, operationId, attempt, kind, tenantId, hostname, generation, correlationId, steps, hostnames },
		...(cancels && { cancels }),
	};
}

async function describe(attempt: Attempt) {
	try {
		return await calling("Step Functions", () =>
			client.send(new DescribeExecutionCommand({ executionArn: executionArn(attempt) })),
		);
	} catch (error) {
		if (error instanceof ExecutionDoesNotExist) return undefined;
		throw error;
	}
}

/** How the operation's present attempt stands, or undefined when there is no such execution (never started, or long gone). */
export async function reportOf(operation: Operation): Promise<(ExecutionReport & { redrivable: boolean }) | undefined> {
	try {
		return await lookAt(operation);
	} catch (error) {
		// Redriven between the two calls? Then it runs, and has no end to show.
		if (error instanceof EndNotShown) return lookAt(operation);
		throw error;
	}
}

async function lookAt(operation: Operation) {
	const found = await describe(operation);
	if (!found?.status) return undefined;
	// Ours never waits for a redrive (that is a Map Run's), and PENDING_REDRIVE is as good as running.
	const status: ExecutionReport["status"] = found.status === "PENDING_REDRIVE" ? "RUNNING" : found.status;
	const ended = status !== "RUNNING" && status !== "SUCCEEDED";
	return {
		attempt: operation.attempt,
		redriveCount: found.redriveCount ?? 0,
		status,
		failure: ended ? await failureOf(operation, found.error, found.cause) : undefined,
		endedAt: found.stopDate?.toISOString(),
		redrivable: found.redriveStatus === "REDRIVABLE",
	};
}

/** The failed step from the execution's history, with the error's name and its readable text. */
export async function failureOf(
	attempt: Attempt,
	error: string | undefined,
	cause: string | undefined,
): Promise<Failure | undefined> {
	if (error === undefined && cause === undefined) return undefined;
	const step = await stepEnteredLast(executionArn(attempt));
	return { step, error: error ?? "Unknown", detail: readableCause(cause) };
}

/**
 * The machines are straight: the state that was entered last is the one that failed, also after a redrive. The history is eventually
 * consistent (https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html): one that does not end yet
 * throws ServiceUnavailable, so that the report comes again.
 */
async function stepEnteredLast(arn: string): Promise<string | undefined> {
	let nextToken: string | undefined;
	do {
		const page = await calling("Step Functions", () =>
			client.send(
				new GetExecutionHistoryCommand({
					executionArn: arn,
					reverseOrder: true,
					includeExecutionData: false,
					maxResults: 100,
					nextToken,
				}),
			),
		);
		if (nextToken === undefined && !ends.has(page.events?.[0]?.type ?? "")) {
			throw new EndNotShown("ServiceUnavailable", "The execution's history does not show its end yet.");
		}
		const entered = page.events?.find(({ stateEnteredEventDetails }) => stateEnteredEventDetails);
		if (entered) return entered.stateEnteredEventDetails?.name;
		nextToken = page.nextToken;
	} while (nextToken);
	return undefined;
}

class EndNotShown extends HostmasterError {}

const ends = new Set(["ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"]);

const lambdaCauseSchema = z.object({ errorMessage: z.string() });

/** A Lambda's cause is JSON with `errorMessage`; ours and Step Functions' own are plain text. */
function readableCause(cause: string | undefined): string {
	if (!cause) return "No cause was given.";
	try {
		return lambdaCauseSchema.parse(JSON.parse(cause)).errorMessage;
	} catch {
		return cause;
	}
}

/** Lets the failed execution go on at the failed step; false when Step Functions will not (any more). */
export async function redrive(operation: Operation): Promise<boolean> {
	const { operationId, attempt, redriveCount } = operation;
	try {
		await calling("Step Functions", () =>
			client.send(
				new RedriveExecutionCommand({
					executionArn: executionArn(operation),
					clientToken: `${executionName(operationId, attempt)}-${redriveCount + 1}`,
				}),
			),
		);
		return true;
	} catch (error) {
		if (error instanceof ExecutionNotRedrivable) return false;
		throw error;
	}
}

/** Stops an attempt's execution if it runs; what has ended, or never began, is stopped already. Safe to repeat. */
export async function stop(attempt: Attempt, cause: string): Promise<void> {
	try {
		await calling("Step Functions", () =>
			client.send(new StopExecutionCommand({ executionArn: executionArn(attempt), error: "Superseded", cause })),
		);
	} catch (error) {
		if (error instanceof ExecutionDoesNotExist) return;
		if (!(error instanceof ValidationException) || (await isRunning(attempt))) throw error;
	}
}

/** What Step Functions answers to a stop of what has ended is documented nowhere, and some refuse it: so it is looked at. */
async function isRunning(attempt: Attempt): Promise<boolean> {
	const status = (await describe(attempt))?.status;
	return status === "RUNNING" || status === "PENDING_REDRIVE";
}
