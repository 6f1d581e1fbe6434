import { estimateSeconds } from "../../domain/import.ts";
import { acceptImport, planOnly } from "../accept-import.ts";
import { askingOf } from "./accepted.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

/** More would make the answer larger than Lambda lets through; GET …/lines has all of them. */
const mostShown = 1_000;

export const handler = defineRoute(routes.createImport, async ({ body, headers, query, caller, correlationId }) => {
	const asking = askingOf(caller, headers, correlationId);
	const isDryRun = query.dryRun === "true";
	const { made, lines } = isDryRun ? await planOnly(body, asking) : await acceptImport(body, asking);
	const { importId, planned } = made;
	const shown = lines.filter(({ state }) => state !== "new").slice(0, mostShown);
	return {
		body: {
			importId: isDryRun ? null : importId,
			planned,
			estimatedSeconds: estimateSeconds(planned.new - planned.adopted),
			lines: shown.map(({ request: _request, ...line }) => line),
		},
		headers: isDryRun ? {} : { location: `/v1/imports/${importId}` },
	};
});
