import { z } from "zod";
import { contextOf } from "./context.ts";
import { EvaluationError, evaluateTo } from "./evaluate.ts";
import type { Draft } from "./events.ts";
import type { Failure } from "./failure.ts";
import { startMap, startParallel } from "./fork.ts";
import { type Json, sizeOf } from "./json.ts";
import { limits } from "./limits.ts";
import { type ChoiceState, type FailState, resources, type TaskState, type WaitState } from "./machine.ts";
import type { Moment } from "./moment.ts";
import { finish, tooLarge, transition } from "./outcome.ts";

/** A state's own work, up to the point where it ends or waits. Throws EvaluationError. */
export function work(moment: Moment): Promise<Draft[]> {
	const { state } = moment;
	switch (state.Type) {
		case "Pass":
		case "Succeed":
			return finish(moment);
		case "Fail":
			return fail(moment, state);
		case "Choice":
			return choose(moment, state);
		case "Wait":
			return wait(moment, state);
		case "Task":
			return schedule(moment, state);
		case "Parallel":
			return startParallel(moment, state);
		case "Map":
			return startMap(moment, state);
	}
}

async function fail(
	{ thread, scope, chance: { evaluate } }: Moment,
	{ Error: error, Cause: cause }: FailState,
): Promise<Draft[]> {
	const failure: Failure = {};
	if (error !== undefined) failure.error = await evaluateTo(evaluate, z.string(), "string", error, "Error", scope);
	if (cause !== undefined) failure.cause = await evaluateTo(evaluate, z.string(), "string", cause, "Cause", scope);
	return [{ type: "StateFailed", thread: thread.id, failure }];
}

async function choose(moment: Moment, state: ChoiceState): Promise<Draft[]> {
	const { thread, scope, chance } = moment;
	for (const [index, rule] of state.Choices.entries()) {
		const field = `Choices[${index}]/Condition`;
		const taken = await evaluateTo(chance.evaluate, z.boolean(), "boolean", rule.Condition, field, scope);
		if (taken) return transition(moment, rule, rule.Next, thread.input);
	}
	if (state.Default !== undefined) return transition(moment, state, state.Default, thread.input);
	const cause = `Failed to transition out of the state '${thread.state}'. The state does not point to a next state.`;
	return [{ type: "StateFailed", thread: thread.id, failure: { error: "States.NoChoiceMatched", cause } }];
}

// ISO 8601 with an offset, seconds and up to nine fraction digits; JavaScript alone would take much more.
const timestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

async function wait(
	{ thread, scope, nowMs, chance: { evaluate } }: Moment,
	{ Seconds, Timestamp }: WaitState,
): Promise<Draft[]> {
	const until = (untilMs: number): Draft[] => [{ type: "WaitPlanned", thread: thread.id, untilMs }];
	if (Seconds !== undefined) {
		const seconds = await evaluateTo(
			evaluate,
			z.int().min(0).max(limits.waitSeconds),
			"number",
			Seconds,
			"Seconds",
			scope,
		);
		return until(nowMs + seconds * 1000);
	}
	const text = await evaluateTo(evaluate, z.string(), "string", Timestamp ?? "", "Timestamp", scope);
	const untilMs = timestamp.test(text) ? Date.parse(text) : Number.NaN;
	if (Number.isNaN(untilMs)) {
		const rule = "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string";
		throw new EvaluationError(`${rule}: ${text}`, "Timestamp");
	}
	return until(untilMs);
}

const seconds = z.int().positive().max(limits.waitSeconds);

/** Arguments are evaluated for each attempt anew, as RetryCount and the task token differ. */
async function schedule(moment: Moment, state: TaskState): Promise<Draft[]> {
	const { execution, thread, chance } = moment;
	const token = state.Resource === resources.invokeWithToken ? chance.token() : undefined;
	const context = contextOf(execution, thread, token === undefined ? undefined : { token });
	const scope = { ...moment.scope, states: { ...moment.scope.states, context } };
	const parameters = await chance.evaluate(state.Arguments ?? thread.input, "Arguments", scope);
	const amount = (template: Json, field: string) =>
		evaluateTo(chance.evaluate, seconds, "number", template, field, scope);
	const { TimeoutSeconds, HeartbeatSeconds } = state;
	const timeout = TimeoutSeconds !== undefined && { timeoutInSeconds: await amount(TimeoutSeconds, "TimeoutSeconds") };
	const heartbeat = HeartbeatSeconds !== undefined && {
		heartbeatInSeconds: await amount(HeartbeatSeconds, "HeartbeatSeconds"),
	};
	// After its Arguments are evaluated, the input of a task is bounded too: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
	if (sizeOf(parameters) > limits.payloadBytes)
		return [{ type: "StateFailed", thread: thread.id, failure: tooLarge(thread.state) }];
	return [
		{
			type: "TaskScheduled",
			thread: thread.id,
			resource: token === undefined ? "invoke" : "invoke.waitForTaskToken",
			functionName: functionIn(parameters),
			parameters,
			...(token !== undefined && { token }),
			...timeout,
			...heartbeat,
		},
	];
}

const invocation = z.looseObject({ FunctionName: z.string().min(1) });

function functionIn(parameters: Json): string {
	const read = invocation.safeParse(parameters);
	if (!read.success) throw new EvaluationError("The field 'FunctionName' is required but was missing", "Arguments");
	return read.data.FunctionName;
}
