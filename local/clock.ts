/** Takes a planned act back; a no-op once it has run. */
export type Cancel = () => void;

/** The one clock of the embedded cloud: whatever waits, waits on it. Times are epoch milliseconds. */
export interface Clock {
	now(): number;
	/** Runs `act` once, as soon as `now()` has reached `dueMs`; never before this call has returned. */
	at(dueMs: number, act: () => void): Cancel;
}

// Node clamps a longer delay to 1 ms (https://nodejs.org/api/timers.html#settimeoutcallback-delay-args).
const longestTimerMs = 2_147_483_647;

/** Wall-clock time. Its timers do not keep the process alive. */
export const realClock: Clock = {
	now: () => Date.now(),
	at(dueMs, act) {
		let timer: NodeJS.Timeout;
		const arm = () => {
			timer = setTimeout(wake, Math.min(Math.max(0, dueMs - Date.now()), longestTimerMs));
			timer.unref();
		};
		// A timer may fire a millisecond early by the wall clock, and whoever then looks finds nothing due.
		const wake = () => (Date.now() < dueMs ? arm() : act());
		arm();
		return () => clearTimeout(timer);
	},
};

/** Time that stands still until it is told to move. */
export interface VirtualClock extends Clock {
	/** Moves time on by `ms`, running what falls due in order and letting its promises settle in between. */
	advance(ms: number): Promise<void>;
}

export function virtualClock(startMs: number): VirtualClock {
	let now = startMs;
	let planned: { dueMs: number; act: () => void }[] = [];
	return {
		now: () => now,
		at(dueMs, act) {
			const entry = { dueMs, act };
			planned.push(entry);
			return () => {
				planned = planned.filter((other) => other !== entry);
			};
		},
		async advance(ms) {
			const until = now + ms;
			for (;;) {
				await settled();
				const next = planned.reduce<(typeof planned)[number] | undefined>(
					(soonest, entry) => (entry.dueMs <= until && (!soonest || entry.dueMs < soonest.dueMs) ? entry : soonest),
					undefined,
				);
				if (!next) break;
				planned = planned.filter((entry) => entry !== next);
				now = Math.max(now, next.dueMs);
				next.act();
			}
			now = until;
		},
	};
}

/** Several turns of the event loop, so that promise chains and immediate I/O callbacks have run. */
async function settled(): Promise<void> {
	for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
