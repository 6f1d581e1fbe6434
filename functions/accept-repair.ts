import { ulid } from "ulid";
import { HostmasterError } from "../domain/errors.ts";
import type { TenantChange } from "../domain/tenant-change.ts";
import { readClaim } from "../services/claims.ts";
import { acceptChange } from "./accept-change.ts";

/** What a sweeper asks of a hostname. */
export interface RepairRequest {
	hostname: string;
	kind: "repair-hostname" | "release-hostname";
	/** Who asks: shown in the history. */
	requestedBy: string;
	reason: string;
}

export type RepairOutcome =
	| { outcome: "accepted"; operationId: string }
	/** Another operation decides; the next round looks again. */
	| { outcome: "skipped"; because: string };

/** Begins an operation that brings a hostname to what the registry says, or gives it back. Throws Throttled, ServiceUnavailable. */
export async function acceptRepair({ hostname, kind, requestedBy, reason }: RepairRequest): Promise<RepairOutcome> {
	const claim = await readClaim(hostname);
	if (!claim || claim.intent === "released") {
		return { outcome: "skipped", because: `'${hostname}' is nobody's by now.` };
	}
	const change: TenantChange = kind === "repair-hostname" ? { kind, hostname, reason } : { kind, hostname };
	try {
		const { location } = await acceptChange({
			tenantId: claim.tenantId,
			changeOf: () => change,
			...{ requestedBy, correlationId: `${requestedBy}-${ulid()}` },
		});
		return { outcome: "accepted", operationId: location.replace("/v1/operations/", "") };
	} catch (error) {
		if (!(error instanceof HostmasterError) || !othersDecide.has(error.name)) throw error;
		return { outcome: "skipped", because: error.detail };
	}
}

const othersDecide: ReadonlySet<string> = new Set([
	"OperationInProgress",
	"OnboardingUnfinished",
	"TenantLeaving",
	"TenantNotFound",
]);
