import { AwsError, type JsonService } from "../aws/service.ts";
import type { Engine } from "./engine.ts";
import type { TaskPosition } from "./execution.ts";
import { receive, awaited as taskOf } from "./executions.ts";
import { parseJson } from "./json.ts";
import { read, requests } from "./requests.ts";

/** The answers to a task token. Throw InvalidToken, TaskDoesNotExist, and TaskTimedOut once nobody waits for it. */
export function taskOperations(engine: Engine): JsonService["operations"] {
	return {
		SendTaskSuccess(given) {
			const { taskToken, output } = read(requests.taskSuccess, given);
			const value = parseJson(output);
			if (!value) throw new AwsError("InvalidOutput", "Invalid Output: 'the output is not JSON'");
			const { arn, thread, task } = awaited(engine, taskToken);
			receive(engine, arn, [{ type: "TaskSucceeded", thread, resource: task.resource, output: value.value }]);
			return {};
		},
		SendTaskFailure(given) {
			const { taskToken, error, cause } = read(requests.taskFailure, given);
			const { arn, thread, task } = awaited(engine, taskToken);
			const failure = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
			receive(engine, arn, [{ type: "TaskFailed", thread, resource: task.resource, failure }]);
			return {};
		},
		SendTaskHeartbeat(given) {
			const { arn, thread } = awaited(engine, read(requests.taskHeartbeat, given).taskToken);
			receive(engine, arn, [{ type: "TaskHeartbeat", thread }]);
			return {};
		},
	};
}

/** What the token stands for. A token of an earlier attempt, or of an execution that has ended, is a task that timed out. */
function awaited(engine: Engine, token: string): { arn: string; thread: string; task: TaskPosition["task"] } {
	if (!/^AQCE[\w-]{124}$/.test(token)) throw new AwsError("InvalidToken", "Invalid Token: 'Invalid token'");
	const known = engine.journal.token(token);
	if (!known) throw new AwsError("TaskDoesNotExist", "Task Does Not Exist: 'Provided task does not exist'");
	const position = taskOf(engine, known.arn, known.thread, known.attempt);
	if (!position) throw new AwsError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'");
	return { arn: known.arn, thread: known.thread, task: position.task };
}
