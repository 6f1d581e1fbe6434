import { detachSteps } from "../../domain/operation-kinds.ts";
import { planDetachment } from "../../domain/plan-domain.ts";
import { changeDomain } from "../change-domain.ts";
import { knownDomain } from "../known-domain.ts";
import { readCustomHostname } from "../read-domain.ts";
import { domainReply } from "./domain-reply.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(
	routes.detachDomain,
	async ({ path: { tenantId, hostname: text }, caller, correlationId }) => {
		const { hostname } = readCustomHostname(text);
		await changeDomain({
			...{ kind: "detach-domain", steps: detachSteps, tenantId, hostname, requestedBy: caller, correlationId },
			keyed: undefined,
			plan: (standing, moment) => ({ planned: planDetachment(standing, hostname, moment) }),
		});
		return domainReply(await knownDomain(tenantId, hostname));
	},
);
