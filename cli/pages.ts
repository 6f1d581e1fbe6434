import type { OperationView } from "../domain/operation-view.ts";
import type { TenantView } from "../domain/tenant-view.ts";
import { operationRoutes } from "../functions/api/contracts/operations.ts";
import { tenantRoutes } from "../functions/api/contracts/tenants.ts";
import type { Api } from "./api.ts";

/** Rows of a list, and whether there are more than were asked for. */
export interface Rows<Row> {
	rows: Row[];
	more: boolean;
}

/** The most that a page holds. */
const pageSize = 100;

export interface TenantFilter {
	status?: TenantView["status"] | undefined;
	externalRef?: string | undefined;
}

/** Tenants in order of creation, at most `most`. */
export function tenantsOf(api: Api, filter: TenantFilter, most: number): Promise<Rows<TenantView>> {
	return collect(most, async (page) => {
		const { tenants, next } = await api.call(tenantRoutes.listTenants, { query: { ...filter, ...page } });
		return { rows: tenants, next };
	});
}

export interface OperationFilter {
	status?: OperationView["status"] | undefined;
	tenantId?: string | undefined;
}

/** Operations in order of creation, at most `most`. */
export function operationsOf(api: Api, filter: OperationFilter, most: number): Promise<Rows<OperationView>> {
	return collect(most, async (page) => {
		const { operations, next } = await api.call(operationRoutes.listOperations, { query: { ...filter, ...page } });
		return { rows: operations, next };
	});
}

type Page<Row> = { rows: Row[]; next: string | null };

/** A page may be empty and still not the last one. */
async function collect<Row>(
	most: number,
	ask: (page: { limit: number; cursor?: string }) => Promise<Page<Row>>,
): Promise<Rows<Row>> {
	const rows: Row[] = [];
	let cursor: string | null = "";
	while (cursor !== null && rows.length < most) {
		const limit = Math.min(pageSize, most - rows.length);
		const page: Page<Row> = await ask({ limit, ...(cursor !== "" && { cursor }) });
		rows.push(...page.rows);
		cursor = page.next;
	}
	return { rows, more: cursor !== null };
}
