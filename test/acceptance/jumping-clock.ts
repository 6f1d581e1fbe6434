import { vi } from "vitest";
import { type Clock, realClock } from "../../local/clock.ts";

/** The wall clock, which a test lets jump: what falls due on the way is done at once, and functions read the same time. */
export interface JumpingClock extends Clock {
	/** Jumps to `ms` (epoch), unless it is later already. */
	jumpTo(ms: number): void;
}

/** To be made once, before its world. `vi.useRealTimers()` ends it. */
export function jumpingClock(): JumpingClock {
	vi.useFakeTimers({ toFake: ["Date"], shouldAdvanceTime: true });
	const planned = new Set<{ dueMs: number; act: () => void }>();
	return {
		now: () => Date.now(),
		at(dueMs, act) {
			const entry = { dueMs, act: () => {} };
			const cancel = realClock.at(dueMs, () => entry.act());
			entry.act = () => {
				cancel();
				planned.delete(entry);
				act();
			};
			planned.add(entry);
			return () => {
				cancel();
				planned.delete(entry);
			};
		},
		jumpTo(ms) {
			if (ms > Date.now()) vi.setSystemTime(ms);
			const due = [...planned].filter(({ dueMs }) => dueMs <= Date.now());
			for (const { act } of due.toSorted((one, other) => one.dueMs - other.dueMs)) act();
		},
	};
}
