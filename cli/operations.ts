import { type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { operationStatuses } from "../domain/operation.ts";
import type { OperationView } from "../domain/operation-view.ts";
import { operationRoutes } from "../functions/api/contracts/operations.ts";
import type { Context } from "./context.ts";
import { CommandFailed } from "./failures.ts";
import { findTenant } from "./find-tenant.ts";
import { follow } from "./follow.ts";
import { exitOf, operationsText, operationText, tellAccepted } from "./operation-text.ts";
import { allOption, limitOption, timeoutOption, watchOption } from "./options.ts";
import { operationsOf } from "./pages.ts";
import type { Watching } from "./settle.ts";

/** `hostmaster operations …` */
export function addOperationCommands(program: CommandUnknownOpts, context: Context): void {
	const operations = program.command("operations").description("accepted changes, each followed to its end");
	addList(operations, context);
	operations
		.command("show")
		.description("an operation: steps done, the failed step, its error, who has to act")
		.argument("<operation>", "its id")
		.addOption(watchOption())
		.addOption(timeoutOption())
		.action(async (operationId, watching) => {
			const operation = await context.api().call(operationRoutes.showOperation, { path: { operationId } });
			await conclude(context, operation, watching);
		});
	operations
		.command("retry")
		.description("let a failed operation go on at its failed step, or begin a new attempt when it cannot")
		.argument("<operation>", "its id")
		.addOption(watchOption())
		.addOption(timeoutOption())
		.action(async (operationId, watching) => {
			await conclude(context, await retry(context, operationId), watching);
		});
}

function addList(operations: CommandUnknownOpts, { api, answer, paint, tell }: Context): void {
	operations
		.command("list")
		.description("operations, in order of creation")
		.addOption(new Option("--status <status>", "only those that stand so").choices(operationStatuses))
		.option("--tenant <tenant>", "only those of this tenant: its id, slug or hostname")
		.addOption(limitOption())
		.addOption(allOption())
		.action(async ({ status, tenant, limit, all }) => {
			const tenantId = tenant === undefined ? undefined : (await findTenant(api(), tenant)).tenantId;
			const { rows, more } = await operationsOf(api(), { status, tenantId }, all ? Number.POSITIVE_INFINITY : limit);
			answer({ value: { operations: rows, more }, text: operationsText(rows, paint.result) });
			if (more) tell("There are more: --all, or a larger --limit.");
		});
}

/** A retry has no key: when its first answer was lost, the second says that nothing has failed any more. */
async function retry({ api }: Context, operationId: string): Promise<OperationView> {
	const path = { operationId };
	try {
		return await api().call(operationRoutes.retryOperation, { path });
	} catch (error) {
		const isOwn =
			error instanceof CommandFailed && error.attempts > 1 && error.report.type === "/errors/operation-not-failed";
		if (!isOwn) throw error;
		return api().call(operationRoutes.showOperation, { path });
	}
}

/** Shows an operation; with --watch not before its end. */
async function conclude(context: Context, seen: OperationView, { watch, timeout }: Watching): Promise<void> {
	if (watch) tellAccepted(context, seen);
	const operation = watch ? await follow(context, seen.operationId, { timeoutSeconds: timeout }) : seen;
	const text = operationText(operation, context.paint.result, context.world.now());
	context.answer({ value: operation, text, exit: exitOf(operation) });
}
