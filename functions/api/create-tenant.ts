import { limits } from "../../domain/limits.ts";
import { acceptOnboarding } from "../accept-onboarding.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.createTenant, async ({ body, headers, caller, correlationId }) => {
	const asking = {
		caller,
		idempotencyKey: headers["idempotency-key"],
		rememberedHours: limits.idempotencyKeep.value,
		requestedBy: caller,
		correlationId,
	};
	const answer = await acceptOnboarding(body, asking);
	return { body: answer.body, headers: { location: answer.location } };
});
