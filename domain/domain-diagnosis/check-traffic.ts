import { covers } from "../certificate-policy.ts";
import { type AddressView, knownOf } from "../domain-observations.ts";
import { type Verdict, verdict } from "./catalogue.ts";
import { type DomainCheck, type Sight, trafficFacts, trafficRecord } from "./sight.ts";

/** Whether a visitor gets this tenant, at every address that the hostname leads to. */
export const trafficChecks: readonly DomainCheck[] = [unasked, everyAddress];

function unasked({ expected, observed }: Sight): Verdict | undefined {
	const { addresses } = observed;
	if (addresses.outcome !== "could-not-ask") return undefined;
	return verdict("traffic-could-not-ask", { hostname: expected.hostname, because: addresses.because });
}

function everyAddress(sight: Sight): Verdict | undefined {
	const views = knownOf(sight.observed.addresses) ?? [];
	for (const view of views) {
		const found = tlsTrouble(sight, view) ?? httpTrouble(sight, view);
		if (found) return found;
	}
	return undefined;
}

const expiredCode = "CERT_HAS_EXPIRED";
const otherNameCode = "ERR_TLS_CERT_ALTNAME_INVALID";

function tlsTrouble(sight: Sight, { address, tls }: AddressView): Verdict | undefined {
	const { expected, now } = sight;
	const { hostname } = expected;
	const facts = { ...trafficFacts(expected), address };
	if (tls.outcome === "could-not-ask") return verdict("traffic-could-not-ask", { hostname, because: tls.because });
	const view = knownOf(tls);
	if (!view) return undefined;
	if (view.outcome === "no-handshake") {
		return verdict("tls-no-handshake", { hostname, address, because: view.because });
	}
	const { names, notAfter, error } = view;
	const more = { record: trafficRecord(expected) };
	if (error === otherNameCode || !covers(names, hostname)) {
		const found = names.join(", ") || "no name";
		if (isOurs(sight, address)) return verdict("certificate-not-attached", { hostname, address, found });
		return verdict("tls-other-certificate", { ...facts, found }, more);
	}
	if (error === expiredCode || notAfter <= now) {
		return verdict("tls-expired", { hostname, address, ended: notAfter });
	}
	return error === undefined ? undefined : verdict("tls-untrusted", { ...facts, found: error }, more);
}

function httpTrouble(sight: Sight, { address, http }: AddressView): Verdict | undefined {
	const { expected } = sight;
	const { hostname } = expected;
	if (http.outcome === "could-not-ask") return verdict("traffic-could-not-ask", { hostname, because: http.because });
	const view = knownOf(http);
	if (!view) return undefined;
	if (view.outcome === "no-answer") return verdict("traffic-could-not-ask", { hostname, because: view.because });
	if (view.tenantId === expected.tenantId) return undefined;
	if (view.tenantId !== undefined) return verdict("other-tenant-answers", { hostname, address });
	const status = String(view.status);
	if (isOurs(sight, address)) return verdict("edge-not-ready", { hostname, address, status });
	const facts = { ...trafficFacts(expected), address, status };
	return verdict("not-our-edge", facts, { record: trafficRecord(expected) });
}

/** The customer's records lead there by the target, or it is the edge's own address: what answers wrongly is ours to mend. */
function isOurs({ expected, observed }: Sight, address: string): boolean {
	if (knownOf(observed.edgeAddresses)?.includes(address)) return true;
	return observed.resolvers.some(
		({ a }) => a.values.includes(address) && a.chain.some(({ target }) => target === expected.target),
	);
}
