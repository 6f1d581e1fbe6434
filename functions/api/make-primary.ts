import { acceptChange } from "../accept-change.ts";
import { readNameOf } from "../read-name-of.ts";
import { acceptedReply, askingOf } from "./accepted.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(
	routes.makePrimary,
	async ({ path: { tenantId, hostname: text }, headers, caller, correlationId }) => {
		const hostname = readNameOf(text, "hostname");
		const answer = await acceptChange({
			tenantId,
			changeOf: () => ({ kind: "change-primary", hostname }),
			...{ requestedBy: caller, correlationId },
			keyed: { asking: askingOf(caller, headers, correlationId), request: { primary: tenantId, hostname } },
		});
		return acceptedReply(answer);
	},
);
