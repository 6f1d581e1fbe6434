import { strict as assert } from "node:assert";
import { DeleteCertificateCommand } from "@aws-sdk/client-acm";
import {
	CreateInvalidationForDistributionTenantCommand,
	DeleteDistributionTenantCommand,
	GetConnectionGroupByRoutingEndpointCommand,
	GetConnectionGroupCommand,
	GetDistributionTenantByDomainCommand,
	GetDistributionTenantCommand,
	GetManagedCertificateDetailsCommand,
	ListDistributionTenantsCommand,
	ListDomainConflictsCommand,
	UpdateDistributionTenantCommand,
	UpdateDomainAssociationCommand,
	VerifyDnsConfigurationCommand,
} from "@aws-sdk/client-cloudfront";
import { type Check, refused, type Suite, there } from "../check.ts";
import { aTenant, made } from "./cloudfront-tenant.ts";

const api = "https://docs.aws.amazon.com/cloudfront/latest/APIReference";
const create = "cloudfront:CreateDistributionTenant";

const checks: readonly Check[] = [
	{
		name: "a tenant is made with its domain and certificate, and is found by id, name and domain",
		operations: [create, "cloudfront:GetDistributionTenant", "cloudfront:GetDistributionTenantByDomain"],
		source: `${api}/API_CreateDistributionTenant.html`,
		async run(stage) {
			const { Id, created, domain, certificateArn, DistributionId, wanted, deployed } = await aTenant(stage);
			assert.deepEqual([created?.Name, created?.DistributionId, created?.Enabled], [wanted.Name, DistributionId, true]);
			assert.equal(created?.Customizations?.Certificate?.Arn, certificateArn);
			const { DistributionTenant } = await deployed();
			assert.deepEqual(DistributionTenant?.Domains, [{ Domain: domain, Status: "active" }]);
			const { cloudfront } = stage.clients;
			const byName = await cloudfront.send(new GetDistributionTenantCommand({ Identifier: wanted.Name }));
			const byDomain = await cloudfront.send(new GetDistributionTenantByDomainCommand({ Domain: domain }));
			assert.deepEqual([byName.DistributionTenant?.Id, byDomain.DistributionTenant?.Id], [Id, Id]);
			assert(byDomain.ETag);
		},
	},
	{
		name: "a domain belongs to one tenant, a name to one",
		operations: [create],
		source: `${api}/API_CreateDistributionTenant.html`,
		async run(stage) {
			const { wanted } = await aTenant(stage);
			await refused(made(stage, { ...wanted, Name: stage.unique("tenant") }), "CNAMEAlreadyExists");
			const other = { ...wanted, Domains: [{ Domain: `a.${wanted.Domains?.[0]?.Domain}` }] };
			await refused(made(stage, other), "EntityAlreadyExists");
		},
	},
	{
		name: "a tenant changes under its ETag only",
		operations: ["cloudfront:UpdateDistributionTenant"],
		source: `${api}/API_UpdateDistributionTenant.html`,
		async run(stage) {
			const { Id, tenant, domain } = await aTenant(stage);
			const { cloudfront } = stage.clients;
			const { ETag } = await tenant();
			const Domains = [{ Domain: domain }, { Domain: `a.${domain}` }];
			const change = { Id, IfMatch: ETag, Domains };
			const told = await cloudfront.send(new UpdateDistributionTenantCommand(change));
			assert.deepEqual(
				told.DistributionTenant?.Domains?.map(({ Domain }) => Domain).sort(),
				[`a.${domain}`, domain].sort(),
			);
			assert.notEqual(told.ETag, ETag);
			await refused(cloudfront.send(new UpdateDistributionTenantCommand(change)), "PreconditionFailed");
		},
	},
	{
		name: "a tenant is deleted once it is disabled, and is not there any more",
		operations: ["cloudfront:DeleteDistributionTenant"],
		source: `${api}/API_DeleteDistributionTenant.html`,
		async run(stage) {
			const { Id, deployed, disable, tenant, remove } = await aTenant(stage);
			await deployed();
			const { ETag: IfMatch } = await tenant();
			const early = stage.clients.cloudfront.send(new DeleteDistributionTenantCommand({ Id, IfMatch }));
			await refused(early, "ResourceNotDisabled");
			await disable();
			await remove();
			await refused(tenant(), "EntityNotFound");
		},
	},
	{
		name: "a certificate that a tenant uses cannot be deleted",
		operations: ["acm:DeleteCertificate", create],
		source: "https://docs.aws.amazon.com/acm/latest/APIReference/API_DeleteCertificate.html",
		async run(stage) {
			const { certificateArn } = await aTenant(stage);
			const gone = new DeleteCertificateCommand({ CertificateArn: certificateArn });
			await refused(stage.clients.acm.send(gone), "ResourceInUseException");
		},
	},
	{
		name: "tenants are listed by distribution, page by page",
		operations: ["cloudfront:ListDistributionTenants"],
		source: `${api}/API_ListDistributionTenants.html`,
		async run(stage) {
			const first = await aTenant(stage);
			const { DistributionId } = first;
			const second = await aTenant(stage, { DistributionId });
			const found: string[] = [];
			let Marker: string | undefined;
			do {
				const asked = { AssociationFilter: { DistributionId }, MaxItems: 1, Marker };
				const page = await stage.clients.cloudfront.send(new ListDistributionTenantsCommand(asked));
				found.push(...(page.DistributionTenantList ?? []).map(({ Id }) => Id ?? ""));
				Marker = page.NextMarker;
			} while (Marker !== undefined && found.length < 50);
			for (const { Id } of [first, second]) assert.equal(found.filter((one) => one === Id).length, 1, found.join());
		},
	},
	{
		name: "an invalidation is taken for a tenant's paths",
		operations: ["cloudfront:CreateInvalidationForDistributionTenant"],
		source: `${api}/API_CreateInvalidationForDistributionTenant.html`,
		async run(stage) {
			const { Id } = await aTenant(stage);
			const InvalidationBatch = { CallerReference: stage.unique("i"), Paths: { Quantity: 1, Items: ["/*"] } };
			const asked = new CreateInvalidationForDistributionTenantCommand({ Id, InvalidationBatch });
			const { Invalidation } = await stage.clients.cloudfront.send(asked);
			assert.match(Invalidation?.Status ?? "", /^(InProgress|Completed)$/);
			assert.deepEqual(Invalidation?.InvalidationBatch?.Paths?.Items, ["/*"]);
		},
	},
	{
		name: "a managed certificate that a tenant has asked for tells its ARN, status and token host",
		operations: ["cloudfront:GetManagedCertificateDetails"],
		source: `${api}/API_GetManagedCertificateDetails.html`,
		async run(stage) {
			const { domain, wanted, certificateArn } = await aTenant(stage);
			const PrimaryDomainName = `a.${domain}`;
			const { Id: Identifier } = await made(stage, {
				...{ ...wanted, Name: stage.unique("tenant"), Domains: [{ Domain: PrimaryDomainName }] },
				ManagedCertificateRequest: { ValidationTokenHost: "cloudfront", PrimaryDomainName },
			});
			const asked = new GetManagedCertificateDetailsCommand({ Identifier });
			const { ManagedCertificateDetails: told } = await stage.clients.cloudfront.send(asked);
			assert.match(told?.CertificateArn ?? "", /^arn:aws:acm:us-east-1:/);
			assert.notEqual(told?.CertificateArn, certificateArn);
			assert.match(told?.CertificateStatus ?? "", /^(pending-validation|issued)$/);
			assert.equal(told?.ValidationTokenHost, "cloudfront");
		},
	},
	{
		name: "the DNS of a domain that leads nowhere is no valid configuration",
		operations: ["cloudfront:VerifyDnsConfiguration"],
		source: `${api}/API_VerifyDnsConfiguration.html`,
		async run(stage) {
			const { Id: Identifier, domain } = await aTenant(stage);
			const asked = new VerifyDnsConfigurationCommand({ Identifier, Domain: domain });
			const { DnsConfigurationList } = await stage.clients.cloudfront.send(asked);
			const [verdict] = there(DnsConfigurationList, "the verdicts");
			assert.equal(verdict?.Domain, domain);
			assert.match(verdict?.Status ?? "", /^(invalid|unknown)-configuration$/);
		},
	},
	{
		name: "a domain that another tenant has is a conflict of the tenant that asks",
		operations: ["cloudfront:ListDomainConflicts"],
		source: `${api}/API_ListDomainConflicts.html`,
		async run(stage) {
			const holder = await aTenant(stage);
			const { DistributionId, domain } = holder;
			const Domains = [{ Domain: `a.${domain}` }];
			const asker = await made(stage, { ...holder.wanted, DistributionId, Name: stage.unique("tenant"), Domains });
			const DomainControlValidationResource = { DistributionTenantId: asker.Id };
			const asked = new ListDomainConflictsCommand({ Domain: domain, DomainControlValidationResource });
			const { DomainConflicts } = await stage.clients.cloudfront.send(asked);
			const found = DomainConflicts?.map(({ Domain, ResourceType }) => [Domain, ResourceType]);
			assert.deepEqual(found, [[domain, "distribution-tenant"]]);
		},
	},
	{
		name: "a domain moves to another tenant",
		operations: ["cloudfront:UpdateDomainAssociation"],
		source: `${api}/API_UpdateDomainAssociation.html`,
		async run(stage) {
			const holder = await aTenant(stage);
			const { DistributionId, domain } = holder;
			const Domains = [{ Domain: `a.${domain}` }];
			const asker = await made(stage, { ...holder.wanted, DistributionId, Name: stage.unique("tenant"), Domains });
			await holder.disable();
			const { ETag: IfMatch } = await asker.deployed();
			const move = { Domain: domain, TargetResource: { DistributionTenantId: asker.Id }, IfMatch };
			const told = await stage.clients.cloudfront.send(new UpdateDomainAssociationCommand(move));
			assert.deepEqual([told.Domain, told.ResourceId], [domain, asker.Id]);
			const byDomain = new GetDistributionTenantByDomainCommand({ Domain: domain });
			assert.equal((await stage.clients.cloudfront.send(byDomain)).DistributionTenant?.Id, asker.Id);
		},
	},
	{
		name: "a tenant's connection group is found by id and by its routing endpoint",
		operations: ["cloudfront:GetConnectionGroup", "cloudfront:GetConnectionGroupByRoutingEndpoint"],
		source: `${api}/API_GetConnectionGroup.html`,
		async run(stage) {
			const { cloudfront } = stage.clients;
			const Identifier = stage.connectionGroupId ?? (await aTenant(stage)).created?.ConnectionGroupId;
			const { ConnectionGroup } = await cloudfront.send(new GetConnectionGroupCommand({ Identifier }));
			const RoutingEndpoint = there(ConnectionGroup?.RoutingEndpoint, "the routing endpoint");
			assert.match(RoutingEndpoint, /^d[0-9a-z]+\.cloudfront\.net$/);
			const asked = new GetConnectionGroupByRoutingEndpointCommand({ RoutingEndpoint });
			const byEndpoint = await cloudfront.send(asked);
			assert.equal(byEndpoint.ConnectionGroup?.Id, ConnectionGroup?.Id);
			const none = new GetConnectionGroupCommand({ Identifier: "cg_0000000000000000000000000" });
			await refused(cloudfront.send(none), "EntityNotFound");
		},
	},
];

/** CloudFront's SaaS Manager: distribution tenants. */
export const cloudfront: Suite = { service: "cloudfront", checks };
