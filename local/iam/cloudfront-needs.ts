import { z } from "zod";
import { readXml } from "../cloudfront/xml.ts";
import type { ServiceCall } from "./call.ts";
import type { Need } from "./evaluate.ts";

const path = /^\/2020-05-31\/(distribution-tenant|managed-certificate|connection-group)\/([^/]+)(?:\/invalidation)?$/;
const named = z.union([
	z.object({ VerifyDnsConfigurationRequest: z.object({ Identifier: z.string() }) }),
	z.object({
		ListDomainConflictsRequest: z.object({
			DomainControlValidationResource: z.object({ DistributionTenantId: z.string() }),
		}),
	}),
	z.object({
		UpdateDomainAssociationRequest: z.object({ TargetResource: z.object({ DistributionTenantId: z.string() }) }),
	}),
]);

/**
 * The right that a CloudFront call needs: on its tenant or group, or on all tenants where it names none.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudfront.html
 */
export function cloudFrontNeeds(call: ServiceCall): Need[] {
	const [, kind = "", id] = path.exec(call.path) ?? [];
	const isGroup = kind === "connection-group" || call.operation.startsWith("GetConnectionGroup");
	const type = isGroup ? "connection-group" : "distribution-tenant";
	const name = decodeURIComponent(id ?? tenantIn(call.body) ?? "*");
	const resource = name.startsWith("arn:") ? name : `arn:aws:cloudfront::${call.caller.accountId}:${type}/${name}`;
	return [{ action: `cloudfront:${call.operation}`, resource }];
}

/** The tenant that a body names where the path does not. */
function tenantIn(body: string): string | undefined {
	const found = named.safeParse(readXml(body)).data;
	if (!found) return undefined;
	if ("VerifyDnsConfigurationRequest" in found) return found.VerifyDnsConfigurationRequest.Identifier;
	return "ListDomainConflictsRequest" in found
		? found.ListDomainConflictsRequest.DomainControlValidationResource.DistributionTenantId
		: found.UpdateDomainAssociationRequest.TargetResource.DistributionTenantId;
}
