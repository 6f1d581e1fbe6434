import { acceptOffboarding } from "../accept-offboarding.ts";
import { acceptedReply } from "./accepted.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(
	routes.deleteTenant,
	async ({ path: { tenantId }, query: { reason }, caller, correlationId }) => {
		const answer = await acceptOffboarding({ tenantId, reason, requestedBy: caller, correlationId });
		return acceptedReply(answer);
	},
);
