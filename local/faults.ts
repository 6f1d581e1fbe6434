import { createHash } from "node:crypto";

/**
 * What can go wrong with a call. `timeout`: the connection is cut without an answer after a while; `reset`: at once;
 * `refuse`: answered with the rule's own `error`; `delay`: answered late.
 */
export type CallFaultKind = "throttle" | "unavailable" | "timeout" | "reset" | "delay" | "refuse";

/** Before the service does anything, or after it has committed what was asked. */
export type FaultMoment = "before" | "after";

export interface CallFault {
	kind: CallFaultKind;
	when: FaultMoment;
	/** How long a `delay` or a `timeout` lasts. */
	forMs: number;
	/** The answer of a `refuse`. */
	error?: { name: string; message: string; status?: number };
}

/** An order: the next `times` calls that it fits go wrong. */
export interface CallFaultRule extends Partial<CallFault> {
	kind: CallFaultKind;
	/** As in `local/aws/catalog.ts`, e.g. `route53`. */
	service: string;
	/** Any, when left out. */
	operation?: string;
	/** Only calls whose body contains this, e.g. a table's name or a hostname. */
	bodyIncludes?: string;
	/** 1 when left out; `Infinity` until it is taken back. */
	times?: number;
}

/** What is delivered to this function comes once more; a function's process ends before or after its handler has run. */
export type DeliveryFaultRule =
	| { kind: "duplicate"; functionName?: string; times?: number }
	| { kind: "crash"; functionName?: string; when: FaultMoment; times?: number };

export type FaultRule = CallFaultRule | DeliveryFaultRule;

export interface FaultsOptions {
	/** Same seed, same calls: same faults. */
	seed: string;
	/** Share of calls that meet a retryable fault, and of messages that are delivered twice: 0–1. */
	rate: number;
	/** How long a `timeout` holds the connection and a `delay` the answer. Kept short: nobody learns from waiting. */
	forMs?: number;
}

/** Decides which calls go wrong. It only decides: whoever carries the call makes it go wrong. */
export interface Faults {
	forCall(call: { service: string; operation: string; body: string }): CallFault | undefined;
	shouldDuplicate(functionName: string): boolean;
	/** When the function's process is to die, if it is. */
	shouldCrash(functionName: string): FaultMoment | undefined;
	/** Adds a rule; rules go before chance, the oldest first. Answers how to take it back. */
	order(rule: FaultRule): () => void;
	/** Changes the share of calls that chance strikes. */
	setRate(rate: number): void;
	/** Faults so far, by `service.operation kind when`. */
	given(): Record<string, number>;
}

/** What chance picks from: only what a caller may retry. */
const retryable: readonly Pick<CallFault, "kind" | "when">[] = [
	{ kind: "throttle", when: "before" },
	{ kind: "unavailable", when: "before" },
	{ kind: "unavailable", when: "after" },
	{ kind: "timeout", when: "before" },
	{ kind: "timeout", when: "after" },
	{ kind: "reset", when: "before" },
	{ kind: "reset", when: "after" },
	{ kind: "delay", when: "after" },
];

/** Faults by rules and by chance. Chance is a hash of seed, name and count, so that the order among different calls does not matter. */
export function createFaults({ seed, rate: startRate, forMs = 50 }: FaultsOptions): Faults {
	let rate = startRate;
	let rules: { rule: FaultRule; left: number }[] = [];
	const counts = new Map<string, number>();
	const given: Record<string, number> = {};

	/** Two numbers in 0–1 for the next event of this name: does chance strike, and with what. */
	function draw(name: string): [strikes: number, picks: number] {
		const count = counts.get(name) ?? 0;
		counts.set(name, count + 1);
		const bytes = createHash("sha256").update(`${seed}\n${name}\n${count}`).digest();
		return [bytes.readUInt32BE(0) / 2 ** 32, bytes.readUInt32BE(4) / 2 ** 32];
	}

	function takeRule<R extends FaultRule>(fits: (rule: FaultRule) => rule is R): R | undefined {
		for (const entry of rules) {
			if (!fits(entry.rule)) continue;
			entry.left -= 1;
			if (entry.left <= 0) rules = rules.filter((other) => other !== entry);
			return entry.rule;
		}
		return undefined;
	}

	function noted<T>(name: string, result: T): T {
		given[name] = (given[name] ?? 0) + 1;
		return result;
	}

	return {
		forCall({ service, operation, body }) {
			const name = `${service}.${operation}`;
			const [strikes, picks] = draw(name);
			const rule = takeRule((other): other is CallFaultRule => fitsCall(other, service, operation, body));
			const picked = retryable[Math.floor(picks * retryable.length)];
			const fault = rule ?? (strikes < rate ? picked : undefined);
			if (!fault) return undefined;
			const whole: CallFault = { forMs, when: "before", ...fault };
			return noted(`${name} ${whole.kind} ${whole.when}`, whole);
		},
		shouldDuplicate(functionName) {
			const [strikes] = draw(`duplicate ${functionName}`);
			const rule = takeRule(
				(other): other is DeliveryFaultRule =>
					other.kind === "duplicate" && (other.functionName === undefined || other.functionName === functionName),
			);
			return rule || strikes < rate ? noted(`${functionName} duplicate`, true) : false;
		},
		shouldCrash(functionName) {
			const rule = takeRule(
				(other): other is Extract<DeliveryFaultRule, { kind: "crash" }> =>
					other.kind === "crash" && (other.functionName === undefined || other.functionName === functionName),
			);
			return rule ? noted(`${functionName} crash ${rule.when}`, rule.when) : undefined;
		},
		order(rule) {
			const entry = { rule, left: rule.times ?? 1 };
			rules.push(entry);
			return () => {
				rules = rules.filter((other) => other !== entry);
			};
		},
		setRate(next) {
			rate = next;
		},
		given: () => ({ ...given }),
	};
}

function fitsCall(rule: FaultRule, service: string, operation: string, body: string): rule is CallFaultRule {
	if (rule.kind === "duplicate" || rule.kind === "crash") return false;
	if (rule.service !== service) return false;
	if (rule.operation !== undefined && rule.operation !== operation) return false;
	return rule.bodyIncludes === undefined || body.includes(rule.bodyIncludes);
}
