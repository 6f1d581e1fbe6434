import type { Diagnosis } from "../../domain/diagnosis.ts";
import { platformRoutes } from "../../functions/api/contracts/platform.ts";
import { reconciliationRoutes } from "../../functions/api/contracts/reconciliation.ts";
import type { Api } from "../api.ts";
import type { Standing } from "./standing.ts";

/** What the reconciler would find now. */
export async function lookAtHostnames(api: Api): Promise<Diagnosis[]> {
	const { plan } = await api.call(reconciliationRoutes.showReconciliation, {});
	return plan.findings.map(({ hostname, kind, message, actor, fix, repair }) => ({
		...{ kind: "fault", message: `${hostname} (${kind}): ${message}`, actor },
		fix:
			fix ??
			(repair ? "The hourly reconciler repairs it; sooner: POST /v1/reconciliation." : "See docs/reconciliation.md."),
	}));
}

/**
 * The API, once it is known to be this environment's: its stack tells its address, or it says itself for which domain it is. Another
 * environment's answers say nothing of this one. Throws when it is not, or nobody could say.
 */
export async function ownApi(api: Api, { environment, stackIfAny }: Standing): Promise<Api> {
	const { stage, parameters } = environment;
	if (api.url === withoutSlash((await stackIfAny())?.outputs["HttpApiUrl"] ?? "")) return api;
	const { stage: itsStage, platformDomain } = await api.call(platformRoutes.showHealth, {});
	if (itsStage === stage && platformDomain === parameters["PlatformDomain"]) return api;
	throw new Error(
		`${api.url} is the API of ${itsStage} (${platformDomain}): give --api and HOSTMASTER_TOKEN of ${stage}, with --env ${stage}.`,
	);
}

function withoutSlash(url: string): string {
	return url.replace(/\/+$/, "");
}
