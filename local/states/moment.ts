import type { Evaluate, Scope } from "./evaluate.ts";
import type { Execution, Thread } from "./execution.ts";
import type { Machine, State } from "./machine.ts";

/** What a decision may draw on beside the execution itself; none of it is asked twice for what is in the log. */
export interface Chance {
	evaluate: Evaluate;
	/** In [0, 1). */
	random(): number;
	/** A new task token. */
	token(): string;
}

/** One thread at its state, at one moment. */
export interface Moment {
	execution: Execution;
	machine: Machine;
	thread: Thread;
	state: State;
	nowMs: number;
	chance: Chance;
	/** What expressions of the state see, before it has a result. */
	scope: Scope;
}
