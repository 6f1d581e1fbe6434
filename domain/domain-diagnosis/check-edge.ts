import { knownOf } from "../domain-observations.ts";
import { type Verdict, verdict } from "./catalogue.ts";
import { type DomainCheck, type Sight, trafficFacts, trafficRecord } from "./sight.ts";

/** Whether another distribution has the name: no record of the customer's helps then. */
export const conflictChecks: readonly DomainCheck[] = [conflict];

/** Whether CloudFront serves the name. */
export const edgeChecks: readonly DomainCheck[] = [unasked, dnsWrong, dnsUnknown, deploying, inactive];

function conflict({ expected, observed }: Sight): Verdict | undefined {
	const held = knownOf(observed.cloudFront)?.conflict;
	if (!held) return undefined;
	const { hostname } = expected;
	const holder = held.holder === undefined ? "" : ` (${held.holder})`;
	return verdict(held.isOurs ? "registered-here-already" : "registered-elsewhere", { hostname, holder });
}

function unasked({ expected, observed }: Sight): Verdict | undefined {
	if (observed.cloudFront.outcome !== "could-not-ask") return undefined;
	return verdict("edge-could-not-ask", { hostname: expected.hostname, because: observed.cloudFront.because });
}

function dnsVerdict({ observed }: Sight) {
	const view = knownOf(observed.cloudFront);
	return view && knownOf(view.dns);
}

/** A live site moves only after its certificate is attached: until then DNS is right to lead elsewhere. */
function dnsWrong(sight: Sight): Verdict | undefined {
	const { expected } = sight;
	const { status, reason: because = "it gives no reason" } = dnsVerdict(sight) ?? {};
	const isEarly = expected.validation === "dns" && expected.stage !== "traffic";
	if (status !== "invalid-configuration" || isEarly) return undefined;
	return verdict("edge-finds-dns-wrong", { ...trafficFacts(expected), because }, { record: trafficRecord(expected) });
}

function dnsUnknown(sight: Sight): Verdict | undefined {
	const { expected } = sight;
	const { status, reason: because = "it gives no reason" } = dnsVerdict(sight) ?? {};
	const isEarly = expected.validation === "dns" && expected.stage !== "traffic";
	if (status !== "unknown-configuration" || isEarly) return undefined;
	return verdict("edge-dns-unknown", { hostname: expected.hostname, because });
}

function deploying({ expected, observed }: Sight): Verdict | undefined {
	const { hostname } = expected;
	const view = knownOf(observed.cloudFront);
	return view?.deployment === "InProgress" ? verdict("edge-deploying", { hostname }) : undefined;
}

/** A managed certificate is attached after it was issued: before that it is the certificate that is waited for. */
function inactive({ expected, observed }: Sight): Verdict | undefined {
	const { hostname, stage } = expected;
	const isAwaited = stage === "edge" || stage === "traffic";
	const view = knownOf(observed.cloudFront);
	return isAwaited && view?.domain === "inactive" ? verdict("edge-domain-inactive", { hostname }) : undefined;
}
