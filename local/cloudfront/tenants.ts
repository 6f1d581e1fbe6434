import { randomBytes } from "node:crypto";
import type { Acm } from "../acm/acm.ts";
import { AwsError, type Caller } from "../aws/service.ts";
import type { Clock } from "../clock.ts";
import type { Declared } from "./declared.ts";
import type { Ownership } from "./ownership.ts";
import type { Creation, Update } from "./requests.ts";
import { servingOf, type Tenant, type TenantTable } from "./tenant-table.ts";

export interface TenantsOptions {
	table: TenantTable;
	acm: Acm;
	clock: Clock;
	declared: Declared;
	ownership: Ownership;
	/** How long a change is InProgress. */
	deployMs: number;
}

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-distribution-tenants
const quotas = { tenantsPerAccount: 10_000, domainsPerTenant: 100, parametersPerTenant: 5 };

/** What CloudFront does with distribution tenants; throws AwsError as the API does. */
export type Tenants = ReturnType<typeof createTenants>;

export function createTenants({ table, acm, clock, declared, ownership, deployMs }: TenantsOptions) {
	/** By id, ARN or name. */
	const owned = (identifier: string, { accountId }: Caller): Tenant => {
		const id = identifier.slice(identifier.lastIndexOf("/") + 1);
		const own = (tenant: Tenant | undefined) => (tenant?.accountId === accountId ? tenant : undefined);
		const tenant = own(table.get(id)) ?? table.all().find((one) => one.name === identifier && own(one));
		if (tenant) return tenant;
		throw new AwsError("EntityNotFound", `The distribution tenant ${identifier} does not exist.`, 404);
	};

	/** CloudFront writes the tenant too, as its certificate gets on: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ManagedCertificateDetails.html */
	const etagOf = ({ id, version, managed }: Tenant): string =>
		`E${id.slice(3, 9).toUpperCase()}${version}${managed && acm.statusOf(managed.arn) === "ISSUED" ? "I" : ""}`;

	function requireVersion(tenant: Tenant, ifMatch: string | undefined): void {
		if (ifMatch === undefined) throw new AwsError("InvalidIfMatchVersion", "The If-Match version is missing.");
		if (ifMatch === etagOf(tenant)) return;
		throw new AwsError("PreconditionFailed", "The request's If-Match is not the tenant's present version.", 412);
	}

	function requireFree(domains: readonly string[], self: string | undefined): void {
		for (const domain of domains) {
			const holder = table.withDomain(domain);
			const isTaken = (holder && holder.id !== self) || table.isElsewhere(domain) || declared.withAlias(domain);
			if (!isTaken) continue;
			const told = `One or more of the CNAMEs you provided are already associated with a different resource: ${domain}.`;
			throw new AwsError("CNAMEAlreadyExists", told, 409);
		}
	}

	function requireModesty({ Domains, Parameters }: Pick<Update, "Domains" | "Parameters">): void {
		const tooMany = (Domains?.member.length ?? 0) > quotas.domainsPerTenant;
		if (!tooMany && (Parameters?.member.length ?? 0) <= quotas.parametersPerTenant) return;
		const what = tooMany ? `${quotas.domainsPerTenant} domains` : `${quotas.parametersPerTenant} parameters`;
		throw new AwsError("EntityLimitExceeded", `A distribution tenant has at most ${what}.`);
	}

	/** A control over HTTP proves nothing of a wildcard: https://docs.aws.amazon.com/acm/latest/userguide/http-validation.html */
	function requestManaged(
		request: NonNullable<Creation["ManagedCertificateRequest"]>,
		domains: string[],
		caller: Caller,
	) {
		const [first = ""] = domains;
		const name = request.PrimaryDomainName?.toLowerCase() ?? first;
		const isFit = domains.includes(name) && !name.startsWith("*.") && request.ValidationTokenHost === "cloudfront";
		if (isFit) return { arn: acm.requestManaged(name, caller), tokenHost: request.ValidationTokenHost };
		const told =
			"The local CloudFront gets certificates for one of the tenant's domains, no wildcard, and serves the token itself.";
		throw new AwsError("InvalidArgument", told);
	}

	function save(before: Tenant, change: Partial<Tenant>): Tenant {
		const now = clock.now();
		const { enabled, certificateArn } = servingOf(before, now);
		const after: Tenant = {
			...{ ...before, ...change, modifiedMs: now, deployedAtMs: now + deployMs, version: before.version + 1 },
			previous: { enabled, ...(certificateArn !== undefined && { certificateArn }) },
		};
		table.save(after);
		if (before.certificateArn !== after.certificateArn) acm.detach(arnOf(after));
		if (after.certificateArn !== undefined) acm.attach(after.certificateArn, arnOf(after));
		return after;
	}

	return {
		...{ get: owned, etagOf, requireVersion, save },
		async create(wanted: Creation, caller: Caller): Promise<Tenant> {
			const { accountId } = caller;
			const domains = wanted.Domains.member.map(({ Domain }) => Domain);
			const arn = wanted.Customizations?.Certificate?.Arn;
			const request = wanted.ManagedCertificateRequest;
			requireModesty(wanted);
			declared.requireMultiTenant(wanted.DistributionId);
			if (wanted.ConnectionGroupId !== undefined) declared.group(wanted.ConnectionGroupId);
			requireFree(domains, undefined);
			const requireName = () => {
				const own = table.all().filter((tenant) => tenant.accountId === accountId);
				if (own.some(({ name }) => name === wanted.Name)) {
					throw new AwsError("EntityAlreadyExists", `The name ${wanted.Name} is in use.`, 409);
				}
				if (own.length < quotas.tenantsPerAccount) return;
				throw new AwsError("EntityLimitExceeded", "The account has as many distribution tenants as it may.");
			};
			requireName();
			if (arn === undefined) await ownership.requireTraffic(domains);
			else ownership.requireCertificate(domains, arn, caller);
			// Somebody may have been faster while DNS was asked.
			requireFree(domains, undefined);
			requireName();
			const now = clock.now();
			const tenant: Tenant = {
				...{ id: `dt_${randomBytes(13).toString("hex")}`, accountId, domains, enabled: wanted.Enabled, version: 1 },
				...{ distributionId: wanted.DistributionId, name: wanted.Name },
				connectionGroupId: wanted.ConnectionGroupId ?? "default",
				...(arn !== undefined && { certificateArn: arn }),
				...(request && { managed: requestManaged(request, domains, caller) }),
				...{ parameters: wanted.Parameters?.member ?? [], tags: wanted.Tags?.Items?.Tag ?? [] },
				...{ createdMs: now, modifiedMs: now, deployedAtMs: now + deployMs },
			};
			table.save(tenant);
			if (arn !== undefined) acm.attach(arn, arnOf(tenant));
			return tenant;
		},
		withDomain(domain: string, caller: Caller): Tenant {
			const tenant = table.withDomain(domain.toLowerCase());
			if (tenant?.accountId === caller.accountId) return tenant;
			throw new AwsError("EntityNotFound", `No distribution tenant has the domain ${domain}.`, 404);
		},
		list: ({ accountId }: Caller): Tenant[] => table.all().filter((tenant) => tenant.accountId === accountId),
		async update(id: string, ifMatch: string | undefined, change: Update, caller: Caller): Promise<Tenant> {
			const tenant = owned(id, caller);
			requireVersion(tenant, ifMatch);
			requireModesty(change);
			if (change.DistributionId !== undefined) declared.requireMultiTenant(change.DistributionId);
			const domains = change.Domains?.member.map(({ Domain }) => Domain) ?? tenant.domains;
			const arn = change.Customizations?.Certificate?.Arn ?? tenant.certificateArn;
			requireFree(domains, tenant.id);
			const added = domains.filter((domain) => !tenant.domains.includes(domain));
			if (arn === undefined) await ownership.requireTraffic(added);
			// One whose certificate has ended can be put out of service all the same.
			else if (change.Enabled !== false || added.length > 0) ownership.requireCertificate(domains, arn, caller);
			// Changed meanwhile?
			requireVersion(owned(id, caller), ifMatch);
			requireFree(domains, tenant.id);
			const request = change.ManagedCertificateRequest;
			return save(tenant, {
				...{ domains, enabled: change.Enabled ?? tenant.enabled },
				connectionGroupId: change.ConnectionGroupId ?? tenant.connectionGroupId,
				...(arn !== undefined && { certificateArn: arn }),
				...(request && { managed: requestManaged(request, domains, caller) }),
				...(change.Parameters && { parameters: change.Parameters.member }),
			});
		},
		remove(id: string, ifMatch: string | undefined, caller: Caller): void {
			const tenant = owned(id, caller);
			requireVersion(tenant, ifMatch);
			if (tenant.enabled || tenant.deployedAtMs > clock.now()) {
				throw new AwsError("ResourceNotDisabled", "The distribution tenant is not disabled everywhere yet.", 409);
			}
			table.remove(tenant.id);
			acm.detach(arnOf(tenant));
		},
		/** The domain of a tenant that answers for a hostname now, and its certificate: the name's own before a wildcard's. */
		servedAt(hostname: string): { domain: string; certificateArn: string } | undefined {
			for (const domain of [hostname, `*${hostname.slice(hostname.indexOf("."))}`]) {
				const tenant = table.withDomain(domain);
				const { enabled, certificateArn } = tenant ? servingOf(tenant, clock.now()) : { enabled: false };
				if (enabled && certificateArn !== undefined) return { domain, certificateArn };
			}
			return undefined;
		},
	};
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudfront.html#amazoncloudfront-resources-for-iam-policies */
export function arnOf({ accountId, id }: Tenant): string {
	return `arn:aws:cloudfront::${accountId}:distribution-tenant/${id}`;
}
