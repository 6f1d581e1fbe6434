import { reconcile } from "../carry-out-repairs.ts";
import { planReconciliation } from "../plan-reconciliation.ts";
import { defineRoute } from "./http.ts";
import { planView, requestWorkMs } from "./plan-view.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.runReconciliation, async ({ body: { dryRun, force }, caller }) => {
	const endsMs = Date.now() + requestWorkMs;
	if (dryRun) {
		const plan = planView(await planReconciliation(endsMs));
		return { body: { plan, operations: [], skipped: [], complete: true } };
	}
	const { plan, operations, skipped, complete } = await reconcile({ requestedBy: caller, force, endsMs });
	return { body: { plan: planView(plan), operations, skipped, complete } };
});
