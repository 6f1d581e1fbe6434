import type { routes } from "../../functions/api/routes.ts";
import { operationId, tenantId } from "../builders/entities.ts";

/** One that can be retried. */
export const failedOperationId = "op_01JZZZZZZZZZZZZZZZZZZZZZZF";

export const webhookId = "wh_01JZZZZZZZZZZZZZZZZZZZZZZZ";
export const importId = `imp_${"0".repeat(26)}`;

/** A request that its route takes as it stands, with every member that the route knows. */
export interface SoundRequest {
	pathParameters?: Record<string, string>;
	query?: Record<string, string>;
	headers?: Record<string, string>;
	body?: unknown;
}

const origin = { host: "acme.origins.example.net", port: 443, protocol: "https", pathPrefix: "/shop" };
const patch = {
	name: "Acme Ltd",
	externalRef: "cus_1",
	plan: "pro",
	origin,
	routes: [{ prefix: "/blog", origin }],
	config: { theme: "dark" },
};
const page = { limit: "10", cursor: "" };
const ofTenant = { pathParameters: { tenantId } };
const ofDomain = { pathParameters: { tenantId, hostname: "shop.acme.com" } };
const domain = {
	...{ hostname: "www.acme.com", validation: "dns", redirectTo: "shop.acme.com", primary: false },
	moveFrom: "dt_2abcdef",
};
const ofWebhook = { pathParameters: { webhookId } };
const ofImport = { pathParameters: { importId } };
const keyed = { headers: { "idempotency-key": "key-1" } };

/** One for each route; a new route needs a row here, and what is malformed of it follows from its schemas. */
export const soundRequests: Record<keyof typeof routes, SoundRequest> = {
	createTenant: { ...keyed, body: { slug: "fresh", ...patch, externalRef: "cus_new" } },
	listTenants: { query: { ...page, status: "active", externalRef: "cus_1" } },
	showTenant: ofTenant,
	updateTenant: { ...ofTenant, headers: { "if-match": '"3"' }, body: patch },
	suspendTenant: { ...ofTenant, ...keyed, body: { reason: "unpaid" } },
	resumeTenant: { ...ofTenant, ...keyed, body: { reason: "paid" } },
	renameTenant: { ...ofTenant, ...keyed, body: { slug: "renamed" } },
	deleteTenant: { ...ofTenant, query: { reason: "left" } },
	showHistory: { ...ofTenant, query: page },
	attachDomain: { ...ofTenant, ...keyed, body: domain },
	listDomains: ofTenant,
	showDomain: ofDomain,
	verifyDomain: ofDomain,
	makePrimary: { ...ofDomain, ...keyed },
	detachDomain: ofDomain,
	diagnoseDomain: { pathParameters: { hostname: "shop.acme.com" } },
	showUsage: { ...ofTenant, query: { month: "2026-11" } },
	checkSlug: { pathParameters: { slug: "acme" } },
	listOperations: { query: { ...page, status: "failed", tenantId } },
	showOperation: { pathParameters: { operationId } },
	retryOperation: { pathParameters: { operationId: failedOperationId } },
	pauseOperations: { body: { reason: "Route 53 is in trouble" } },
	resumeOperations: {},
	showReconciliation: {},
	runReconciliation: { body: { dryRun: true, force: false } },
	createImport: {
		...keyed,
		query: { dryRun: "true" },
		body: JSON.stringify({ slug: "imported", name: "Imported", origin: { host: origin.host } }),
	},
	listImports: { query: page },
	showImport: ofImport,
	listImportLines: { ...ofImport, query: { cursor: "", state: "new" } },
	createWebhook: {
		...keyed,
		body: { url: "https://billing.example.com/hostmaster", events: ["TenantActivated"], description: "Billing" },
	},
	listWebhooks: { query: page },
	showWebhook: ofWebhook,
	deleteWebhook: ofWebhook,
	testWebhook: ofWebhook,
	rotateWebhookSecret: ofWebhook,
	listDeliveries: { ...ofWebhook, query: page },
	showOpenapi: {},
	showHealth: {},
};
