import { readClaim } from "../../services/claims.ts";
import { acceptChange } from "../accept-change.ts";
import { readSlug } from "../read-slug.ts";
import { acceptedReply, askingOf } from "./accepted.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(
	routes.renameTenant,
	async ({ path: { tenantId }, body, headers, caller, correlationId }) => {
		const { slug, hostname } = readSlug(body.slug);
		const answer = await acceptChange({
			tenantId,
			changeOf: async () => ({ kind: "rename-tenant", slug, hostname, standing: await readClaim(hostname) }),
			...{ requestedBy: caller, correlationId },
			keyed: { asking: askingOf(caller, headers, correlationId), request: { rename: tenantId, ...body } },
		});
		return acceptedReply(answer);
	},
);
