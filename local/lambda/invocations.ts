/** One run of a function, as those see it who carry its calls. */
export interface Invocation {
	readonly functionName: string;
	/** JSON text. */
	readonly payload: string;
	/** Calls of AWS so far that were carried out, repetitions by the SDK included. */
	readonly calls: number;
	/** Whether its process has died: what its code still asks for in this process must not happen. */
	readonly isDead: boolean;
	/** Counts a call that was carried out; its process may die by it. */
	noteCall(): void;
}

/** The invocations under way, by request id. */
export interface Invocations {
	/** Notes one; `died` is settled when its process dies, which is after `dieAfterCalls` calls. */
	begin(
		requestId: string,
		about: { functionName: string; payload: string; dieAfterCalls: number | undefined },
	): { died: Promise<void> };
	of(requestId: string): Invocation | undefined;
	/** Forgets one whose code has come to its end. */
	end(requestId: string): void;
	/** Tells of every invocation that begins. Answers how to end that. */
	listen(hear: (invocation: Invocation) => void): () => void;
}

export function createInvocations(): Invocations {
	const underWay = new Map<string, Invocation>();
	const listeners = new Set<(invocation: Invocation) => void>();
	return {
		begin(requestId, { functionName, payload, dieAfterCalls }) {
			const { promise: died, resolve: die } = Promise.withResolvers<void>();
			let calls = 0;
			let isDead = false;
			const invocation: Invocation = {
				functionName,
				payload,
				get calls() {
					return calls;
				},
				get isDead() {
					return isDead;
				},
				noteCall() {
					calls += 1;
					if (calls !== dieAfterCalls) return;
					isDead = true;
					die();
				},
			};
			underWay.set(requestId, invocation);
			for (const hear of listeners) hear(invocation);
			return { died };
		},
		of: (requestId) => underWay.get(requestId),
		end(requestId) {
			underWay.delete(requestId);
		},
		listen(hear) {
			listeners.add(hear);
			return () => listeners.delete(hear);
		},
	};
}
