import { describe, expect, it } from "vitest";
import { dayMs } from "../../../local/states/limits.ts";
import { aStage, machine, machineArn, named, task } from "./stage.ts";

const rest = machine({ Rest: { Type: "Wait", Seconds: 60, End: true } });
const pass = machine({ Only: { Type: "Pass", End: true } });

describe("starting an execution", () => {
	it("is idempotent while the execution runs with the same input", async () => {
		const stage = aStage({ definition: rest });
		const first = await stage.start({ a: 1 }, "op-1");
		expect(first).toBe("arn:aws:states:us-east-1:222222222222:execution:stage:op-1");
		await stage.clock.advance(1000);
		expect(await stage.start({ a: 1 }, "op-1")).toBe(first);
		await stage.settle();
		expect((await stage.types(first)).filter((type) => type === "ExecutionStarted")).toHaveLength(1);
	});

	it("is refused under a name that runs with another input, or that has ended less than 90 days ago", async () => {
		const stage = aStage({ definition: rest });
		const first = await stage.start({ a: 1 }, "op-1");
		const refused = { name: "ExecutionAlreadyExists", message: `Execution Already Exists: '${first}'` };
		await expect(stage.start({ a: 2 }, "op-1")).rejects.toMatchObject(refused);
		await stage.clock.advance(60_000);
		await expect(stage.start({ a: 1 }, "op-1")).rejects.toMatchObject(refused);
		await stage.clock.advance(90 * dayMs + 1);
		expect(await stage.start({ a: 1 }, "op-1")).toBe(first);
		expect((await stage.describe(first)).status).toBe("RUNNING");
	});

	it.each([
		[{ stateMachineArn: `${machineArn}x` }, "StateMachineDoesNotExist"],
		[{ name: "with space" }, "InvalidName"],
		[{ name: "a/b" }, "InvalidName"],
		[{ name: "n".repeat(81) }, "ValidationException"],
		[{ input: "{" }, "InvalidExecutionInput"],
		[{ input: JSON.stringify("x".repeat(262_143)) }, "ValidationException"],
	])("refuses %j", async (given, name) => {
		const stage = aStage({ definition: pass });
		await expect(stage.call("StartExecution", { stateMachineArn: machineArn, ...given })).rejects.toMatchObject({
			name,
			status: 400,
		});
	});
});

describe("reading executions", () => {
	it("describes what runs and what has ended", async () => {
		const stage = aStage({ definition: rest });
		const arn = await stage.start({ a: 1 }, "mine");
		const startDate = Date.UTC(2030, 0, 1) / 1000;
		const running = {
			executionArn: arn,
			stateMachineArn: machineArn,
			name: "mine",
			startDate,
			input: '{"a":1}',
			inputDetails: { included: true },
			redriveCount: 0,
		};
		const reason = (status: string) => `Execution is ${status} and cannot be redriven`;
		expect(await stage.describe(arn)).toEqual({
			...running,
			status: "RUNNING",
			redriveStatus: "NOT_REDRIVABLE",
			redriveStatusReason: reason("RUNNING"),
		});
		await stage.clock.advance(60_000);
		expect(await stage.describe(arn)).toEqual({
			...{
				...running,
				status: "SUCCEEDED",
				stopDate: startDate + 60,
				output: '{"a":1}',
				outputDetails: { included: true },
			},
			...{ redriveStatus: "NOT_REDRIVABLE", redriveStatusReason: reason("SUCCEEDED") },
		});
	});

	it("pages through a history in both directions, with and without the data", async () => {
		const stage = aStage({ definition: pass });
		const executionArn = await stage.start({ a: 1 });
		await stage.ended(executionArn);
		const ids = async (more: object) => {
			const seen: number[] = [];
			let nextToken: string | undefined;
			do {
				const page = Object(
					await stage.call("GetExecutionHistory", {
						executionArn,
						maxResults: 3,
						...more,
						...(nextToken && { nextToken }),
					}),
				);
				seen.push(...page.events.map(({ id }: { id: number }) => id));
				nextToken = page.nextToken;
			} while (nextToken);
			return seen;
		};
		expect(await ids({})).toEqual([1, 2, 3, 4]);
		expect(await ids({ reverseOrder: true })).toEqual([4, 3, 2, 1]);
		expect(await stage.call("GetExecutionHistory", { executionArn, maxResults: 2 })).toMatchObject({
			events: [
				{
					type: "ExecutionStarted",
					executionStartedEventDetails: {
						input: '{"a":1}',
						inputDetails: { truncated: false },
						roleArn: expect.any(String),
					},
				},
				{
					type: "PassStateEntered",
					timestamp: Date.UTC(2030, 0, 1) / 1000,
					stateEnteredEventDetails: { name: "Only", input: '{"a":1}' },
				},
			],
		});
		const bare = await stage.call("GetExecutionHistory", { executionArn, includeExecutionData: false });
		expect(JSON.stringify(bare)).not.toContain("input");
		await expect(stage.call("GetExecutionHistory", { executionArn, nextToken: "mine" })).rejects.toMatchObject({
			name: "InvalidToken",
		});
	});

	it("lists the youngest first, by status, in pages", async () => {
		const stage = aStage({ definition: rest });
		for (const name of ["a", "b", "c"]) await stage.start({}, name);
		await stage.call("StopExecution", { executionArn: `${machineArn.replace("stateMachine", "execution")}:b` });
		const list = async (more: object) =>
			Object(await stage.call("ListExecutions", { stateMachineArn: machineArn, ...more }));
		const names = (page: { executions: { name: string }[] }) => page.executions.map(({ name }) => name);
		expect(names(await list({}))).toEqual(["c", "b", "a"]);
		expect(names(await list({ statusFilter: "RUNNING" }))).toEqual(["c", "a"]);
		expect(names(await list({ redriveFilter: "REDRIVEN" }))).toEqual([]);
		const page = await list({ maxResults: 2 });
		expect(names(page)).toEqual(["c", "b"]);
		expect(names(await list({ maxResults: 2, nextToken: page.nextToken }))).toEqual(["a"]);
		await expect(list({ statusFilter: "succeeded" })).rejects.toMatchObject({
			name: "ValidationException",
			message:
				"1 validation error detected: Value 'succeeded' at 'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]",
		});
	});

	it("says that an execution does not exist", async () => {
		const stage = aStage({ definition: pass });
		for (const operation of ["DescribeExecution", "GetExecutionHistory", "StopExecution", "RedriveExecution"])
			await expect(stage.call(operation, { executionArn: "arn:none" })).rejects.toMatchObject({
				name: "ExecutionDoesNotExist",
			});
	});
});

