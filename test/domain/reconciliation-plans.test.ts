import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { intents } from "../../domain/conditions.ts";
import { countKinds, type Finding } from "../../domain/finding.ts";
import { isUnsafe, lookedAt, planRepairs } from "../../domain/reconciliation.ts";
import { aClaim, platformDomain } from "../builders/entities.ts";
import { afterRepair, worlds } from "./a-world.ts";

describe("a plan", () => {
	it("is empty once every repair of it is done, whatever the world looked like", () => {
		fc.assert(
			fc.property(worlds, (before) => {
				const repairs = planRepairs(before).filter(({ repair }) => repair);
				const after = repairs.reduce(afterRepair, before);
				expect(planRepairs(after).filter(({ repair }) => repair)).toEqual([]);
			}),
		);
	});

	it("names a kind once for a hostname, and somebody who acts", () => {
		fc.assert(
			fc.property(worlds, (any) => {
				const found = planRepairs(any);
				expect(new Set(found.map(({ hostname, kind }) => `${hostname} ${kind}`)).size).toBe(found.length);
				for (const { actor, fix, repair } of found) {
					expect([actor, fix !== undefined]).toEqual(repair ? ["hostmaster", false] : ["operator", true]);
				}
				expect(Object.values(countKinds(found)).reduce((sum, count) => sum + count, 0)).toBe(found.length);
			}),
		);
	});
});

describe("an unsafe plan", () => {
	const repairs = (count: number, kind: Finding["kind"] = "route-missing") =>
		Array.from({ length: count }, (_, at): Finding => {
			return {
				hostname: `t${at}.${platformDomain}`,
				kind,
				message: "",
				actor: "hostmaster",
				repair: "repair-hostname",
			};
		});

	it.each([
		[10, 0, false],
		[11, 0, true],
		[11, 36, true],
		[11, 37, false],
		[300, 1000, false],
		[301, 1000, true],
	])("repairs more than ten, and more than 30 per cent: %i of %i is %s", (count, hostnames, unsafe) => {
		expect(isUnsafe(repairs(count), hostnames)).toBe(unsafe);
	});

	it("counts hostnames, only those that would be repaired, and not what the calendar asks for", () => {
		const twice = [...repairs(10), ...repairs(10, "record-missing")];
		const reported = repairs(50, "record-orphan").map(({ repair: _, ...finding }) => finding);
		expect(isUnsafe([...twice, ...reported, ...repairs(50, "redirect-over")], 0)).toBe(false);
	});

	it("is measured by the names that are to be reached", () => {
		expect(lookedAt(intents.map((intent) => aClaim({ intent })))).toBe(3);
	});
});
