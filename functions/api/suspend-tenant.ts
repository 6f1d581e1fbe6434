import { acceptChange } from "../accept-change.ts";
import { acceptedReply, askingOf } from "./accepted.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(
	routes.suspendTenant,
	async ({ path: { tenantId }, body, headers, caller, correlationId }) => {
		const answer = await acceptChange({
			tenantId,
			changeOf: () => ({ kind: "suspend-tenant", reason: body.reason, requestedBy: caller }),
			...{ requestedBy: caller, correlationId },
			keyed: { asking: askingOf(caller, headers, correlationId), request: { suspend: tenantId, ...body } },
		});
		return acceptedReply(answer);
	},
);
