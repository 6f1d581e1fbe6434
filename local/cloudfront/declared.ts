import { AwsError } from "../aws/service.ts";

/** A distribution that a stack has made. */
export interface DeclaredDistribution {
	id: string;
	domainName: string;
	/** Lower case. */
	aliases: readonly string[];
	/** Whether it serves by distribution tenants only. */
	isMultiTenant: boolean;
}

/** A connection group that a stack has made. */
export interface DeclaredGroup {
	id: string;
	name: string;
	arn: string;
	routingEndpoint: string;
}

/** What stacks have made that tenants build on; every process is told of it anew. */
export type Declared = ReturnType<typeof createDeclared>;

export function createDeclared() {
	const distributions = new Map<string, DeclaredDistribution>();
	const groups = new Map<string, DeclaredGroup>();
	return {
		addDistribution: (distribution: DeclaredDistribution) => void distributions.set(distribution.id, distribution),
		addGroup: (group: DeclaredGroup) => void groups.set(group.id, group),
		forget(id: string): void {
			distributions.delete(id);
			groups.delete(id);
		},
		/** The distribution that has the name as its own alternate name. */
		withAlias: (domain: string) => [...distributions.values()].find(({ aliases }) => aliases.includes(domain)),
		/** Throws EntityNotFound, and InvalidArgument for one that takes no tenants. */
		requireMultiTenant(id: string): void {
			const found = distributions.get(id);
			if (!found) throw new AwsError("EntityNotFound", `The distribution ${id} does not exist.`, 404);
			if (found.isMultiTenant) return;
			throw new AwsError("InvalidArgument", `The distribution ${id} is not a multi-tenant distribution.`);
		},
		/** By id or ARN, or by its endpoint. Throws EntityNotFound. */
		group(identifier: string): DeclaredGroup {
			const names = ({ id, arn, routingEndpoint }: DeclaredGroup) => [id, arn, routingEndpoint];
			const found = [...groups.values()].find((group) => names(group).includes(identifier));
			if (found) return found;
			throw new AwsError("EntityNotFound", `The connection group ${identifier} does not exist.`, 404);
		},
	};
}
