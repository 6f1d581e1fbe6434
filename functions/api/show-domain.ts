import { operationView } from "../../domain/operation-view.ts";
import { knownDomain } from "../known-domain.ts";
import { readCustomHostname } from "../read-domain.ts";
import { viewOf } from "../view-of-domain.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.showDomain, async ({ path: { tenantId, hostname } }) => {
	const known = await knownDomain(tenantId, readCustomHostname(hostname).hostname);
	const operation = known.operation ? operationView(known.operation, known.check) : null;
	return { body: { domain: viewOf(known), operation } };
});
