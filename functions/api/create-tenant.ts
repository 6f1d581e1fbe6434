import { acceptOnboarding } from "../accept-onboarding.ts";
import { acceptedReply, askingOf } from "./accepted.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.createTenant, async ({ body, headers, caller, correlationId }) => {
	const answer = await acceptOnboarding(body, askingOf(caller, headers, correlationId));
	return acceptedReply(answer);
});
