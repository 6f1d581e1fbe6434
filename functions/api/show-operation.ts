import { HostmasterError } from "../../domain/errors.ts";
import { operationView } from "../../domain/operation-view.ts";
import { readOperation } from "../../services/operations.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.showOperation, async ({ path: { operationId } }) => {
	const operation = await readOperation(operationId);
	if (!operation) throw new HostmasterError("OperationNotFound", `There is no operation '${operationId}'.`);
	return { body: operationView(operation) };
});
