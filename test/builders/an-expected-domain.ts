import { edgeTarget, proofName, proofValue } from "../../domain/custom-domain.ts";
import type { ExpectedDomain } from "../../domain/domain-diagnosis/expected-domain.ts";
import { registrableDomain } from "../../domain/registrable.ts";

export const token = "0123456789abcdefghjkmnpqrs";
export const formerToken = "1123456789abcdefghjkmnpqrs";
export const strangersToken = "2123456789abcdefghjkmnpqrs";
export const platform = "app.platform.com";
export const target = edgeTarget(token, platform);

/** `shop.acme.com` of tenant `ten_1`, whose ownership is waited for. */
export function anExpectedDomain(more: Partial<ExpectedDomain> = {}): ExpectedDomain {
	const hostname = more.hostname ?? "shop.acme.com";
	const registrable = registrableDomain(hostname) ?? hostname;
	return {
		...{ hostname, target, platformDomain: platform, tenantId: "ten_1", stage: "ownership", validation: "http" },
		...{ txtName: proofName(hostname), txtValue: proofValue(token), formerTxtValues: [proofValue(formerToken)] },
		registrableDomain: registrable,
		isApex: registrable === hostname,
		wildcard: hostname.startsWith("*."),
		proofs: registrable === hostname || hostname.startsWith("*.") ? ["txt"] : ["cname", "txt"],
		edgeSuffixes: ["cloudfront.net"],
		...more,
	};
}
