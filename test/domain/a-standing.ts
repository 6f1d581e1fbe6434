import type { Claim } from "../../domain/claim.ts";
import { conditionTypes } from "../../domain/conditions.ts";
import type { OperationKind } from "../../domain/operation-kinds.ts";
import { planChange } from "../../domain/plan-change.ts";
import type { PlannedChange, Standing, TenantChange } from "../../domain/tenant-change.ts";
import { aClaim, anOperation, aTenant, withTrue } from "../builders/entities.ts";

export const now = "2027-01-01T00:00:00.000Z";
export const moment = { now, epoch: 1 };
export const next = 1_000_000_001;
export const { hostname, tenantId } = aTenant();
export const [formerName, newName] = ["old.app.example.com", "new.app.example.com"];
export const redirectUntil = "2027-01-20T00:00:00.000Z";

export const active = withTrue(aClaim(), ...conditionTypes);
export const former = withTrue(aClaim({ hostname: formerName, intent: "redirect", redirectUntil }), ...conditionTypes);
const succeeded = anOperation({ status: "succeeded" });

/** An active tenant with a former name, unless it is said to stand otherwise. */
export function standing({ claim = active, ...more }: Partial<Standing> & { claim?: Claim | null } = {}): Standing {
	const claims = new Map([claim, former].flatMap((each) => (each ? [[each.hostname, each]] : [])));
	return { tenant: aTenant({ formerHostnames: [formerName] }), claims, lastOperation: succeeded, ...more };
}

export const changes: Record<
	Exclude<OperationKind, "onboard-tenant" | "change-primary" | `${string}-domain`>,
	TenantChange
> = {
	"update-tenant": { kind: "update-tenant", set: { name: "Other" } },
	"suspend-tenant": { kind: "suspend-tenant", reason: "Unpaid.", requestedBy: "billing" },
	"resume-tenant": { kind: "resume-tenant", reason: "Paid." },
	"rename-tenant": { kind: "rename-tenant", slug: "new", hostname: newName, standing: undefined },
	"repair-hostname": { kind: "repair-hostname", hostname, reason: "A record is missing." },
	"offboard-tenant": { kind: "offboard-tenant", reason: "Left." },
	"release-hostname": { kind: "release-hostname", hostname: formerName },
};
export const [update, suspend, resume, , repair, leave, release] = Object.values(changes);
export const repairFormer: TenantChange = { kind: "repair-hostname", hostname: formerName, reason: "Gone." };
export const all = Object.values(changes);

/** How a change is decided: the rule that refuses it, or `accepted`. */
export function decided(how: Standing, change: TenantChange): string {
	const planned = planChange(how, change, moment);
	return planned.ok ? "accepted" : planned.refusal.rule;
}

/** The plan of a change that is accepted. */
export function plan(change: TenantChange | undefined, how = standing()): PlannedChange {
	if (!change) throw new Error("There is such a change.");
	const planned = planChange(how, change, moment);
	if (!planned.ok) throw new Error(`It was refused: ${planned.refusal.rule}.`);
	return planned.value;
}
