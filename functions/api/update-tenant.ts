import { HostmasterError } from "../../domain/errors.ts";
import type { TenantPatch } from "../../domain/new-tenant.ts";
import type { Tenant } from "../../domain/tenant.ts";
import { acceptChange } from "../accept-change.ts";
import { readOrigin, readRoutes } from "../read-origins.ts";
import { acceptedReply } from "./accepted.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

/** If-Match tells repetitions too: the second of two finds another ETag. */
export const handler = defineRoute(
	routes.updateTenant,
	async ({ path: { tenantId }, body, headers, caller, correlationId }) => {
		const expected = headers["if-match"];
		if (expected === undefined) {
			const detail = "Read the tenant first, and send its ETag as If-Match: nobody's change is lost then.";
			throw new HostmasterError("PreconditionRequired", detail, { field: "If-Match", rule: "required" });
		}
		const set = changesOf(body);
		const answer = await acceptChange({
			tenantId,
			changeOf: (tenant) => {
				refuseUnlessAt(tenant, expected);
				return { kind: "update-tenant", set };
			},
			...{ requestedBy: caller, correlationId },
		});
		return acceptedReply(answer);
	},
);

function refuseUnlessAt({ revision }: Tenant, expected: string): void {
	if (expected === `"${revision}"`) return;
	const detail = `The tenant's ETag is "${revision}" by now: read it again, and decide again.`;
	throw new HostmasterError("PreconditionFailed", detail, { field: "If-Match", rule: "current" });
}

/** What the patch names, checked; null takes a member away. */
function changesOf({ name, plan, externalRef, config, origin, routes: paths }: TenantPatch) {
	return {
		...(name !== undefined && { name }),
		...(plan !== undefined && { plan: plan ?? undefined }),
		...(externalRef !== undefined && { externalRef: externalRef ?? undefined }),
		...(config !== undefined && { config }),
		...(origin !== undefined && { origin: readOrigin(origin) }),
		...(paths !== undefined && { routes: readRoutes(paths) }),
	};
}
