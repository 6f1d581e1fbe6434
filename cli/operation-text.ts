import type { OperationView } from "../domain/operation-view.ts";
import type { Context } from "./context.ts";
import { exits } from "./failures.ts";
import { elapsed } from "./follow.ts";
import type { Paint } from "./paint.ts";
import { fields, table } from "./table.ts";

/** An operation in full: who asked, each step, what it waits for, and who has to act. `now`: milliseconds since 1970. */
export function operationText(operation: OperationView, paint: Paint, now: number): string {
	const { operationId, kind, hostname, formerHostname, tenantId, attempt, requestedBy, createdAt, reason } = operation;
	const head = `${paint.bold(operationId)}  ${kind}  ${hostname}  ${statusText(operation.status, paint)}`;
	const about = fields(
		[
			["tenant", tenantId],
			["former name", formerHostname],
			["asked by", `${requestedBy}, ${createdAt}`],
			["because", reason],
			["attempt", attempt > 1 ? String(attempt) : undefined],
		],
		paint,
	);
	return [head, about, "", stepsText(operation, paint, now), ...failureLines(operation, paint)].join("\n");
}

/** Operations as a table, in the order given. */
export function operationsText(operations: readonly OperationView[], paint: Paint): string {
	const rows = operations.map(({ operationId, kind, status, hostname, nextActor, createdAt }) => [
		...[operationId, kind, statusText(status, paint), hostname, nextActor ?? "nobody", createdAt],
	]);
	return table(["OPERATION", "KIND", "STATUS", "HOSTNAME", "WHO ACTS", "ACCEPTED"], rows, paint) || "No operations.";
}

/** Why it failed and who must do what; nothing for one that has not failed. */
export function failureLines({ failure, canRetry, operationId }: OperationView, paint: Paint): string[] {
	if (!failure) return [];
	const { step, error, detail, actor, fix } = failure;
	return [
		"",
		`${paint.red(`${step ?? "The execution"} failed`)}: ${error}, ${detail}`,
		`${paint.bold(`${capital(actor)}:`)} ${fix}`,
		...(canRetry ? [`${paint.bold("Retry:")} hostmaster operations retry ${operationId} --watch`] : []),
	];
}

/** What a script is told of an operation that was followed to its end. */
export function exitOf({ status }: OperationView): 0 | 1 {
	return status === "failed" || status === "superseded" ? exits.failed : 0;
}

/** Tells, as progress, what was accepted. */
export function tellAccepted({ tell, paint }: Context, { operationId, kind, hostname }: OperationView): void {
	tell(`${paint.progress.bold(operationId)} ${kind} ${hostname}`);
}

function stepsText({ steps, waiting, createdAt }: OperationView, paint: Paint, now: number): string {
	const rows = steps.map(({ name, state, doneAt }) => {
		if (state === "current" && waiting) {
			const since = elapsed(waiting.since, new Date(now).toISOString());
			const next = elapsed(new Date(now).toISOString(), waiting.nextCheckAt);
			const seen = waiting.lastSeen ?? "not looked yet";
			return [name, paint.yellow(`waiting ${since}`), `${seen}; nothing to do, next check in ${next}`];
		}
		return [name, stateText(state, paint), doneAt === undefined ? "" : `after ${elapsed(createdAt, doneAt)}`];
	});
	return table(["STEP", "STATE", ""], rows, paint);
}

function stateText(state: OperationView["steps"][number]["state"], paint: Paint): string {
	if (state === "done") return paint.green(state);
	if (state === "failed") return paint.red(state);
	return state === "current" ? paint.yellow("under way") : paint.dim("to come");
}

function statusText(status: OperationView["status"], paint: Paint): string {
	if (status === "succeeded") return paint.green(status);
	return status === "failed" ? paint.red(status) : paint.yellow(status);
}

function capital(word: string): string {
	return word.slice(0, 1).toUpperCase() + word.slice(1);
}
