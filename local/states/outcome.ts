import { EvaluationError } from "./evaluate.ts";
import type { Draft } from "./events.ts";
import { type Execution, rootThread, type Thread } from "./execution.ts";
import { type Json, sizeOf } from "./json.ts";
import { limits } from "./limits.ts";
import type { Moment } from "./moment.ts";

/** Runs a part of a state's work; an expression that fails in it becomes EvaluationFailed, with AWS's wording of where. */
export async function attempted(moment: Moment, act: (moment: Moment) => Promise<Draft[]>): Promise<Draft[]> {
	const { thread } = moment;
	try {
		return await act(moment);
	} catch (error) {
		if (!(error instanceof EvaluationError)) throw error;
		const where = `An error occurred while executing the state '${thread.state}' (entered at the event id #${thread.enteredId}).`;
		const failure = { error: error.name, cause: `${where} ${error.message}` };
		const location = error.location !== undefined && { location: error.location };
		return [{ type: "EvaluationFailed", thread: thread.id, state: thread.state, failure, ...location }];
	}
}

/** Leaves the state the ordinary way; `result` is absent for states that have none. Throws EvaluationError. */
export function finish(moment: Moment, result?: Json): Promise<Draft[]> {
	const { state, scope } = moment;
	if (state.Type === "Fail") throw new Error("A Fail state has no way out");
	const next = "Next" in state ? state.Next : undefined;
	if (result === undefined) return transition(moment, state, next, moment.thread.input);
	const withResult = { ...moment, scope: { ...scope, states: { ...scope.states, result } } };
	return transition(withResult, state, next, result);
}

/** Leaves the state by one of its exits: the exit's Assign and Output see the same variables, those from before. Throws EvaluationError. */
export async function transition(
	{ execution, thread, state, scope, chance: { evaluate } }: Moment,
	exit: { Assign?: Record<string, Json> | undefined; Output?: Json | undefined },
	next: string | undefined,
	otherwise: Json,
): Promise<Draft[]> {
	const assigned: Record<string, Json> = {};
	for (const [name, template] of Object.entries(exit.Assign ?? {}))
		assigned[name] = await evaluate(template, `Assign/${name}`, scope);
	if (exceedsVariables(execution, thread, assigned))
		return [{ type: "StateFailed", thread: thread.id, failure: tooMuchAssigned(thread.state) }];
	const output = exit.Output === undefined ? otherwise : await evaluate(exit.Output, "Output", scope);
	if (sizeOf(output) > limits.payloadBytes)
		return [{ type: "StateFailed", thread: thread.id, failure: tooLarge(thread.state) }];
	return [
		{
			type: "StateExited",
			thread: thread.id,
			state: thread.state,
			stateType: state.Type,
			output,
			...(exit.Assign && { assigned }),
			...(next !== undefined && { next }),
		},
	];
}

/** Whether an Assign is over its own quota, or makes all that the execution's threads keep too much. */
function exceedsVariables(execution: Execution, thread: Thread, assigned: Record<string, Json>): boolean {
	const bytes = (values: Record<string, Json>) =>
		Object.values(values).reduce<number>((sum, value) => sum + sizeOf(value), 0);
	if (Object.keys(assigned).length === 0) return false;
	if (bytes(assigned) > limits.assignBytes) return true;
	// What an inner thread sees of the outer variables is not kept twice.
	const kept = Object.values(execution.threads).map(({ id, variables }) => {
		const outer = execution.threads[id.replace(/\.\d+$/, "")]?.variables ?? {};
		const own = Object.entries(id === thread.id ? { ...variables, ...assigned } : variables);
		return bytes(Object.fromEntries(own.filter(([name, value]) => id === rootThread || outer[name] !== value)));
	});
	return kept.reduce((sum, each) => sum + each, 0) > limits.variablesBytes;
}

function tooMuchAssigned(state: string): { error: string; cause: string } {
	const cause = `The variables assigned by the state '${state}' exceed the maximum number of bytes service limit.`;
	return { error: "States.DataLimitExceeded", cause };
}

/** The failure of a state or task whose result is over the payload quota. */
export function tooLarge(who: string): { error: string; cause: string } {
	const cause = `The state/task '${who}' returned a result with a size exceeding the maximum number of bytes service limit.`;
	return { error: "States.DataLimitExceeded", cause };
}
