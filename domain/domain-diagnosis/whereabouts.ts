import { type DomainObservations, knownOf } from "../domain-observations.ts";
import type { Verdict } from "./catalogue.ts";
import { certificateReasons } from "./reasons/certificate.ts";

/** What a verdict on an active domain says of where it leads; `unknown` is never a move (R9). */
export type Whereabouts = "here" | "elsewhere" | "unknown";

/**
 * Whether an active domain has left us, which only its customer's records can say. What hinders its renewal is looked at after its
 * traffic: it leads here still. What is ours to mend, or an operator's, says nothing of it.
 */
export function whereaboutsBy({ reason, actor }: Pick<Verdict, "reason" | "actor">): Whereabouts {
	if (reason in certificateReasons) return "here";
	return actor === "customer" ? "elsewhere" : "unknown";
}

/**
 * Whether visitors still come to a tenant by a name whose records say something else: another CDN stands before our edge and asks it for the name,
 * or the proof of its ownership is gone. Such a domain is in use.
 */
export function hasTraffic({ addresses }: Pick<DomainObservations, "addresses">, tenantId: string): boolean {
	return (knownOf(addresses) ?? []).some(({ http }) => {
		const view = knownOf(http);
		return view?.outcome === "answer" && view.tenantId === tenantId;
	});
}

/** Whether DNS shows what another tenant's attempt would: whoever owns the name now does not mean this one, whom visitors meet all the same. */
export function showsAnother({ reason }: Pick<Verdict, "reason">): boolean {
	return reason === "cname-of-another-tenant" || reason === "txt-of-another-tenant";
}
