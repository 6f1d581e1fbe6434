import type { Cancel, Clock } from "../clock.ts";

/** Tells waiting receivers when to look again, so that nobody polls. */
export interface Arrivals {
	/** Calls `ring` whenever something of the queue may have become visible, and once now if something is. */
	listen(queueArn: string, ring: () => void): Cancel;
	/** To be called after every change of the queue. */
	changed(queueArn: string): void;
	close(): void;
}

/** `nextVisibleAt` answers for a queue, in epoch milliseconds; undefined when it is empty. */
export function createArrivals(clock: Clock, nextVisibleAt: (queueArn: string) => number | undefined): Arrivals {
	const listeners = new Map<string, Set<() => void>>();
	const alarms = new Map<string, Cancel>();
	const due = new Set<string>();

	const ring = (arn: string) => {
		if (due.has(arn)) return;
		due.add(arn);
		// Later, so that a change inside of somebody's transaction is committed, and many changes ring once.
		queueMicrotask(() => {
			due.delete(arn);
			for (const listener of [...(listeners.get(arn) ?? [])]) listener();
		});
	};
	const changed = (arn: string) => {
		alarms.get(arn)?.();
		alarms.delete(arn);
		if (!listeners.get(arn)?.size) return;
		const next = nextVisibleAt(arn);
		if (next === undefined) return;
		if (next <= clock.now()) ring(arn);
		else
			alarms.set(
				arn,
				clock.at(next, () => ring(arn)),
			);
	};
	return {
		listen(arn, listener) {
			const all = listeners.get(arn) ?? new Set();
			listeners.set(arn, all.add(listener));
			changed(arn);
			return () => void all.delete(listener);
		},
		changed,
		close() {
			listeners.clear();
			for (const cancel of alarms.values()) cancel();
			alarms.clear();
		},
	};
}
