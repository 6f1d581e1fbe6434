import type { OperationView } from "../domain/operation-view.ts";
import type { TenantView } from "../domain/tenant-view.ts";
import { tenantRoutes } from "../functions/api/contracts/tenants.ts";
import type { Context } from "./context.ts";
import { follow } from "./follow.ts";
import { exitOf, failureLines, tellAccepted } from "./operation-text.ts";
import { tenantSummary } from "./tenant-text.ts";

export interface Watching {
	watch?: true | undefined;
	/** Seconds. */
	timeout: number;
}

/** What the API answers to a change that it takes up. */
export interface Accepted {
	tenant: TenantView;
	operation: OperationView;
}

/** Says what was accepted; with --watch not before its end, and how the tenant stands then. */
export async function settle(context: Context, accepted: Accepted, { watch, timeout }: Watching): Promise<void> {
	const { paint, api, answer } = context;
	const { operationId, kind, hostname } = accepted.operation;
	if (!watch) {
		const head = `${paint.result.bold(operationId)} ${kind} ${hostname}  accepted`;
		answer({ value: accepted, text: `${head}\nSee on: hostmaster operations show ${operationId} --watch` });
		return;
	}
	tellAccepted(context, accepted.operation);
	const operation = await follow(context, operationId, { timeoutSeconds: timeout });
	const { tenantId } = accepted.tenant;
	const tenant = await api().call(tenantRoutes.showTenant, { path: { tenantId } });
	const text = [tenantSummary(tenant, paint.result), ...failureLines(operation, paint.result)].join("\n");
	answer({ value: { tenant, operation }, text, exit: exitOf(operation) });
}
