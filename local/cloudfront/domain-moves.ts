import { AwsError, type Caller } from "../aws/service.ts";
import type { Clock } from "../clock.ts";
import type { Declared } from "./declared.ts";
import type { Ownership } from "./ownership.ts";
import type { TenantTable } from "./tenant-table.ts";
import type { Tenants } from "./tenants.ts";

export interface DomainMovesOptions {
	table: TenantTable;
	tenants: Tenants;
	declared: Declared;
	ownership: Ownership;
	clock: Clock;
}

/** https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DomainConflict.html */
export interface DomainConflict {
	Domain: string;
	ResourceType: "distribution" | "distribution-tenant";
	/** Only their ends are told. */
	ResourceId: string;
	AccountId: string;
}

/** Who has a domain, and how it goes to another tenant; throws AwsError as the API does. */
export function createDomainMoves({ table, tenants, declared, ownership, clock }: DomainMovesOptions) {
	/** The asking tenant, which must have a certificate for the domain: that is what shows whose it is. */
	function requireControl(domain: string, tenantId: string, caller: Caller) {
		const tenant = tenants.get(tenantId, caller);
		if (tenant.certificateArn === undefined) {
			throw new AwsError("InvalidArgument", `${tenantId} has no certificate that covers the domain ${domain}.`);
		}
		ownership.requireCertificate([domain], tenant.certificateArn, caller);
		return tenant;
	}

	return {
		/** https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ListDomainConflicts.html */
		conflicts(domain: string, tenantId: string, caller: Caller): DomainConflict[] {
			requireControl(domain, tenantId, caller);
			const own = declared.withAlias(domain);
			const holder = table.withDomain(domain);
			const found = (ResourceType: DomainConflict["ResourceType"], id: string, accountId: string) => ({
				...{ Domain: domain, ResourceType },
				...{ ResourceId: masked(id, id.length - 10), AccountId: masked(accountId, 6) },
			});
			return [
				...(own ? [found("distribution", own.id, caller.accountId)] : []),
				...(holder && holder.id !== tenantId ? [found("distribution-tenant", holder.id, holder.accountId)] : []),
				...(table.isElsewhere(domain) ? [found("distribution", "E2ELSEWHERE000", "999999999999")] : []),
			];
		},
		/** Takes the domain from the tenant that has it. https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDomainAssociation.html */
		move(domain: string, targetId: string, ifMatch: string | undefined, caller: Caller): { etag: string; id: string } {
			const target = requireControl(domain, targetId, caller);
			tenants.requireVersion(target, ifMatch);
			const source = table.withDomain(domain);
			if (!source) throw new AwsError("EntityNotFound", `No distribution tenant has the domain ${domain}.`, 404);
			if (source.id === target.id) return { etag: tenants.etagOf(target), id: target.id };
			if (source.enabled || source.deployedAtMs > clock.now()) {
				throw new AwsError(
					"InvalidArgument",
					"The source distribution tenant must be disabled before its domain is moved.",
				);
			}
			tenants.save(source, { domains: source.domains.filter((other) => other !== domain) });
			const moved = tenants.save(target, { domains: [...target.domains, domain] });
			return { etag: tenants.etagOf(moved), id: moved.id };
		},
	};
}

function masked(text: string, hidden: number): string {
	return "*".repeat(Math.max(0, hidden)) + text.slice(Math.max(0, hidden));
}
