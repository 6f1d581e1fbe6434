import { createHash } from "node:crypto";
import { type Call, fitsCall, fitsInvocation, type Invoked, type RuleOf } from "./fault-fits.ts";

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
	/** As in `local/aws/catalog.ts`, e.g. `route53`; any, when left out. */
	service?: string;
	/** Any, when left out. */
	operation?: string;
	/** Only calls whose body contains this, e.g. a table's name or a hostname. */
	bodyIncludes?: string;
	/** Only calls that this function makes. */
	functionName?: string;
	/** Only calls of invocations whose payload (JSON text) contains all of these. */
	payloadIncludes?: readonly string[];
	/** Only this try of a call, as the SDK counts them from 1: the next one may go through. */
	try?: number;
	/** 1 when left out; `Infinity` until it is taken back. */
	times?: number;
}

/** Which invocations a rule is for; any, when both are left out. */
interface OfInvocations {
	functionName?: string;
	/** Only those whose payload (JSON text) contains all of these. */
	payloadIncludes?: readonly string[];
	times?: number;
}

/** When a process ends: before or after its handler has run, or right after so many of its AWS calls have been carried out. */
export type CrashMoment = FaultMoment | number;

/** What is delivered to this function comes once more; a function's process ends. */
export type DeliveryFaultRule =
	| ({ kind: "duplicate" } & OfInvocations)
	| ({ kind: "crash"; when: CrashMoment } & OfInvocations);

/** What is delivered to this function comes up to `forMs` late, so that others overtake it. */
interface HoldRule {
	kind: "hold";
	functionName: string;
	forMs: number;
	times?: number;
}

/** A share (0–1) of the events of this type reach no target of any rule. Until it is taken back, unless told. */
interface DropRule {
	kind: "drop";
	detailType: string;
	share: number;
	times?: number;
}

export type FaultRule = (CallFaultRule | DeliveryFaultRule | HoldRule | DropRule) & {
	/** Told each time that it strikes. */
	onGiven?: () => void;
};

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
	forCall(call: Call): CallFault | undefined;
	shouldDuplicate(invoked: Invoked): boolean;
	/** When the function's process is to die, if it is. */
	shouldCrash(invoked: Invoked): CrashMoment | undefined;
	/** How late (ms) the next delivery to the function is, if it is. */
	shouldHold(functionName: string): number | undefined;
	shouldDrop(detailType: string): boolean;
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
	function draw(name: string, least = rate): [strikes: number, picks: number] {
		const count = counts.get(name) ?? 0;
		counts.set(name, count + 1);
		if (least === 0) return [1, 0];
		const bytes = createHash("sha256").update(`${seed}\n${name}\n${count}`).digest();
		return [bytes.readUInt32BE(0) / 2 ** 32, bytes.readUInt32BE(4) / 2 ** 32];
	}

	function takeRule<R extends FaultRule>(fits: (rule: FaultRule) => rule is R): R | undefined {
		for (const entry of rules) {
			if (!fits(entry.rule)) continue;
			entry.left -= 1;
			if (entry.left <= 0) rules = rules.filter((other) => other !== entry);
			entry.rule.onGiven?.();
			return entry.rule;
		}
		return undefined;
	}

	function noted<T>(name: string, result: T): T {
		given[name] = (given[name] ?? 0) + 1;
		return result;
	}

	return {
		forCall(call) {
			const name = `${call.service}.${call.operation}`;
			const [strikes, picks] = draw(name);
			const rule = takeRule((other): other is FaultRule & CallFaultRule => fitsCall(other, call));
			const picked = retryable[Math.floor(picks * retryable.length)];
			const fault = rule ?? (strikes < rate ? picked : undefined);
			if (!fault) return undefined;
			const whole: CallFault = { forMs, when: "before", ...fault };
			return noted(`${name} ${whole.kind} ${whole.when}`, whole);
		},
		shouldDuplicate(invoked) {
			const [strikes] = draw(`duplicate ${invoked.functionName}`);
			const rule = takeRule(
				(other): other is RuleOf<"duplicate"> => other.kind === "duplicate" && fitsInvocation(other, invoked),
			);
			return rule || strikes < rate ? noted(`${invoked.functionName} duplicate`, true) : false;
		},
		shouldCrash(invoked) {
			const rule = takeRule(
				(other): other is RuleOf<"crash"> => other.kind === "crash" && fitsInvocation(other, invoked),
			);
			return rule ? noted(`${invoked.functionName} crash ${rule.when}`, rule.when) : undefined;
		},
		shouldHold(functionName) {
			const rule = takeRule(
				(other): other is RuleOf<"hold"> => other.kind === "hold" && other.functionName === functionName,
			);
			if (!rule) return undefined;
			const [share] = draw(`hold ${functionName}`, 1);
			return noted(`${functionName} hold`, share * rule.forMs);
		},
		shouldDrop(detailType) {
			// Chance decides whether the rule strikes, so it is asked before the rule is used up.
			const rule = takeRule(
				(other): other is RuleOf<"drop"> =>
					other.kind === "drop" && other.detailType === detailType && draw(`drop ${detailType}`, 1)[0] < other.share,
			);
			return rule ? noted(`${detailType} drop`, true) : false;
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
