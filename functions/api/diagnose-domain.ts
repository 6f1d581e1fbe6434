import { readClaim } from "../../services/claims.ts";
import { diagnoseNow, diagnoseStranger } from "../diagnose-claim.ts";
import { readCustomHostname } from "../read-domain.ts";
import { diagnosisView } from "./diagnosis-view.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.diagnoseDomain, async ({ path: { hostname: text } }) => {
	const { hostname } = readCustomHostname(text);
	const claim = await readClaim(hostname);
	const isServed = claim?.custom && claim.intent === "serve";
	const diagnosis = isServed ? await diagnoseNow(claim) : await diagnoseStranger(hostname);
	return { body: diagnosisView(hostname, diagnosis) };
});
