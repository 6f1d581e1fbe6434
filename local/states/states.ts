import type { JsonService } from "../aws/service.ts";
import { createEngine, type StatesParts } from "./engine.ts";
import { close, define, machineOf, resume } from "./executions.ts";
import { type Defined, statesService } from "./service.ts";

/** A state machine as the template deploys it. */
export interface MachineDefinition {
	arn: string;
	name: string;
	/** Amazon States Language, as JSON text; JSONata at the top level. */
	definition: string;
	roleArn?: string;
}

/** The embedded Step Functions. */
export interface States {
	service: JsonService;
	/** Deploys or updates a machine; executions keep the definition that they began with. Throws InvalidDefinition. */
	define(machine: MachineDefinition): void;
	/** Nothing can be started by it from now on; its executions go on. Safe to repeat. */
	remove(machineArn: string): void;
	/** Takes up every execution that a former process left under way. */
	start(): void;
	/** ARN of the execution whose task has (or had) this token. */
	executionOfTask(token: string): string | undefined;
	/** State transitions in all. */
	transitions(): number;
	/** Stops moving executions on; nothing is lost. */
	close(): void;
}

/** Makes the service over `store`; executions do not go on before start(). */
export function createStates(parts: StatesParts): States {
	const engine = createEngine(parts);
	const machines = new Map<string, Defined>();
	return {
		service: statesService(engine, parts.clock, machines),
		define({ arn, name, definition, roleArn }) {
			const hash = define(engine, definition);
			const role = roleArn ?? `arn:aws:iam::${parts.caller.accountId}:role/${name}`;
			machines.set(arn, { arn, roleArn: role, hash, machine: machineOf(engine, hash) });
		},
		remove: (machineArn) => void machines.delete(machineArn),
		start: () => resume(engine),
		executionOfTask: (token) => engine.journal.token(token)?.arn,
		transitions: engine.journal.transitions,
		close: () => close(engine),
	};
}
