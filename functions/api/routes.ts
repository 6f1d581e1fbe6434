import { domainRoutes } from "./contracts/domains.ts";
import { importRoutes } from "./contracts/imports.ts";
import { operationRoutes } from "./contracts/operations.ts";
import { platformRoutes } from "./contracts/platform.ts";
import { reconciliationRoutes } from "./contracts/reconciliation.ts";
import type { Route } from "./contracts/route.ts";
import { tenantRoutes } from "./contracts/tenants.ts";
import { usageRoutes } from "./contracts/usage.ts";
import { webhookRoutes } from "./contracts/webhooks.ts";

/** Every route: the gateway's (serverless.yml), the validation's and the OpenAPI document's one list. */
export const routes = {
	...tenantRoutes,
	...domainRoutes,
	...usageRoutes,
	...operationRoutes,
	...reconciliationRoutes,
	...importRoutes,
	...webhookRoutes,
	...platformRoutes,
} as const satisfies Record<string, Route>;
