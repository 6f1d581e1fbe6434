import { describe, expect, it } from "vitest";
import { type Finding, readWaivers, unwaived } from "./policy-waivers.ts";

const finding = (changes: Partial<Finding> = {}): Finding => ({
	...{ template: "nonprod", check: "CKV_AWS_27", says: "Queues are encrypted", logicalId: "Queue" },
	properties: { SqsManagedSseEnabled: true },
	...changes,
});
const waiver = (changes: object = {}) => ({
	check: "CKV_AWS_27",
	because: "It is encrypted otherwise.",
	where: {},
	...changes,
});

describe("the waivers of the policy scan", () => {
	it("each have a reason", () => {
		expect(readWaivers().length).toBeGreaterThan(0);
		expect(() => readWaivers("- check: CKV_AWS_27\n  because: no\n")).toThrow("because");
	});

	it("leave no finding that one of them is for", () => {
		expect(unwaived([finding()], [waiver()])).toEqual({ open: [], unused: [] });
	});

	it.each<[string, object, Partial<Finding>]>([
		["of another check", {}, { check: "CKV_AWS_26" }],
		["of another resource", { resources: ["Other"] }, {}],
		[
			"whose properties no longer say what the reason rests on",
			{ where: { SqsManagedSseEnabled: true } },
			{ properties: {} },
		],
	])("leave a finding %s, and are then not needed", (_, changes, found) => {
		const [one, other] = [waiver(changes), finding(found)];
		expect(unwaived([other], [one])).toEqual({ open: [other], unused: [one] });
	});
});
