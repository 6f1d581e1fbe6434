import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import type { Arrange } from "./arrange.ts";
import type { StandingStack } from "./backends/packaged-stack.ts";
import type { Clients } from "./clients.ts";

/** What a check has in hand. It makes all that it needs, and leaves nothing behind. */
export interface Stage {
	clients: Clients;
	/** Makes what a check works on; taken away after it. */
	arrange: Arrange;
	/** A name that nobody else has: prefix and random characters, lower-case letters, digits and hyphens. */
	unique(what?: string): string;
	/** A host name under the run's zone that nobody else has. */
	hostname(): string;
	/** Runs after the check, the last one first, whatever its outcome. */
	defer(end: () => Promise<unknown>): void;
	/** A multi-tenant distribution that stands already, where none can be made by API. */
	distributionId: string | undefined;
	/** A connection group that stands already, likewise. */
	connectionGroupId: string | undefined;
	/** The packaged stack, where it stands. */
	stack: StandingStack | undefined;
}

/** One promise of AWS that Hostmaster relies on. */
export interface Check {
	/** A sentence of behaviour. */
	name: string;
	/** `service:Operation`; each must have been called when the check passes. */
	operations: readonly string[];
	/** What beyond its operations an implementation must have; `edge`: that its functions reach an edge. */
	needs?: "jsonata" | "edge";
	/** Where AWS documents it. */
	source: string;
	/** Rejects with the first thing that is otherwise. */
	run(stage: Stage): Promise<void>;
}

/** The checks of one service. */
export interface Suite {
	service: keyof Clients | "stack";
	checks: readonly Check[];
}

/** Awaits a refusal by one of these names, and answers it. */
export async function refused(call: Promise<unknown>, ...names: string[]): Promise<Error> {
	const error = await call.then(
		(output) => assert.fail(`was not refused with ${names.join(" or ")}: ${JSON.stringify(output)}`),
		(refusal: unknown) => refusal,
	);
	if (!(error instanceof Error)) throw error;
	if (!names.includes(error.name)) {
		// A refusal by another name keeps what it is, so that an operation that is not offered is told apart.
		throw Object.assign(error, {
			message: `refused with ${error.name} instead of ${names.join(" or ")}: ${error.message}`,
		});
	}
	return error;
}

/** Asks again until the answer is there; fails with `what` after `seconds`. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>, seconds = 45): Promise<T> {
	const end = Date.now() + seconds * 1000;
	for (;;) {
		const found = await ask();
		if (found !== undefined) return found;
		if (Date.now() > end) assert.fail(`not within ${seconds} s: ${what}`);
		await sleep(200);
	}
}

/** The member, which has to be there. */
export function there<T>(value: T | null | undefined, what: string): T {
	if (value === undefined || value === null) assert.fail(`${what} is missing`);
	return value;
}
