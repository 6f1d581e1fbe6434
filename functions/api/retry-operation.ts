import { HostmasterError } from "../../domain/errors.ts";
import { operationView } from "../../domain/operation-view.ts";
import { readOperation } from "../../services/operations.ts";
import { retryOperation } from "../retry-operation.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.retryOperation, async ({ path: { operationId }, caller }) => {
	const operation = await readOperation(operationId);
	if (!operation) throw new HostmasterError("OperationNotFound", `There is no operation '${operationId}'.`);
	const retried = await retryOperation(operation, caller);
	return { body: operationView(retried), headers: { location: `/v1/operations/${retried.operationId}` } };
});