describe("status change events", () => {
	it("tell of the start, the end and a redrive, each with the whole picture", async () => {
		let broken = true;
		const f = () => {
			if (broken) throw named("Bad", "why");
			return 1;
		};
		const stage = aStage({ definition: machine({ Call: task("f") }), players: { f } });
		const arn = await stage.start({ a: 1 }, "mine");
		await stage.ended(arn);
		broken = false;
		await stage.call("RedriveExecution", { executionArn: arn });
		await stage.ended(arn);
		const seen = stage.told.map(({ status, redriveCount, redriveStatus, error }) => ({
			status,
			redriveCount,
			redriveStatus,
			error,
		}));
		expect(seen).toEqual([
			{ status: "RUNNING", redriveCount: 0, redriveStatus: "NOT_REDRIVABLE", error: null },
			{ status: "FAILED", redriveCount: 0, redriveStatus: "REDRIVABLE", error: "Bad" },
			{ status: "RUNNING", redriveCount: 1, redriveStatus: "NOT_REDRIVABLE", error: null },
			{ status: "SUCCEEDED", redriveCount: 1, redriveStatus: "NOT_REDRIVABLE", error: null },
		]);
		const at = Date.UTC(2030, 0, 1);
		expect(stage.events.at(-1)).toEqual({
			source: "aws.states",
			detailType: "Step Functions Execution Status Change",
			resources: [arn],
			detail: {
				...{
					executionArn: arn,
					stateMachineArn: machineArn,
					name: "mine",
					status: "SUCCEEDED",
					startDate: at,
					stopDate: at,
				},
				...{ input: '{"a":1}', inputDetails: { included: true }, output: "1", outputDetails: { included: true } },
				...{
					stateMachineVersionArn: null,
					stateMachineAliasArn: null,
					redriveCount: 1,
					redriveDate: at,
					error: null,
					cause: null,
				},
				...{ redriveStatus: "NOT_REDRIVABLE", redriveStatusReason: "Execution is SUCCEEDED and cannot be redriven" },
			},
		});
	});
});

describe("counting", () => {
	it("counts states entered, retries and redrives as transitions", async () => {
		const stage = aStage({
			definition: machine({
				Say: { Type: "Pass", Next: "Call" },
				Call: task("f", { End: true, Retry: [{ ErrorEquals: ["Bad"], MaxAttempts: 1 }] }),
			}),
			players: {
				f() {
					throw named("Bad");
				},
			},
		});
		const executionArn = await stage.start();
		await stage.clock.advance(1000);
		expect(stage.states.transitions()).toBe(3);
		await stage.call("RedriveExecution", { executionArn });
		await stage.clock.advance(1000);
		expect(stage.restart().states.transitions()).toBe(5);
	});
});
