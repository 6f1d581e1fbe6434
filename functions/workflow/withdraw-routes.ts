import { mapEntryOf } from "../../domain/tenant-map.ts";
import { liveClaim } from "../../services/claims.ts";
import { isoNow } from "../../services/clock.ts";
import { putMapEntry } from "../../services/tenant-map.ts";
import { readTenant } from "../../services/tenants.ts";
import { defineStep, type Findings, recordDone } from "./step.ts";

const gone = { status: "unknown", reason: "Withdrawn", message: "The edge answers 410.", actor: "hostmaster" } as const;
const findings: Findings = { RoutePublished: gone, Serving: gone };

/** The edge answers 410 for every name that is taken down, from here on (R10). Safe to repeat. */
export const handler = defineStep(async ({ input, state }) => {
	const tenant = await readTenant(input.tenantId);
	if (!tenant) throw new Error(`The tenant '${input.tenantId}' of '${input.hostname}' is gone.`);
	for (const { hostname, generation } of input.hostnames) {
		await putMapEntry(mapEntryOf(await liveClaim(hostname, generation), tenant, isoNow()));
	}
	await recordDone({ ...input, state }, findings);
});
