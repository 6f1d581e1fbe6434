import type { Findings } from "../workflow/step.ts";

/** What is known of a hostname once its records are gone, however that came out. */
export const recordsRemoved: Findings = {
	RecordsInSync: { reason: "Removed", message: "Nothing of it stands in the zone any more.", actor: "hostmaster" },
};
