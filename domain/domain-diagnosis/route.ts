import { type DnsOutcome, type DnsView, type DomainObservations, knownOf } from "../domain-observations.ts";
import { isWithin } from "../hostname.ts";
import { type ExpectedDomain, formerTargetsOf, looksLikeTarget } from "./expected-domain.ts";
import { isCloudFront, providerOf } from "./providers.ts";

/** Where a hostname leads, as one server has it. `found`: what stands there, for people. */
export type Route =
	/** To the target, to CloudFront, or to addresses that are the edge's: visitors come here. */
	| { to: "target" | "cloudfront" | "edge"; found: string }
	/** Some of the addresses are the edge's. `stale`: the others. */
	| { to: "edge-in-part"; found: string; stale: readonly string[] }
	| { to: "former-target" | "another-target" | "platform" | "elsewhere" | "addresses"; found: string }
	| { to: "provider"; found: string; provider: string }
	/** There is no such name, or nothing at it. */
	| { to: "nowhere"; found: string; outcome: "nxdomain" | "no-data" }
	/** This server cannot say (R9). */
	| { to: "unknown"; found: string };

/** True when a hostname that leads so leads here. */
export function leadsHere({ to }: Route): boolean {
	return to === "target" || to === "cloudfront" || to === "edge";
}

const unanswered: ReadonlySet<DnsOutcome> = new Set(["servfail", "refused", "no-answer"]);

/** Where one server says that the hostname leads. */
export function routeOf(expected: ExpectedDomain, observed: DomainObservations, { a, aaaa }: DnsView): Route {
	const chain = a.chain.length > 0 ? a.chain : aaaa.chain;
	if (chain.length > 0) {
		return byNames(
			expected,
			chain.map(({ target }) => target),
		);
	}
	const addresses = [...a.values, ...aaaa.values];
	if (addresses.length > 0) return byAddresses(expected, observed, addresses);
	if (a.outcome === "nxdomain") return { to: "nowhere", found: "no such name", outcome: "nxdomain" };
	if (unanswered.has(a.outcome)) return { to: "unknown", found: a.outcome };
	return { to: "nowhere", found: "nothing", outcome: "no-data" };
}

function byNames(expected: ExpectedDomain, way: readonly string[]): Route {
	const { target, platformDomain, edgeSuffixes } = expected;
	const found = way.join(", then ");
	if (way.includes(target)) return { to: "target", found };
	const former = formerTargetsOf(expected);
	if (way.some((name) => former.includes(name))) return { to: "former-target", found };
	if (way.some((name) => looksLikeTarget(name, platformDomain))) return { to: "another-target", found };
	if (way.some((name) => isWithin(name, platformDomain))) return { to: "platform", found };
	if (way.some((name) => edgeSuffixes.some((suffix) => isWithin(name, suffix)))) return { to: "cloudfront", found };
	const provider = way.map(providerOf).find((name) => name !== undefined);
	return provider === undefined ? { to: "elsewhere", found } : { to: "provider", provider, found };
}

function byAddresses(expected: ExpectedDomain, observed: DomainObservations, addresses: readonly string[]): Route {
	const stale = addresses.filter((address) => !isEdge(expected, observed, address));
	const found = addresses.join(", ");
	if (stale.length === 0) return { to: "edge", found };
	if (stale.length < addresses.length) return { to: "edge-in-part", found: stale.join(", "), stale };
	const provider = addresses.map(providerOf).find((name) => name !== undefined);
	return provider === undefined ? { to: "addresses", found } : { to: "provider", provider, found };
}

/**
 * CloudFront gives each resolver addresses of its own, so that one that is not the target's may be the edge's still: then it is on CloudFront's
 * list, or the edge answers there for some tenant, or with CloudFront's own certificate.
 */
function isEdge({ edgeSuffixes }: ExpectedDomain, observed: DomainObservations, address: string): boolean {
	if (knownOf(observed.edgeAddresses)?.includes(address) || isCloudFront(address)) return true;
	const view = knownOf(observed.addresses)?.find((one) => one.address === address);
	if (!view) return false;
	const [tls, http] = [knownOf(view.tls), knownOf(view.http)];
	if (http?.outcome === "answer" && http.tenantId !== undefined) return true;
	if (tls?.outcome !== "handshake") return false;
	return tls.names.some((name) => edgeSuffixes.some((suffix) => isWithin(name.replace(/^\*\./, ""), suffix)));
}
