import { describe, expect, it } from "vitest";
import { aStage, machine, task } from "../stage.ts";
import { flow, guide, passing, type Scenario, scenarios } from "./scenario.ts";

const page = guide("service-quotas.html");
const errors = guide("concepts-error-handling.html#error-handling-error-representation");
const most = 262_144;
/** A JSON text of this many octets. */
const text = (octets: number) => "a".repeat(octets - 2);
const wide = `"${"é".repeat((most - 2) / 2)}"`;
const limit = "States.DataLimitExceeded";

const table: Scenario[] = [
	{
		says: "an output of 256 KiB is taken",
		source: page,
		definition: passing("{% $states.input & 'a' %}"),
		input: text(most - 1),
		output: text(most),
	},
	{
		says: "an output of one octet more is States.DataLimitExceeded",
		source: errors,
		definition: passing("{% $states.input & 'aa' %}"),
		input: text(most - 1),
		error: limit,
		cause: /size exceeding the maximum number of bytes/,
	},
	{
		says: "a function's answer of more than 256 KiB is States.DataLimitExceeded",
		source: errors,
		definition: machine({ A: { ...task("f"), Output: null } }),
		players: { f: () => text(most) },
		error: limit,
	},
	{
		says: "Arguments of more than 256 KiB are States.DataLimitExceeded, and the function is not called",
		source: errors,
		definition: machine({
			A: { ...task("f"), Arguments: { FunctionName: "f", Payload: { a: "{% $states.input %}" } } },
		}),
		players: { f: () => expect.unreachable() },
		input: text(most),
		error: limit,
		types: ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"],
	},
	{
		says: "a Map's joined output counts as one",
		source: errors,
		definition: machine({
			M: {
				Type: "Map",
				Items: [1, 2],
				ItemProcessor: flow({ Type: "Pass", Output: "{% $pad('', 131072, 'a') %}", End: true }),
				End: true,
			},
		}),
		error: limit,
	},
];

describe("limits", () => {
	scenarios(table);

	it(`of an execution's input are octets of UTF-8, not characters (${page})`, async () => {
		const stage = aStage({ definition: passing(1) });
		const start = (input: string) =>
			stage.call("StartExecution", {
				stateMachineArn: "arn:aws:states:us-east-1:222222222222:stateMachine:stage",
				input,
			});
		expect(Buffer.byteLength(wide)).toBe(most);
		await expect(start(wide)).resolves.toHaveProperty("executionArn");
		await expect(start(wide.replace("é", "éa"))).rejects.toMatchObject({ name: "ValidationException" });
	});

	it.each([
		["with an empty name", ""],
		["with a name of 81 characters", "a".repeat(81)],
	])(`%s nothing is started (${page})`, async (_, name) => {
		const stage = aStage({ definition: passing(1) });
		await expect(stage.start({}, name)).rejects.toMatchObject({ name: "ValidationException" });
	});

	it.each([...'<>{}[]?*"#%\\^|~`$&,;:/ \n'])(
		`with %j in its name nothing is started (${guide("../apireference/API_StartExecution.html")})`,
		async (character) => {
			const stage = aStage({ definition: passing(1) });
			await expect(stage.start({}, `a${character}b`)).rejects.toMatchObject({ name: "InvalidName" });
		},
	);
});
