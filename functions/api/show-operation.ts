import { HostmasterError } from "../../domain/errors.ts";
import { operationView } from "../../domain/operation-view.ts";
import { readOperation } from "../../services/operations.ts";
import { checkOf } from "../../services/waits.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.showOperation, async ({ path: { operationId } }) => {
	const operation = await readOperation(operationId);
	if (!operation) throw new HostmasterError("OperationNotFound", `There is no operation '${operationId}'.`);
	const check = operation.status === "running" ? await checkOf(operationId) : undefined;
	return { body: operationView(operation, check) };
});
