import { z } from "zod";
import { type Claim, statusOf } from "./claim.ts";
import { conditionSchema, conditionTypes, firstObstacle, type HostnameStatus, hostnameStatuses } from "./conditions.ts";
import { actors } from "./errors.ts";
import { type Tenant, tenantSchema } from "./tenant.ts";

/** A tenant as callers see it: what was asked for, how it stands, and who has to act. */
export const tenantViewSchema = tenantSchema
	.omit({ lastOperationId: true, heard: true, heardIds: true })
	.extend({
		status: z.enum(hostnameStatuses),
		conditions: z.array(conditionSchema.extend({ type: z.enum(conditionTypes) })),
		nextActor: z.enum(actors).nullable().meta({ description: "Who acts next; null when nobody has to." }),
		fix: z.string().nullable().meta({ description: "What exactly the next actor has to do." }),
		generation: z.int(),
	})
	.meta({ id: "Tenant" });
export type TenantView = z.infer<typeof tenantViewSchema>;

/** What whoever looks at a tenant that is not served has to know. */
const standing = {
	suspended: { actor: "operator", fix: "POST /v1/tenants/{tenantId}/resume brings it back." },
	released: { actor: null, fix: null },
	redirecting: { actor: null, fix: null },
	active: { actor: null, fix: null },
} as const;

/** `claim`: that of the tenant's hostname, unless the tenant has left and the name is somebody else's by now. */
export function tenantView(tenant: Tenant, claim: Claim | undefined): TenantView {
	const { lastOperationId: _last, heard: _heard, heardIds: _ids, ...shown } = tenant;
	const own = claim?.tenantId === tenant.tenantId ? claim : undefined;
	const status = own ? statusOf(own) : "released";
	return {
		...shown,
		status,
		conditions: own ? conditionTypes.map((type) => ({ type, ...own.conditions[type] })) : [],
		...nextStep(tenant, own, status),
		generation: own?.generation ?? 0,
	};
}

function nextStep(tenant: Tenant, claim: Claim | undefined, status: HostnameStatus) {
	if (status === "suspended" || status === "released" || status === "redirecting" || status === "active") {
		const { actor, fix } = standing[status];
		return { nextActor: actor, fix: fix?.replace("{tenantId}", tenant.tenantId) ?? null };
	}
	const obstacle = claim && firstObstacle(claim.conditions);
	if (!obstacle) return { nextActor: "hostmaster" as const, fix: "Nothing to do: it is being taken down." };
	return { nextActor: obstacle.actor, fix: obstacle.fix ?? `Nothing to do: ${obstacle.message}` };
}
