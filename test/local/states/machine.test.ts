import { describe, expect, it } from "vitest";
import { loadMachine } from "../../../local/states/machine.ts";
import { machine, task } from "./stage.ts";

const load = (definition: object) => () => loadMachine(JSON.stringify(definition));

describe("loading a definition", () => {
	it("finds the states of all depths by name", () => {
		const branch = { StartAt: "Left", States: { Left: { Type: "Pass", End: true } } };
		const each = { StartAt: "One", States: { One: { Type: "Pass", End: true } } };
		const states = {
			Both: { Type: "Parallel", Branches: [branch], Next: "Each" },
			Each: { Type: "Map", ItemProcessor: each, End: true },
		};
		expect([...loadMachine(JSON.stringify(machine(states))).states.keys()]).toEqual(["Both", "Left", "Each", "One"]);
	});

	it("refuses a machine that is not JSONata at the top level", () => {
		const states = { Only: { Type: "Pass", QueryLanguage: "JSONata", End: true } };
		expect(load({ StartAt: "Only", States: states })).toThrow(/not JSONata at the top level/);
		expect(load({ QueryLanguage: "JSONPath", StartAt: "Only", States: states })).toThrow(
			/not JSONata at the top level/,
		);
	});

	it("takes any JSON value as an output", () => {
		for (const Output of ["plain text", "", 1, true, null, ["a"], { a: "{% 1 %}" }, "{% $states.input %}"]) {
			expect(load(machine({ A: { Type: "Pass", Output, End: true } })), JSON.stringify(Output)).not.toThrow();
		}
	});

	it.each([
		["what is no JSON", "{", /not JSON/],
		["a next state that is not there", machine({ A: { Type: "Pass", Next: "B" } }), /B/],
		["a state that nothing leads to an end from", machine({ A: { Type: "Pass" } }), /./],
		["a field of JSONPath", machine({ A: { Type: "Pass", InputPath: "$.x", End: true } }), /InputPath/],
		["another integration", machine({ A: { ...task("f"), Resource: "arn:aws:states:::sqs:sendMessage" } }), /Resource/],
		[
			"a distributed Map",
			machine({
				A: {
					Type: "Map",
					ItemProcessor: {
						ProcessorConfig: { Mode: "DISTRIBUTED" },
						StartAt: "B",
						States: { B: { Type: "Pass", End: true } },
					},
					End: true,
				},
			}),
			/Mode/,
		],
	])("refuses %s", (_, definition, message) => {
		const text = typeof definition === "string" ? definition : JSON.stringify(definition);
		expect(() => loadMachine(text)).toThrow(message);
	});
});
