import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
	type Condition,
	type Conditions,
	conditionsSchema,
	conditionTypes,
	deriveStatus,
	firstObstacle,
	hostnameStatuses,
	intents,
	platformConditions,
	withCondition,
} from "../../domain/conditions.ts";
import { longAgo } from "../builders/entities.ts";

type Status = Condition["status"];
const statuses = ["true", "false", "unknown"] as const;
const later = "2026-02-02T00:00:00.000Z";

function conditionsOf(list: readonly Status[], actor: Condition["actor"] = "operator"): Conditions {
	return conditionsSchema.parse(
		Object.fromEntries(
			conditionTypes.map((type, at) => [
				type,
				{ status: list[at], reason: "Because", message: `${type}.`, since: longAgo, actor },
			]),
		),
	);
}

/** All ways in which seven conditions can stand. */
function* combinations(length: number = conditionTypes.length): Generator<Status[]> {
	if (length === 0) return yield [];
	for (const rest of combinations(length - 1)) for (const status of statuses) yield [...rest, status];
}

describe("the status of a hostname", () => {
	it("is one of the known words for every intent and every combination of conditions", () => {
		let seen = 0;
		for (const list of combinations()) {
			for (const intent of intents) {
				expect(hostnameStatuses).toContain(deriveStatus(intent, conditionsOf(list)));
				seen++;
			}
		}
		expect(seen).toBe(3 ** 7 * 5);
	});

	it.each([
		["released", "released"],
		["remove", "removing"],
		["redirect", "redirecting"],
	] as const)("follows from the intent %s alone: %s", (intent, status) => {
		for (const list of combinations()) expect(deriveStatus(intent, conditionsOf(list))).toBe(status);
	});

	it("is suspended when the edge knows of it, whatever else stands or does not", () => {
		const told = { true: "suspended", false: "failed", unknown: "provisioning" } as const;
		for (const list of combinations()) {
			const published = list[conditionTypes.indexOf("RoutePublished")] ?? "unknown";
			expect(deriveStatus("suspend", conditionsOf(list)), list.join()).toBe(told[published]);
		}
	});

	it("is active when all conditions are true, and only then", () => {
		for (const list of combinations()) {
			const active = deriveStatus("serve", conditionsOf(list)) === "active";
			expect(active, list.join()).toBe(list.every((status) => status === "true"));
		}
	});

	it("asks for action when something false is the customer's to mend before it has served, and only then", () => {
		for (const actor of ["customer", "operator", "hostmaster"] as const) {
			for (const list of combinations()) {
				const asks = deriveStatus("serve", conditionsOf(list, actor)) === "action-required";
				expect(asks, `${actor} ${list.join()}`).toBe(
					list.includes("false") && actor === "customer" && list[conditionTypes.indexOf("Serving")] !== "true",
				);
			}
		}
	});

	it("is failed before it has served, and degraded while it serves, when something is false", () => {
		for (const list of combinations()) {
			if (!list.includes("false")) continue;
			const serving = list[conditionTypes.indexOf("Serving")] === "true";
			expect(deriveStatus("serve", conditionsOf(list)), list.join()).toBe(serving ? "degraded" : "failed");
		}
	});

	it("is pending until the first step is done, and provisioning from then on, when nothing is false", () => {
		for (const list of combinations()) {
			if (list.includes("false") || list.every((status) => status === "true")) continue;
			const begun = list[conditionTypes.indexOf("CertificateIssued")] === "true";
			expect(deriveStatus("serve", conditionsOf(list)), list.join()).toBe(begun ? "provisioning" : "pending");
		}
	});
});

describe("what stands in the way", () => {
	it("is nothing when all is true", () => {
		expect(firstObstacle(conditionsOf(conditionTypes.map(() => "true")))).toBeUndefined();
	});

	it("is a false condition before an unknown one, and the first of its kind", () => {
		for (const list of combinations()) {
			const at = list.includes("false") ? list.indexOf("false") : list.indexOf("unknown");
			expect(firstObstacle(conditionsOf(list))?.type).toBe(conditionTypes[at]);
		}
	});
});

describe("changing a condition", () => {
	const change = { reason: "New", message: "New.", actor: "operator" } as const;

	it("moves 'since' with the status only", () => {
		fc.assert(
			fc.property(fc.constantFrom(...statuses), fc.constantFrom(...statuses), (before, after) => {
				const conditions = conditionsOf(conditionTypes.map(() => before));
				const { Serving } = withCondition(conditions, "Serving", { ...change, status: after }, later);
				expect(Serving).toEqual({ ...change, status: after, since: before === after ? longAgo : later });
			}),
		);
	});

	it("leaves the others, and what it was given, as they were", () => {
		const before = platformConditions(longAgo);
		const { Serving: _changed, ...others } = withCondition(before, "Serving", { ...change, status: "false" }, later);
		const { Serving: untouched, ...same } = before;
		expect(others).toEqual(same);
		expect(untouched.status).toBe("unknown");
	});
});

describe("a fresh platform subdomain", () => {
	it("is ours by construction, everything else still to come", () => {
		const fresh = conditionsSchema.parse(platformConditions(longAgo));
		const done = conditionTypes.filter((type) => fresh[type].status === "true");
		expect(done).toEqual(["Claimed", "OwnershipVerified"]);
		expect(deriveStatus("serve", fresh)).toBe("pending");
		expect(firstObstacle(fresh)).toMatchObject({ type: "CertificateIssued", actor: "hostmaster" });
	});
});
