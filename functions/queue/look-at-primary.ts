import { ulid } from "ulid";
import { isCurrent, readClaim } from "../../services/claims.ts";
import { readTenant } from "../../services/tenants.ts";
import { acceptChange } from "../accept-change.ts";
import type { Seen } from "./look.ts";

/**
 * Makes a domain that has just become active its tenant's primary name, as it was asked for with. While the tenant has another
 * operation under way that is refused, and the ladder asks again (R13). Safe to repeat.
 */
export async function lookAtPrimary(subject: string): Promise<Seen> {
	const [hostname = "", generation] = subject.split("#");
	const claim = await readClaim(hostname);
	if (!claim?.custom?.primaryWanted || !isCurrent(claim, Number(generation))) return { outcome: "done", findings: {} };
	const { tenantId } = claim;
	if ((await readTenant(tenantId))?.primaryHostname === hostname) return { outcome: "done", findings: {} };
	await acceptChange({
		...{ tenantId, changeOf: () => ({ kind: "change-primary", hostname }) },
		...{ requestedBy: "attach-domain", correlationId: `primary-${ulid()}` },
	});
	// Crash here, or answered already? The next look finds it done, or under way.
	return { outcome: "done", findings: {} };
}
