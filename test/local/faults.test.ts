import { describe, expect, it } from "vitest";
import { createFaults, type Faults } from "../../local/faults.ts";

const call = (service: string, operation: string) => ({ service, operation, body: "" });

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
		expect(faults.shouldDuplicate("operations")).toBe(false);
		faults.setRate(1);
		expect(faults.forCall(call("sqs", "Put"))).toBeDefined();
		expect(faults.shouldDuplicate("operations")).toBe(true);
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
		expect([
			faults.shouldDuplicate("operations"),
			faults.shouldDuplicate("zone"),
			faults.shouldDuplicate("zone"),
		]).toEqual([false, true, false]);
		expect([
			faults.shouldCrash("probeRoute"),
			faults.shouldCrash("publishRoute"),
			faults.shouldCrash("publishRoute"),
		]).toEqual([undefined, "after", undefined]);
	});
});
