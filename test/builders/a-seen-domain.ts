import {
	EntityNotFound,
	GetDistributionTenantByDomainCommand,
	GetDistributionTenantCommand,
} from "@aws-sdk/client-cloudfront";
import { vi } from "vitest";
import { edgeTarget } from "../../domain/custom-domain.ts";
import { type DnsView, type DomainObservations, notAsked, seen } from "../../domain/domain-observations.ts";
import { observeDomain } from "../../services/observe-domain.ts";
import type { Cloud } from "./a-cloud.ts";
import { certificateArn, shop } from "./a-custom-domain.ts";
import { addresses, aLook, allSee, cname, edge } from "./a-look.ts";
import { token } from "./an-expected-domain.ts";
import { platformDomain, tenantId } from "./entities.ts";

/** Everybody's view of shop.acme.com as a CNAME to its target. */
const leadsHere: Partial<DnsView> = {
	a: cname(edgeTarget(token, platformDomain), edge[0]),
	aaaa: cname(edgeTarget(token, platformDomain), edge[1]),
};
/** The name stands, and leads to somebody else's server. */
export const elsewhere: Partial<DomainObservations> = {
	...allSee({ a: addresses("198.51.100.7"), aaaa: addresses() }),
	addresses: seen([{ address: "198.51.100.7", tls: notAsked, http: notAsked }]),
};
/** Nobody answers. */
export const silence: Partial<DomainObservations> = allSee({
	...{ a: { outcome: "no-answer", chain: [], values: [], ttlSeconds: undefined } },
	...{ aaaa: { outcome: "no-answer", chain: [], values: [], ttlSeconds: undefined } },
	proof: { outcome: "no-answer", chain: [], records: [], ttlSeconds: undefined },
});

/**
 * Lets looks see shop.acme.com as it is to be but for `more`; the clouds are really asked. For tests that mock services/observe-domain.ts.
 */
export function see(more: Partial<DomainObservations> = {}): void {
	const right = { outcome: "answer", status: 200, tenantId } as const;
	vi.mocked(observeDomain).mockImplementation(async ({ connects }, { certificate, cloudFront } = {}) => {
		const issued = await certificate?.();
		const served = await cloudFront?.();
		const { addresses: reached, ...look } = aLook(allSee(leadsHere));
		const views = reached.outcome === "seen" ? reached.value : [];
		return {
			...look,
			addresses: connects ? seen(views.map((view) => ({ ...view, http: seen(right) }))) : notAsked,
			certificate: issued ? seen(issued) : notAsked,
			cloudFront: served ? seen(served) : notAsked,
			...more,
		};
	});
}

/** Lets CloudFront have a distribution tenant for a domain; active and deployed unless told. */
export function cloudFrontHas(
	{ cloudFront }: Pick<Cloud, "cloudFront">,
	{
		status = "Deployed",
		domain = "active",
		enabled = true,
		hostname = shop,
		distribution = "E2",
	}: Partial<StandingTenant> = {},
): void {
	const DistributionTenant = {
		...{
			Id: `dt-${hostname}`,
			DistributionId: distribution,
			ConnectionGroupId: "cg_1",
			Enabled: enabled,
			Status: status,
		},
		Domains: [{ Domain: hostname, Status: domain }],
		Customizations: { Certificate: { Arn: certificateArn } },
	};
	const answer = { DistributionTenant, ETag: "etag-1" };
	cloudFront.on(GetDistributionTenantByDomainCommand, { Domain: hostname }).resolves(answer);
	cloudFront.on(GetDistributionTenantCommand, { Identifier: `dt-${hostname}` }).resolves(answer);
}
interface StandingTenant {
	status: "Deployed" | "InProgress";
	domain: "active" | "inactive";
	enabled: boolean;
	hostname: string;
	distribution: string;
}

/** What AWS says of what it does not have. */
export const noSuchEntity = new EntityNotFound({ $metadata: {}, message: "no" });
