import type { InvokeFunction } from "../aws/service.ts";
import type { Clock } from "../clock.ts";
import type { Faults } from "../faults.ts";
import { functionNameIn } from "./function.ts";

/** What is delivered comes at least once: by order or by chance a batch, event or task comes a second time, after the first, or late. */
export function atLeastOnce(invoke: InvokeFunction, faults: Faults, clock: Clock): InvokeFunction {
	const held = (functionName: string) => {
		const ms = faults.shouldHold(functionName);
		return ms === undefined ? undefined : new Promise<void>((resolve) => clock.at(clock.now() + ms, resolve));
	};
	return async (nameOrArn, payload) => {
		const functionName = functionNameIn(nameOrArn);
		const again = faults.shouldDuplicate({ functionName, payload: JSON.stringify(payload ?? null) });
		await held(functionName);
		const result = await invoke(nameOrArn, payload);
		if (!again) return result;
		await held(functionName);
		return invoke(nameOrArn, payload);
	};
}
