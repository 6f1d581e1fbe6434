import type { ProofKind, Validation } from "../domain/custom-domain.ts";
import type { CustomHostname } from "../domain/custom-hostname.ts";
import { type DomainRelation, proofsFor, relationOf } from "../domain/domain-relations.ts";
import { HostmasterError } from "../domain/errors.ts";
import type { TransactItem } from "../services/dynamodb.ts";
import { neighbourhoodPut, readNeighbourhood } from "../services/neighbours.ts";

/** What a new domain has to mind of those around it, and the write by which that still holds when it is accepted. */
export interface Surroundings {
	proofs: ProofKind[];
	imitates: string[];
	also: TransactItem[];
}

/** Looks around a hostname that `tenantId` wants. Throws DomainTaken when it overlaps with another tenant's (R4). */
export async function neighboursOf(
	{ hostname, isApex, wildcard }: CustomHostname,
	validation: Validation,
	tenantId: string,
	endpoint: string | undefined,
): Promise<Surroundings> {
	const neighbourhood = await readNeighbourhood(hostname);
	const relation = relationOf(hostname, neighbourhood.others, tenantId);
	refuseOverlap(hostname, relation);
	return {
		proofs: proofsFor({ validation, isApex, wildcard, relation, direct: endpoint !== undefined }),
		imitates: [...relation.imitates],
		also: [neighbourhoodPut(neighbourhood, hostname)],
	};
}

/** A name that is simply taken is told by its own claim; who asks does not learn whose the other is. */
export function refuseOverlap(hostname: string, relation: DomainRelation): void {
	if (relation.state !== "refused" || relation.rule !== "overlaps-another-tenant") return;
	const detail = `'${hostname}' overlaps with a domain of another tenant: a wildcard and a name beneath it are never two tenants'.`;
	throw new HostmasterError("DomainTaken", detail, { field: "hostname", rule: relation.rule });
}
