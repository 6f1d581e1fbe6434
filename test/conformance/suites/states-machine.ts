import {
	DescribeExecutionCommand,
	type DescribeExecutionCommandOutput,
	StartExecutionCommand,
	StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { eventually, type Stage, there } from "../check.ts";

/** A machine in JSONata, and how it is started; what still runs at the end of the check is stopped. */
export async function aMachine(stage: Stage, definition: object) {
	const { states } = stage.clients;
	const machineArn = await stage.arrange.machine({ QueryLanguage: "JSONata", ...definition });
	async function startWith(input: string, name = stage.unique("run"), stateMachineArn = machineArn): Promise<string> {
		const asked = new StartExecutionCommand({ stateMachineArn, name, input });
		const executionArn = there((await states.send(asked)).executionArn, "the execution's ARN");
		stage.defer(() => states.send(new StopExecutionCommand({ executionArn })));
		return executionArn;
	}
	const start = (name: string, input: object, of?: string) => startWith(JSON.stringify(input), name, of);
	return { machineArn, startWith, start };
}

/** A machine with one execution. */
export async function anExecution(stage: Stage, definition: object, input: object = {}) {
	const machine = await aMachine(stage, definition);
	const name = stage.unique("run");
	const executionArn = await machine.start(name, input);
	const ended = (arn = executionArn): Promise<DescribeExecutionCommandOutput> =>
		eventually("the execution ends", async () => {
			const told = await stage.clients.states.send(new DescribeExecutionCommand({ executionArn: arn }));
			return told.status === "RUNNING" ? undefined : told;
		});
	return { ...machine, name, executionArn, ended };
}
