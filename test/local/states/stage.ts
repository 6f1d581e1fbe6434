import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import { AwsError, type BusEvent, type InvokeFunction } from "../../../local/aws/service.ts";
import { type VirtualClock, virtualClock } from "../../../local/clock.ts";
import { createStates } from "../../../local/states/states.ts";
import { openStore, type Store } from "../../../local/store.ts";

const caller = { accountId: "222222222222", region: "us-east-1" };
export const machineArn = "arn:aws:states:us-east-1:222222222222:stateMachine:stage";

/** A function of the stage: answers, or throws an Error whose name is the error's type. */
export type Player = (payload: unknown) => unknown;

const historyEvent = z.looseObject({ type: z.string(), id: z.int(), previousEventId: z.int() });
const description = z.looseObject({ status: z.string(), redriveCount: z.int() });
const statusChange = z.looseObject({ executionArn: z.string(), status: z.string() });
const started = z.object({ executionArn: z.string(), startDate: z.number() });

/** What a stage may be given; a store and a clock that were there before are a restart. */
export interface Props {
	definition: object;
	players?: Record<string, Player>;
	store?: Store;
	clock?: VirtualClock;
	invocationsAtOnce?: number;
}

/** Step Functions with one machine, functions that are written in the test, and nothing else around it. */
export function aStage({
	definition,
	players = {},
	store = openStore(":memory:"),
	clock = virtualClock(Date.UTC(2030, 0, 1)),
	...rest
}: Props) {
	const invocations: { name: string; payload: unknown }[] = [];
	const told: z.output<typeof statusChange>[] = [];
	const events: BusEvent[] = [];
	let heard = Promise.withResolvers<void>();
	const invoke: InvokeFunction = async (name, payload) => {
		invocations.push({ name, payload });
		try {
			const player = players[name];
			if (!player) throw Object.assign(new Error(`no function ${name}`), { name: "Lambda.ResourceNotFoundException" });
			return { ok: true, payload: await player(payload) };
		} catch (error) {
			// What a service throws is not the function's own error.
			if (!(error instanceof Error) || error instanceof AwsError) throw error;
			return { ok: false, errorType: error.name, errorMessage: error.message, trace: [] };
		}
	};
	const states = createStates({
		...{ store, clock, caller, invoke, ...rest },
		putEvent(event) {
			events.push(event);
			told.push(statusChange.parse(event.detail));
			heard.resolve();
			heard = Promise.withResolvers();
		},
	});
	states.define({ arn: machineArn, name: "stage", definition: JSON.stringify(definition) });

	const call = async (operation: string, input: object) => {
		const operate = states.service.operations[operation];
		if (!operate) throw new Error(`no operation ${operation}`);
		return await operate(input, caller);
	};
	const describe = async (executionArn: string) => description.parse(await call("DescribeExecution", { executionArn }));

	return {
		...{ states, store, clock, call, describe, invocations, told, events },
		async start(input: unknown = {}, name?: string) {
			const given = { stateMachineArn: machineArn, input: JSON.stringify(input), ...(name !== undefined && { name }) };
			return started.parse(await call("StartExecution", given)).executionArn;
		},
		/** Waits for the end that no passing of time is needed for. */
		async ended(executionArn: string) {
			for (;;) {
				const now = await describe(executionArn);
				if (now.status !== "RUNNING") return now;
				await heard.promise;
			}
		},
		/** Lets everything happen that needs no passing of time. */
		async settle() {
			for (let turn = 0; turn < 20; turn++) await setImmediate();
		},
		async history(executionArn: string) {
			const given = { executionArn, maxResults: 1000 };
			return z.object({ events: z.array(historyEvent) }).parse(await call("GetExecutionHistory", given)).events;
		},
		async types(executionArn: string) {
			return (await this.history(executionArn)).map(({ type }) => type);
		},
		/** Ends this process as `kill -9` does and begins another on the same store; players may differ. */
		restart(changed: Partial<Props> = {}) {
			states.close();
			const next = aStage({ definition, players, store, clock, ...rest, ...changed });
			next.states.start();
			return next;
		},
	};
}

export type Stage = ReturnType<typeof aStage>;

/** A machine of one chain, JSONata. */
export function machine(states: Record<string, object>, more: object = {}): object {
	return { QueryLanguage: "JSONata", StartAt: Object.keys(states)[0], States: states, ...more };
}

/** A Task that calls `name` with the state's input and answers with the function's own answer. */
export function task(name: string, more: object = { End: true }): object {
	return {
		Type: "Task",
		Resource: "arn:aws:states:::lambda:invoke",
		Arguments: { FunctionName: name, Payload: "{% $states.input %}" },
		Output: "{% $states.result.Payload %}",
		...more,
	};
}

/** A Task that hands its token to `name` and waits. */
export function callback(name: string, more: object = { End: true }): object {
	return {
		Type: "Task",
		Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
		Arguments: { FunctionName: name, Payload: { token: "{% $states.context.Task.Token %}" } },
		...more,
	};
}

/** An error as a function throws it. */
export function named(name: string, message = ""): Error {
	return Object.assign(new Error(message), { name });
}
