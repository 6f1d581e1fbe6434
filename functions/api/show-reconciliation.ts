import { readSummary } from "../../services/reconciliation-summary.ts";
import { planReconciliation } from "../plan-reconciliation.ts";
import { defineRoute } from "./http.ts";
import { planView, requestWorkMs } from "./plan-view.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.showReconciliation, async () => {
	const [plan, lastRun] = await Promise.all([planReconciliation(Date.now() + requestWorkMs), readSummary()]);
	return { body: { plan: planView(plan), lastRun: lastRun ?? null } };
});
