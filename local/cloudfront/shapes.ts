import type { DeclaredGroup } from "./declared.ts";
import type { Tenant } from "./tenant-table.ts";
import { arnOf } from "./tenants.ts";

/** A DistributionTenant: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionTenant.html */
export function tenantShape(tenant: Tenant, nowMs: number): object {
	const { certificateArn, enabled } = tenant;
	const Status = enabled && certificateArn !== undefined ? "active" : "inactive";
	return {
		Id: tenant.id,
		DistributionId: tenant.distributionId,
		Name: tenant.name,
		Arn: arnOf(tenant),
		Domains: { member: tenant.domains.map((Domain) => ({ Domain, Status })) },
		Tags: { Items: { Tag: tenant.tags } },
		...(certificateArn !== undefined && { Customizations: { Certificate: { Arn: certificateArn } } }),
		...(tenant.parameters.length > 0 && { Parameters: { member: tenant.parameters } }),
		ConnectionGroupId: tenant.connectionGroupId,
		CreatedTime: new Date(tenant.createdMs).toISOString(),
		LastModifiedTime: new Date(tenant.modifiedMs).toISOString(),
		Enabled: enabled,
		Status: tenant.deployedAtMs > nowMs ? "InProgress" : "Deployed",
	};
}

/** A ConnectionGroup: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ConnectionGroup.html */
export function groupShape({ id, name, arn, routingEndpoint }: DeclaredGroup): object {
	return {
		...{ Id: id, Name: name, Arn: arn, RoutingEndpoint: routingEndpoint },
		...{ Ipv6Enabled: true, Enabled: true, IsDefault: false, Status: "Deployed" },
	};
}
