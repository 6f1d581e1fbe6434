import { type DomainObservations, knownOf } from "../domain-observations.ts";
import { isWithin } from "../hostname.ts";
import { type Verdict, verdict } from "./catalogue.ts";
import { caa, certificateChecks, endedCertificateChecks } from "./check-certificate.ts";
import { dnsChecks } from "./check-dns.ts";
import { conflictChecks, edgeChecks } from "./check-edge.ts";
import { checkOwnership, checkStillOwned } from "./check-ownership.ts";
import { delegationChecks, routeChecks } from "./check-route.ts";
import { trafficChecks } from "./check-traffic.ts";
import { type DomainStage, type ExpectedDomain, isKnown, type UnknownDomain } from "./expected-domain.ts";
import { type DomainCheck, firstOf, type Sight } from "./sight.ts";

/** `ok`: nothing that was seen stands in the way of what is waited for; what was not asked for is taken to be well. */
export type Diagnosis = { ok: true } | Verdict;

/**
 * Why a hostname is not where it is waited for to be, and who must do what: the first of a chain of small checks that is broken, what hides the
 * rest first. Pure and total. `now`: ISO time.
 */
export function diagnose(
	expected: ExpectedDomain | UnknownDomain,
	observed: DomainObservations,
	now: string,
): Diagnosis {
	if (!isKnown(expected)) return strangerVerdict(expected, observed);
	return firstOf(chainOf(expected), { expected, observed, now }) ?? { ok: true };
}

/** What is looked at for each stage, in this order; what comes later is nobody's fault yet. */
const chains: Readonly<Record<DomainStage, (validation: ExpectedDomain["validation"]) => readonly DomainCheck[]>> = {
	ownership: (validation) => [
		...dnsChecks,
		checkOwnership,
		// CloudFront takes only what leads to it, and is then asked for a certificate at once.
		...(validation === "http" ? routeChecks : []),
		// Before a certificate is asked for that could not be issued.
		...delegationChecks,
		caa,
		limited,
	],
	certificate: (validation) => [
		...endedCertificateChecks,
		...conflictChecks,
		...dnsChecks,
		// CloudFront validates what leads to it; with a record in DNS a live site stays where it is until its certificate is attached.
		...(validation === "http" ? routeChecks : []),
		...delegationChecks,
		limited,
		...certificateChecks,
	],
	edge: (validation) => [
		...endedCertificateChecks,
		...conflictChecks,
		...(validation === "http" ? [...dnsChecks, ...routeChecks] : []),
		limited,
		...edgeChecks,
	],
	traffic: () => [
		...endedCertificateChecks,
		...conflictChecks,
		...dnsChecks,
		...routeChecks,
		limited,
		...edgeChecks,
		...trafficChecks,
		checkStillOwned,
		...certificateChecks,
	],
};

function chainOf({ stage, validation }: ExpectedDomain): readonly DomainCheck[] {
	return chains[stage](validation);
}

/** After all that somebody could mend: the rest is not known before then. */
function limited({ expected, observed, now }: Sight): Verdict | undefined {
	const limit = knownOf(observed.requestLimit);
	if (!limit || limit.until <= now) return undefined;
	return verdict("rate-limited", { hostname: expected.hostname, ...limit });
}

function strangerVerdict({ hostname, platformDomain }: UnknownDomain, { resolvers }: DomainObservations): Verdict {
	const way = resolvers.flatMap(({ a }) => a.chain.map(({ target }) => target));
	const found = way.find((name) => isWithin(name, platformDomain));
	return found === undefined
		? verdict("hostname-unknown", { hostname })
		: verdict("dangling-record", { hostname, found });
}
