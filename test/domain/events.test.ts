import { describe, expect, it } from "vitest";
import { eventsIn } from "../../domain/events.ts";
import { longAgo } from "../builders/entities.ts";

const byId = { tenantId: "ten_1" };
const subscriptions = ["TenantSubscriptionEnded", "TenantSubscriptionRestored"] as const;

describe.each(subscriptions)("%s", (type) => {
	it.each([byId, { externalRef: "cus_1" }, { ...byId, occurredAt: longAgo, reason: "Unpaid." }])(
		"names its tenant by either id: %j",
		(detail) => expect(eventsIn[type].parse(detail)).toEqual(detail),
	);

	it.each([
		["nobody", {}, "externalRef"],
		["a time that is none", { ...byId, occurredAt: "yesterday" }, "occurredAt"],
		["a member that is not known", { ...byId, colour: "red" }, ""],
		["an empty reason", { ...byId, reason: " " }, "reason"],
	])("is refused when it names %s, saying where", (_, detail, path) => {
		expect(eventsIn[type].safeParse(detail).error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
	});
});

describe("TenantPlanChanged", () => {
	const read = (detail: object) => eventsIn.TenantPlanChanged.safeParse(detail);

	it("says which plan, null for none", () => {
		expect(read({ ...byId, plan: "pro" }).data).toEqual({ ...byId, plan: "pro" });
		expect(read({ externalRef: "cus_1", plan: null }).data).toEqual({ externalRef: "cus_1", plan: null });
	});

	it("is refused without a plan, and without a tenant", () => {
		expect(read(byId).success).toBe(false);
		expect(read({ plan: "pro" }).error?.issues).toMatchObject([{ path: ["externalRef"] }]);
	});
});
