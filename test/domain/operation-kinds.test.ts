import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { eventsOut } from "../../domain/events.ts";
import {
	attachSteps,
	detachSteps,
	kindTable,
	offboardingSteps,
	onboardingSteps,
	operationKinds,
	updateSteps,
} from "../../domain/operation-kinds.ts";

const machineSchema = z.object({ States: z.record(z.string(), z.object({ Type: z.string() })) });

/** The Task states of a state machine, in the order of its file. */
function tasksOf(machine: string): string[] {
	const { States } = machineSchema.parse(JSON.parse(readFileSync(`statemachines/${machine}.asl.json`, "utf8")));
	return Object.entries(States).flatMap(([name, { Type }]) => (Type === "Task" ? [name] : []));
}

describe("the kinds of operations", () => {
	it.each(operationKinds)("tell of both ends, each by an event of its own: %s", (kind) => {
		const { succeeded, failed } = kindTable[kind];
		expect(Object.keys(eventsOut)).toEqual(expect.arrayContaining([succeeded, failed]));
		const events = operationKinds.flatMap((each) => [kindTable[each].succeeded, kindTable[each].failed]);
		expect(new Set(events).size).toBe(operationKinds.length * 2);
	});

	it.each([
		["onboard-tenant", onboardingSteps],
		["update-tenant", updateSteps({ records: true, probe: true })],
		["offboard-tenant", offboardingSteps({ domains: true })],
		["attach-domain", attachSteps],
		["detach-domain", detachSteps],
	])("take the steps that %s has, in their order", (machine, steps) => {
		expect(steps).toEqual(tasksOf(machine));
	});
});

describe("an update", () => {
	it.each([
		[true, true, ["CheckCertificate", "SyncRecords", "PublishRoute", "ProbeRoute", "CompleteUpdate"]],
		[true, false, ["CheckCertificate", "SyncRecords", "PublishRoute", "CompleteUpdate"]],
		[false, true, ["PublishRoute", "ProbeRoute", "CompleteUpdate"]],
		[false, false, ["PublishRoute", "CompleteUpdate"]],
	])("looks at the records: %s, and probes: %s", (records, probe, steps) => {
		expect(updateSteps({ records, probe })).toEqual(steps);
	});
});
