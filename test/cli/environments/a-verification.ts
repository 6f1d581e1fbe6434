import { createContext } from "../../../cli/context.ts";
import { accountOf } from "../../../cli/environments/account.ts";
import type { Environment } from "../../../cli/environments/landscape.ts";

/** Virtual time; a pause is over at once. */
export function aContext() {
	let nowMs = 0;
	let progress = "";
	const sink = {
		write: (text: string) => {
			progress += text;
		},
	};
	const world = {
		...{ env: {}, directory: "/nowhere", stdin: (async function* () {})(), stdout: sink, stderr: sink },
		now: () => nowMs,
		pause: (millis: number) => {
			nowMs += millis;
			return Promise.resolve();
		},
	};
	return {
		context: createContext(
			world,
			() => ({}),
			() => {},
		),
		progress: () => progress,
		passed: () => nowMs,
	};
}

const parameters = { PlatformDomain: "app.example.com", ApexDomain: "example.com" };
export const environment: Environment = {
	stage: "prod",
	accountId: "333333333333",
	account: accountOf({}),
	parameters,
};

/** A stack that says so of itself; `delegateAgain` unless nobody may be asked for it. */
export function standing(
	outputs: Record<string, string>,
	values: Record<string, string> = {},
	delegateAgain: () => Promise<void> = () => Promise.reject(new Error("Nobody asked for it.")),
) {
	const stack = { status: "CREATE_COMPLETE", statusReason: undefined, parameters: values, tags: {}, outputs };
	return { stack: () => stack, delegateAgain };
}
