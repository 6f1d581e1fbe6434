import { vi } from "vitest";
import type { Clock } from "../../../local/clock.ts";

// So that what is due a few milliseconds later is not late by seconds of quick time.
const tickMs = 10;

/**
 * Wall-clock time that can be made to pass several times as fast, for handlers and embedded cloud alike: what a fault leaves behind is
 * found by time-outs and sweepers, and nobody learns from waiting for those. Sockets and the SDK's pauses go by real time, and so does
 * `performance.now()`. To be called before anything keeps a reference to the real Date.
 */
export function quickTime() {
	vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
	let planned: { dueMs: number; act: () => void }[] = [];
	let factor = 1;
	let lastMs = performance.now();
	const clock: Clock = {
		now: () => Date.now(),
		at(dueMs, act) {
			const entry = { dueMs, act };
			planned.push(entry);
			return () => {
				planned = planned.filter((other) => other !== entry);
			};
		},
	};
	const wake = () => {
		for (const entry of planned.filter(({ dueMs }) => dueMs <= Date.now()).sort((a, b) => a.dueMs - b.dueMs)) {
			if (!planned.includes(entry)) continue; // cancelled by one that went before it
			planned = planned.filter((other) => other !== entry);
			entry.act();
		}
	};
	const ticking = setInterval(() => {
		const nowMs = performance.now();
		vi.setSystemTime(Date.now() + (nowMs - lastMs) * factor);
		lastMs = nowMs;
		wake();
	}, tickMs);
	return {
		clock,
		/** So many times as fast as real time from here on. */
		run(times: number) {
			factor = times;
		},
		stop() {
			clearInterval(ticking);
			vi.useRealTimers();
		},
	};
}
