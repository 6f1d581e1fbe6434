import { z } from "zod";
import { actors } from "./errors.ts";
import { type Operation, operationSchema } from "./operation.ts";
import { type Check, checkSchema } from "./wait.ts";

/** An operation as callers see it: how far it came, why it stopped, who has to act. */
export const operationViewSchema = operationSchema
	.omit({ stepsDone: true, hostnames: true, cancels: true, history: true })
	.extend({
		steps: z.array(
			z.object({
				name: z.string(),
				state: z.enum(["done", "current", "failed", "pending"]),
				doneAt: z.string().optional().meta({ description: "ISO time at which the step was first done." }),
			}),
		),
		waiting: z
			.object({
				kind: checkSchema.shape.kind,
				since: z.string(),
				lastSeen: z.string().nullable().meta({ description: "What the last look found." }),
				nextCheckAt: z.string(),
			})
			.nullable()
			.meta({
				description: "What the current step waits for, outside of Hostmaster. Shown for one operation, not in lists.",
			}),
		nextActor: z.enum(actors).nullable().meta({ description: "Who acts next; null when it is over well." }),
		fix: z.string().nullable(),
		canRetry: z.boolean().meta({ description: "Whether POST …/retry is accepted now." }),
	})
	.meta({ id: "Operation" });
export type OperationView = z.infer<typeof operationViewSchema>;

/** `check`: what the operation's parked task hangs on, where the caller has looked it up. */
export function operationView(operation: Operation, check?: Check): OperationView {
	const { stepsDone: _done, hostnames: _names, cancels: _cancelled, history: _history, ...rest } = operation;
	const open = operation.status === "queued" || operation.status === "running";
	return {
		...rest,
		steps: stepsOf(operation),
		waiting: check && operation.status === "running" ? waitingFor(check) : null,
		nextActor: operation.failure ? operation.failure.actor : open ? "hostmaster" : null,
		fix: operation.failure?.fix ?? null,
		canRetry: operation.status === "failed",
	};
}

function waitingFor({ kind, startedAt, lastSeen, nextCheckAt }: Check): OperationView["waiting"] {
	return { kind, since: startedAt, lastSeen: lastSeen ?? null, nextCheckAt };
}

/** A step that was done in an earlier attempt counts as done until the failure says otherwise. */
function stepsOf({ steps: names, status, stepsDone, failure }: Operation): OperationView["steps"] {
	const current = status === "running" ? names.find((name) => stepsDone[name] === undefined) : undefined;
	return names.map((name) => {
		if (name === failure?.step) return { name, state: "failed" };
		const doneAt = stepsDone[name];
		if (doneAt !== undefined) return { name, state: "done", doneAt };
		return { name, state: name === current ? "current" : "pending" };
	});
}
