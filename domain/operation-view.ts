import { z } from "zod";
import { actors } from "./errors.ts";
import { type Operation, operationSchema, operationSteps } from "./operation.ts";

/** An operation as callers see it: how far it came, why it stopped, who has to act. */
export const operationViewSchema = operationSchema
	.omit({ stepsDone: true })
	.extend({
		steps: z.array(
			z.object({
				name: z.string(),
				state: z.enum(["done", "current", "failed", "pending"]),
				doneAt: z.string().optional().meta({ description: "ISO time at which the step was first done." }),
			}),
		),
		nextActor: z.enum(actors).nullable().meta({ description: "Who acts next; null when it is over well." }),
		fix: z.string().nullable(),
		canRetry: z.boolean().meta({ description: "Whether POST …/retry is accepted now." }),
	})
	.meta({ id: "Operation" });
export type OperationView = z.infer<typeof operationViewSchema>;

export function operationView(operation: Operation): OperationView {
	const { stepsDone, ...rest } = operation;
	const open = operation.status === "queued" || operation.status === "running";
	return {
		...rest,
		steps: stepsOf(operation),
		nextActor: operation.failure ? operation.failure.actor : open ? "hostmaster" : null,
		fix: operation.failure?.fix ?? null,
		canRetry: operation.status === "failed",
	};
}

/** A step that was done in an earlier attempt counts as done until the failure says otherwise. */
function stepsOf({ kind, status, stepsDone, failure }: Operation): OperationView["steps"] {
	const names: readonly string[] = operationSteps[kind];
	const current = status === "running" ? names.find((name) => stepsDone[name] === undefined) : undefined;
	return names.map((name) => {
		if (name === failure?.step) return { name, state: "failed" };
		const doneAt = stepsDone[name];
		if (doneAt !== undefined) return { name, state: "done", doneAt };
		return { name, state: name === current ? "current" : "pending" };
	});
}
