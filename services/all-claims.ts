import { z } from "zod";
import { type Claim, claimSchema } from "../domain/claim.ts";
import { hostnameStatuses } from "../domain/conditions.ts";
import type { Tenant } from "../domain/tenant.ts";
import { requireTime } from "./deadline.ts";
import { type List, lists, readPage } from "./lists.ts";
import { tenantRowSchema } from "./registry.ts";

// DynamoDB ends a page at 1 MB, which is some 500 claims.
const pageSize = 1_000;

/**
 * The registry's claims, one a hostname. Eventually consistent: one that changes its status while they are read may be missing, or
 * be as it was, so whoever acts on a claim reads its row again. Rows that do not parse are left out. Throws ServiceUnavailable after `endsMs`.
 */
export async function readAllClaims(endsMs: number): Promise<Claim[]> {
	const found = new Map<string, Claim>();
	const parts = await Promise.all(
		hostnameStatuses.map((status) => readWhole(lists.claims(status), claimSchema, endsMs)),
	);
	for (const claim of parts.flat()) {
		const other = found.get(claim.hostname);
		if (!other || other.revision < claim.revision) found.set(claim.hostname, claim);
	}
	return [...found.values()];
}

/** The tenants by their ids, as `readAllClaims` reads claims. */
export async function readAllTenants(endsMs: number): Promise<Map<string, Tenant>> {
	const tenants = await readWhole(lists.tenants, tenantRowSchema, endsMs);
	return new Map(tenants.map((tenant) => [tenant.tenantId, tenant]));
}

/** Ids of the tenants that have an operation which has not ended, apart from those of their custom domains. Eventually consistent. */
export async function tenantsUnderWay(endsMs: number): Promise<Set<string>> {
	const row = z.object({ tenantId: z.string(), kind: z.string() });
	const open = (["queued", "running"] as const).map((status) => readWhole(lists.operationsIn(status), row, endsMs));
	const operations = (await Promise.all(open)).flat().filter(({ kind }) => !kind.endsWith("-domain"));
	return new Set(operations.map(({ tenantId }) => tenantId));
}

async function readWhole<T>(list: List, schema: z.ZodType<T>, endsMs: number): Promise<T[]> {
	const found: T[] = [];
	let after: Record<string, unknown> | undefined;
	do {
		requireTime(endsMs, "Reading the registry");
		const page = await readPage(list, schema, { after, limit: pageSize });
		found.push(...page.items);
		after = page.next;
	} while (after);
	return found;
}
