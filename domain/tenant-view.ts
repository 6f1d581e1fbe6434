import { z } from "zod";
import { type Claim, statusOf } from "./claim.ts";
import { conditionSchema, conditionTypes, firstObstacle, hostnameStatuses } from "./conditions.ts";
import { actors } from "./errors.ts";
import { type Tenant, tenantSchema } from "./tenant.ts";

/** A tenant as callers see it: what was asked for, how it stands, and who has to act. */
export const tenantViewSchema = tenantSchema
	.extend({
		status: z.enum(hostnameStatuses),
		conditions: z.array(conditionSchema.extend({ type: z.enum(conditionTypes) })),
		nextActor: z.enum(actors).nullable().meta({ description: "Who acts next; null when nobody has to." }),
		fix: z.string().nullable().meta({ description: "What exactly the next actor has to do." }),
		generation: z.int(),
	})
	.meta({ id: "Tenant" });
export type TenantView = z.infer<typeof tenantViewSchema>;

export function tenantView(tenant: Tenant, claim: Claim): TenantView {
	const status = statusOf(claim);
	const obstacle = status === "active" ? undefined : firstObstacle(claim.conditions);
	return {
		...tenant,
		status,
		conditions: conditionTypes.map((type) => ({ type, ...claim.conditions[type] })),
		nextActor: obstacle?.actor ?? null,
		fix: obstacle ? (obstacle.fix ?? `Nothing to do: ${obstacle.message}`) : null,
		generation: claim.generation,
	};
}
