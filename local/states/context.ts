import type { Execution, Thread } from "./execution.ts";
import type { Json, JsonObject } from "./json.ts";

/** The context object, `$states.context` (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html). */
export function contextOf(execution: Execution, thread: Thread, task?: { token: string }): Json {
	const { arn, input, name, roleArn, startedAtMs, redriveCount, redrivenAtMs } = execution;
	const context: JsonObject = {
		Execution: {
			Id: arn,
			Input: input,
			Name: name,
			RoleArn: roleArn,
			StartTime: iso(startedAtMs),
			RedriveCount: redriveCount,
			...(redrivenAtMs !== undefined && { RedriveTime: iso(redrivenAtMs) }),
		},
		State: { EnteredTime: iso(thread.enteredAtMs), Name: thread.state, RetryCount: retryCount(thread) },
		StateMachine: { Id: execution.machineArn, Name: execution.machineName },
	};
	if (thread.item) context["Map"] = { Item: { ...thread.item } };
	if (task) context["Task"] = { Token: task.token };
	return context;
}

function retryCount({ spent }: Thread): number {
	return Object.values(spent).reduce((sum, attempts) => sum + attempts, 0);
}

function iso(ms: number): string {
	return new Date(ms).toISOString();
}
