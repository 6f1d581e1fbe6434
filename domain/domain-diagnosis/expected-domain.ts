import { edgeTarget, proofValue, type Validation } from "../custom-domain.ts";
import type { OwnershipExpectation } from "../ownership-evidence.ts";

/** What is waited for; what comes later is nobody's fault yet. */
export type DomainStage = "ownership" | "certificate" | "edge" | "traffic";

/** How a custom domain is to be. Names are canonical, without the final dot. */
export interface ExpectedDomain extends OwnershipExpectation {
	tenantId: string;
	stage: DomainStage;
	validation: Validation;
	/** The hostname is a registrable domain, where no CNAME can stand. */
	isApex: boolean;
	wildcard: boolean;
	/** Suffixes of names that are CloudFront's, e.g. `cloudfront.net`. */
	edgeSuffixes: readonly string[];
	/** The CNAME by which ACM validates; absent until ACM has told it, and for `http`. */
	certificateRecord?: { name: string; value: string } | undefined;
}

/** A hostname that nobody has here. */
export interface UnknownDomain {
	hostname: string;
	stage: "unknown";
	platformDomain: string;
	registrableDomain: string;
}

export function isKnown(expected: ExpectedDomain | UnknownDomain): expected is ExpectedDomain {
	return expected.stage !== "unknown";
}

/** What all targets are below. */
export function edgeDomainOf(platformDomain: string): string {
	return `edge.${platformDomain}`;
}

/** Targets of attempts before, which their CNAMEs still may show. */
export function formerTargetsOf({ formerTxtValues, platformDomain }: ExpectedDomain): string[] {
	return formerTxtValues.map((value) => edgeTarget(value.slice(proofValue("").length), platformDomain));
}

const token = /^[0-9a-hjkmnp-tv-z]{26}$/;

/** True for names that have the form of a target, whoever's. */
export function looksLikeTarget(name: string, platformDomain: string): boolean {
	const [label = "", ...rest] = name.split(".");
	return token.test(label) && rest.join(".") === edgeDomainOf(platformDomain);
}
