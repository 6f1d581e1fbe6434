import { acceptChange } from "../accept-change.ts";
import { acceptedReply, askingOf } from "./accepted.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(
	routes.resumeTenant,
	async ({ path: { tenantId }, body, headers, caller, correlationId }) => {
		const answer = await acceptChange({
			tenantId,
			changeOf: () => ({ kind: "resume-tenant", reason: body.reason }),
			...{ requestedBy: caller, correlationId },
			keyed: { asking: askingOf(caller, headers, correlationId), request: { resume: tenantId, ...body } },
		});
		return acceptedReply(answer);
	},
);
