import { setTimeout as pause } from "node:timers/promises";
import type { Endpoints } from "../local/endpoints.ts";
import type { Counts } from "./local-stack.ts";

/** Asks the API; again when it throttles (429) or says that a service is away (503), as its contract lets a caller do. */
export async function asked(
	{ api, token }: Endpoints,
	method: string,
	path: string,
	sent?: { body: object; key: string },
): Promise<unknown> {
	for (;;) {
		const response = await fetch(`${api}${path}`, {
			method,
			headers: {
				authorization: `Bearer ${token}`,
				...(sent && { "content-type": "application/json", "idempotency-key": sent.key }),
			},
			...(sent && { body: JSON.stringify(sent.body) }),
		});
		if (response.ok) return await response.json();
		const text = await response.text();
		if (response.status !== 429 && response.status !== 503) {
			throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
		}
		await pause(100);
	}
}

/** Does something for each of 0 to `count` - 1, `atOnce` of them side by side. */
export async function forEach(count: number, atOnce: number, act: (at: number) => Promise<void>): Promise<void> {
	let next = 0;
	const actNext = async () => {
		while (next < count) await act(next++);
	};
	await Promise.all(Array.from({ length: Math.min(atOnce, count) }, actNext));
}

/** What `count` operations have cost between two counts; calls of the benchmark's own, by `service.operation`, are left out. */
export function countsBetween(before: Counts, after: Counts, count: number, own: Record<string, number> = {}) {
	const calls = difference({ ...before.calls }, withoutOwn(after.calls, own));
	return {
		route53Calls: difference(before.route53Calls, after.route53Calls),
		transitionsPerOperation: rounded((after.stateTransitions - before.stateTransitions) / count),
		callsPerOperation: Object.fromEntries(Object.entries(calls).map(([name, all]) => [name, rounded(all / count)])),
		invocations: difference(before.invocations, after.invocations),
	};
}

function withoutOwn(calls: Record<string, number>, own: Record<string, number>): Record<string, number> {
	return Object.fromEntries(Object.entries(calls).map(([name, all]) => [name, all - (own[name] ?? 0)]));
}

/** What has been added, without what has not changed; in the order of names. */
function difference(before: Record<string, number>, after: Record<string, number>): Record<string, number> {
	const added = Object.entries(after).map(([name, all]): [string, number] => [name, all - (before[name] ?? 0)]);
	return Object.fromEntries(added.filter(([, more]) => more > 0).sort(([left], [right]) => left.localeCompare(right)));
}

export function rounded(number: number): number {
	return Math.round(number * 100) / 100;
}
