import { describe, expect, it } from "vitest";
import { createFaults, type Faults } from "../../local/faults.ts";

const call = (service: string, operation: string) => ({ service, operation, body: "" });
const invoked = (functionName: string, payload = "{}") => ({ functionName, payload });

function kindsOf(faults: Faults, service: string, count: number) {
	return Array.from({ length: count }, () => faults.forCall(call(service, "Put"))?.kind);
}

describe("faults by chance", () => {
	it("are the same for the same seed, whatever else is called in between", () => {
		const alone = kindsOf(createFaults({ seed: "a", rate: 0.3 }), "sqs", 50);
		const mixed = createFaults({ seed: "a", rate: 0.3 });
		const among = Array.from({ length: 50 }, () => {
			mixed.forCall(call("acm", "Put"));
			return mixed.forCall(call("sqs", "Put"))?.kind;
		});
		expect(among).toEqual(alone);
		expect(kindsOf(createFaults({ seed: "b", rate: 0.3 }), "sqs", 50)).not.toEqual(alone);
	});

	it("strike about as often as told, and only in ways that a caller may retry", () => {
		const kinds = kindsOf(createFaults({ seed: "a", rate: 0.05 }), "sqs", 4000).filter((kind) => kind !== undefined);
		expect(kinds.length).toBeGreaterThan(140);
		expect(kinds.length).toBeLessThan(260);
		expect(new Set(kinds)).toEqual(new Set(["throttle", "unavailable", "timeout", "reset", "delay"]));
	});

	it("never strike at rate 0, and can be switched", () => {
		const faults = createFaults({ seed: "a", rate: 0 });
		expect(kindsOf(faults, "sqs", 1000).every((kind) => kind === undefined)).toBe(true);
		expect(faults.shouldDuplicate(invoked("operations"))).toBe(false);
		faults.setRate(1);
		expect(faults.forCall(call("sqs", "Put"))).toBeDefined();
		expect(faults.shouldDuplicate(invoked("operations"))).toBe(true);
	});
});

describe("faults on order", () => {
	it("strike the next calls, the oldest rule first, and then no more", () => {
		const faults = createFaults({ seed: "a", rate: 0 });
		faults.order({ service: "sqs", kind: "throttle", times: 2 });
		faults.order({ service: "sqs", kind: "reset" });
		expect(kindsOf(faults, "sqs", 4)).toEqual(["throttle", "throttle", "reset", undefined]);
		expect(faults.given()).toEqual({ "sqs.Put throttle before": 2, "sqs.Put reset before": 1 });
	});

	it("last until they are taken back when they are told to", () => {
		const faults = createFaults({ seed: "a", rate: 0 });
		const stop = faults.order({ service: "dynamodb", kind: "unavailable", times: Number.POSITIVE_INFINITY });
		expect(kindsOf(faults, "dynamodb", 100)).toEqual(Array(100).fill("unavailable"));
		stop();
		expect(kindsOf(faults, "dynamodb", 1)).toEqual([undefined]);
	});

	it("duplicate a message and end a process", () => {
		const faults = createFaults({ seed: "a", rate: 0 });
		faults.order({ kind: "duplicate", functionName: "zone" });
		faults.order({ kind: "crash", functionName: "publishRoute", when: "after" });
		const duplicates = ["operations", "zone", "zone"].map((name) => faults.shouldDuplicate(invoked(name)));
		expect(duplicates).toEqual([false, true, false]);
		const crashes = ["probeRoute", "publishRoute", "publishRoute"].map((name) => faults.shouldCrash(invoked(name)));
		expect(crashes).toEqual([undefined, "after", undefined]);
	});

	it("wait for the invocation whose payload is meant", () => {
		const faults = createFaults({ seed: "a", rate: 0 });
		const payloadIncludes = ["acme", "SUCCEEDED"];
		faults.order({ kind: "crash", when: 2, payloadIncludes });
		faults.order({ kind: "duplicate", payloadIncludes });
		faults.order({ kind: "throttle", functionName: "act", payloadIncludes });
		const [other, meant] = [invoked("act", '{"acme":"RUNNING"}'), invoked("act", '{"acme":"SUCCEEDED"}')];
		expect([other, meant, meant].map(faults.shouldCrash)).toEqual([undefined, 2, undefined]);
		expect([other, meant, meant].map(faults.shouldDuplicate)).toEqual([false, true, false]);
		const kinds = [undefined, other, invoked("else", meant.payload), meant].map(
			(invocation) => faults.forCall({ ...call("sqs", "Put"), invocation })?.kind,
		);
		expect(kinds).toEqual([undefined, undefined, undefined, "throttle"]);
	});

	it("strike only that try of a call which is meant, and tell each time", () => {
		const faults = createFaults({ seed: "a", rate: 0 });
		let told = 0;
		faults.order({ kind: "reset", try: 1, times: 2, onGiven: () => told++ });
		const kinds = [1, 2, 1, 1].map((attempt) => faults.forCall({ ...call("sqs", "Put"), try: attempt })?.kind);
		expect(kinds).toEqual(["reset", undefined, "reset", undefined]);
		expect(told).toBe(2);
	});

	it("hold deliveries back for different times, and drop a share of events", () => {
		const faults = createFaults({ seed: "a", rate: 0 });
		faults.order({ kind: "hold", functionName: "act", forMs: 1_000, times: 50 });
		const held = Array.from({ length: 51 }, () => faults.shouldHold("act"));
		expect(new Set(held).size).toBe(51);
		expect(held[50]).toBeUndefined();
		expect(Math.max(...held.slice(0, 50).map(Number))).toBeLessThan(1_000);
		faults.order({ kind: "drop", detailType: "Told", share: 0.05, times: Number.POSITIVE_INFINITY });
		const dropped = Array.from({ length: 1_000 }, () => faults.shouldDrop("Told")).filter(Boolean).length;
		expect(dropped).toBeGreaterThan(30);
		expect(dropped).toBeLessThan(70);
		expect(faults.shouldDrop("Else")).toBe(false);
	});
});
