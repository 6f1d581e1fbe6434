import { z } from "zod";
import type { Claim } from "../../domain/claim.ts";
import { type Condition, type ConditionType, withCondition } from "../../domain/conditions.ts";
import { executionInputSchema } from "../../domain/execution-input.ts";
import type { Wait } from "../../domain/wait.ts";
import { changeClaim, liveClaim } from "../../services/claims.ts";
import { isoNow } from "../../services/clock.ts";
import type { TransactItem } from "../../services/dynamodb.ts";
import { stepDone } from "../../services/operations.ts";

/** What a Task state of ours hands to its function. */
const taskSchema = z.object({
	input: executionInputSchema,
	state: z.string(),
	execution: z.string(),
	taskToken: z.string().optional(),
});
export type Task = z.infer<typeof taskSchema>;

/**
 * A workflow step: reads the task, re-reads the claim, and acts only for the generation that counts (R3). Throws Superseded when
 * it does not, and whatever `act` throws; nothing is caught, so that the state fails and can be redriven (R1).
 */
export function defineStep(
	act: (task: Task, claim: Claim, startedAt: string) => Promise<void>,
	readCurrent: (hostname: string, generation: number) => Promise<Claim> = liveClaim,
): (event: unknown) => Promise<object> {
	return async (event) => {
		const startedAt = isoNow();
		const task = taskSchema.parse(event);
		await act(task, await readCurrent(task.input.hostname, task.input.generation), startedAt);
		return {};
	};
}

/** What is known of a hostname once a step is through; true unless it says otherwise. */
export type Findings = Partial<
	Record<ConditionType, Omit<Condition, "since" | "status"> & Partial<Pick<Condition, "status">>>
>;

/**
 * Records a finished step: its conditions become true and the operation shows it, in one transaction. `findings`: what they are, or how they
 * follow from the claim as it stands when it is written. Safe to repeat.
 */
export async function recordDone(
	step: { hostname: string; generation: number; operationId: string; state: string },
	findings: Findings | ((claim: Claim) => Findings),
	also: readonly TransactItem[] = [],
): Promise<void> {
	const now = isoNow();
	const done = stepDone(step.operationId, step.state, now);
	const found = (claim: Claim) => (typeof findings === "function" ? findings(claim) : findings);
	await changeClaim(step, (claim) => withFindings(claim, found(claim), now), [done, ...also]);
}

/** The claim with what was found. */
export function withFindings(claim: Claim, findings: Findings, now: string): Claim {
	let { conditions } = claim;
	for (const [type, finding] of Object.entries(findings)) {
		// Object.entries forgets the key type that Findings has.
		conditions = withCondition(conditions, type as ConditionType, { status: "true", ...finding }, now);
	}
	return { ...claim, conditions, updatedAt: now };
}

/** The wait that a parked task hangs on a check; `parkedAt` is when its function began, before any call that may be slow. Throws when the state is not one that waits for a token. */
export function waitOf({ input, state, execution, taskToken }: Task, parkedAt: string): Wait {
	if (taskToken === undefined) throw new Error(`The state ${state} hands no task token to its function.`);
	const { hostname, tenantId, operationId, generation } = input;
	return { taskToken, parkedAt, execution, state, generation, hostname, tenantId, operationId };
}
