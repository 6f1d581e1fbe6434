import jsonata from "jsonata";
import { z } from "zod";
import type { Flow, Retrier, State } from "./machine.ts";

/** What AWS refuses in a definition beyond its form, in words with the place; empty when it would take it. */
export function definitionFaults(flow: Flow): string[] {
	return [...Object.entries(flow.States).flatMap(([name, state]) => stateFaults(name, state)), ...scopeFaults(flow)];
}

function stateFaults(name: string, state: State): string[] {
	return [
		...assignedBy(state).flatMap((variable) => nameFault(name, variable)),
		...handlerFaults(name, state),
		...misplaced(name, state),
		...timeFaults(name, state),
		...expressionFaults(name, state),
		...flowsIn(state).flatMap(definitionFaults),
	];
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html#variable-name-syntax */
function nameFault(state: string, variable: string): string[] {
	const sound = /^\p{ID_Start}\p{ID_Continue}{0,79}$/u.test(variable) && variable !== "states";
	return sound ? [] : [`State '${state}' assigns '${variable}', which no variable can be called`];
}

/**
 * An inner scope may not assign what the one around it assigns: https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html#variable-scope.
 * The exits of the Parallel or Map itself may, against the page's wording: AWS was recorded to accept that, and the inner variable is gone by then.
 */
function scopeFaults({ States }: Flow): string[] {
	const states = Object.values(States);
	return states.flatMap((fork) => {
		const outer = new Set(states.filter((state) => state !== fork).flatMap(assignedBy));
		const twice = new Set(
			flowsIn(fork)
				.flatMap(assignedBelow)
				.filter((name) => outer.has(name)),
		);
		return [...twice].map((name) => `Variable '${name}' is assigned in an outer and an inner scope`);
	});
}

function assignedBelow({ States }: Flow): string[] {
	return Object.values(States).flatMap((state) => [...assignedBy(state), ...flowsIn(state).flatMap(assignedBelow)]);
}

/** By the state itself, its Choices and its Catch: all in the state's own scope. */
function assignedBy(state: State): string[] {
	const exits = [state, ...("Choices" in state ? state.Choices : []), ...("Catch" in state ? state.Catch : [])];
	return exits.flatMap((exit) => ("Assign" in exit ? Object.keys(exit.Assign ?? {}) : []));
}

function flowsIn(state: State): Flow[] {
	if (state.Type === "Parallel") return state.Branches;
	return state.Type === "Map" ? [state.ItemProcessor] : [];
}

/** States.ALL stands alone, and last: https://states-language.net/#retrying-after-error and #fallback-states */
function handlerFaults(name: string, state: State): string[] {
	if (!("Catch" in state)) return [];
	const lists: [string, readonly Pick<Retrier, "ErrorEquals">[]][] = [
		["Retry", state.Retry],
		["Catch", state.Catch],
	];
	return lists.flatMap(([field, handlers]) =>
		handlers.flatMap(({ ErrorEquals }, at) =>
			ErrorEquals.includes("States.ALL") && (ErrorEquals.length > 1 || at < handlers.length - 1)
				? [`State '${name}': States.ALL in ${field}[${at}] must stand alone, and last`]
				: [],
		),
	);
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html: HeartbeatSeconds must be smaller than TimeoutSeconds. */
function timeFaults(name: string, state: State): string[] {
	if (state.Type !== "Task") return [];
	const { HeartbeatSeconds: heartbeat, TimeoutSeconds: timeout } = state;
	const late = typeof heartbeat === "number" && typeof timeout === "number" && heartbeat >= timeout;
	return late ? [`State '${name}': HeartbeatSeconds must be smaller than TimeoutSeconds`] : [];
}

/**
 * The result is there for Output and Assign of what has one, the error output for those of a Catch.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#reserved-states-variable
 */
function misplaced(name: string, state: State): string[] {
	const works = "Catch" in state;
	return Object.entries(state).flatMap(([field, value]) => {
		if (field === "Branches" || field === "ItemProcessor") return [];
		const atEnd = works && (field === "Output" || field === "Assign");
		const wrong = [...(atEnd ? [] : ["result"]), ...(field === "Catch" ? [] : ["errorOutput"])];
		const found = wrong.filter((part) => expressionsIn(value).some((text) => text.includes(`$states.${part}`)));
		return found.map((part) => `State '${name}': $states.${part} is not accessible in ${field}`);
	});
}

/** What looks like an expression must be one: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#writing-jsonata-expressions-in-json-strings */
function expressionFaults(name: string, state: State): string[] {
	const { Comment: _, ...fields } = state;
	const own = Object.entries(fields).filter(([field]) => field !== "Branches" && field !== "ItemProcessor");
	return own.flatMap(([field, value]) =>
		textsIn(value).flatMap((text) => {
			const fault = expressionFault(text);
			return fault === undefined ? [] : [`State '${name}', ${field}: '${text}' ${fault}`];
		}),
	);
}

function expressionFault(text: string): string | undefined {
	// With spaces at both ends it is a plain text: AWS was recorded to take it so.
	if (!(text.startsWith("{%") || text.endsWith("%}"))) return undefined;
	if (!/^\{%.*%\}$/s.test(text)) return "must start with {% and end with %}, without spaces around";
	try {
		jsonata(text.slice(2, -2));
		return undefined;
	} catch (error) {
		const { message } = z.object({ message: z.string() }).parse(error);
		return `is not JSONata: ${message}`;
	}
}

function expressionsIn(value: unknown): string[] {
	return textsIn(value).filter((text) => text.startsWith("{%"));
}

function textsIn(value: unknown): string[] {
	if (typeof value === "string") return [value];
	return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
