import { z } from "zod";
import type { Store } from "../store.ts";

/** What of a tenant is to be seen from outside. */
const servingSchema = z.object({
	enabled: z.boolean(),
	certificateArn: z.string().optional(),
});
type Serving = z.infer<typeof servingSchema>;

/** A distribution tenant as it is kept; times are epoch milliseconds. */
export const tenantSchema = servingSchema.extend({
	id: z.string(),
	accountId: z.string(),
	distributionId: z.string(),
	connectionGroupId: z.string(),
	name: z.string(),
	/** Lower case; none once the last has been moved away. */
	domains: z.array(z.string()),
	parameters: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
	/** The certificate that CloudFront gets itself, whether or not it is served with. */
	managed: z.object({ arn: z.string(), tokenHost: z.string() }).optional(),
	tags: z.array(z.object({ Key: z.string(), Value: z.string() })),
	createdMs: z.number(),
	modifiedMs: z.number(),
	/** From when its last change is everywhere. */
	deployedAtMs: z.number(),
	/** How it is served until then; not at all when it is new. */
	previous: servingSchema.optional(),
	/** Of the ETag. */
	version: z.int().positive(),
});
/** A distribution tenant as it is kept. */
export type Tenant = z.infer<typeof tenantSchema>;

/** How the edges serve it at the moment: the last state that is everywhere. */
export function servingOf(tenant: Tenant, nowMs: number): Serving {
	return tenant.deployedAtMs > nowMs ? (tenant.previous ?? { enabled: false }) : tenant;
}

/** CloudFront's durable state. Of a store there is one at a time: it remembers what it wrote. */
export type TenantTable = ReturnType<typeof tenantTable>;

export function tenantTable(store: Store) {
	store.exec("CREATE TABLE IF NOT EXISTS cloudfront_tenants (id TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT");
	store.exec("CREATE TABLE IF NOT EXISTS cloudfront_elsewhere (domain TEXT PRIMARY KEY) STRICT");
	const row = z.object({ json: z.string() }).transform(({ json }) => tenantSchema.parse(JSON.parse(json)));
	const tenants = new Map<string, Tenant>();
	const holders = new Map<string, string>();
	const remember = (tenant: Tenant) => {
		tenants.set(tenant.id, tenant);
		for (const domain of tenant.domains) holders.set(domain, tenant.id);
	};
	const forget = (id: string) => {
		for (const domain of tenants.get(id)?.domains ?? []) if (holders.get(domain) === id) holders.delete(domain);
	};
	const kept = store.prepare("SELECT json FROM cloudfront_tenants ORDER BY rowid").all();
	for (const tenant of z.array(row).parse(kept)) remember(tenant);
	const elsewhere = z.array(z.object({ domain: z.string() }));
	const others = elsewhere.parse(store.prepare("SELECT domain FROM cloudfront_elsewhere").all());
	const foreign = new Set(others.map(({ domain }) => domain));

	return {
		/** In the order of making. */
		all: (): Tenant[] => [...tenants.values()],
		get: (id: string): Tenant | undefined => tenants.get(id),
		/** Domains are unique across all accounts. */
		withDomain: (domain: string): Tenant | undefined => tenants.get(holders.get(domain) ?? ""),
		save(tenant: Tenant): void {
			store
				.prepare(
					"INSERT INTO cloudfront_tenants (id, json) VALUES (?, ?) ON CONFLICT DO UPDATE SET json = excluded.json",
				)
				.run(tenant.id, JSON.stringify(tenant));
			forget(tenant.id);
			remember(tenant);
		},
		remove(id: string): void {
			store.prepare("DELETE FROM cloudfront_tenants WHERE id = ?").run(id);
			forget(id);
			tenants.delete(id);
		},
		/** Whether somebody whose account is not here has the domain at CloudFront. */
		isElsewhere: (domain: string): boolean => foreign.has(domain),
		setElsewhere(domain: string, on: boolean): void {
			const change = on
				? "INSERT OR IGNORE INTO cloudfront_elsewhere VALUES (?)"
				: "DELETE FROM cloudfront_elsewhere WHERE domain = ?";
			store.prepare(change).run(domain);
			if (on) foreign.add(domain);
			else foreign.delete(domain);
		},
	};
}
