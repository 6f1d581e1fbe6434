import { expect, it } from "vitest";
import { aStage, machine, named, type Player, type Stage } from "../stage.ts";

/** A page of the Step Functions developer guide. */
export const guide = (page: string) => `https://docs.aws.amazon.com/step-functions/latest/dg/${page}`;
/** A section of the specification of the Amazon States Language. */
export const spec = (section: string) => `https://states-language.net/#${section}`;

/** One thing that the language promises: a machine, what it is given, what becomes of it, and who says so. */
export interface Scenario {
	says: string;
	source: string;
	definition: object;
	/** `{}` unless told. */
	input?: unknown;
	players?: Record<string, Player>;
	/** Of an execution that succeeds. */
	output?: unknown;
	/** Of one that fails; with `cause`, what its cause says too. */
	error?: string;
	cause?: RegExp;
	status?: "TIMED_OUT";
	/** Seconds from the start to the end; 0 unless told. */
	took?: number;
	/** Event types of the whole history. */
	types?: readonly string[];
}

/** A test for each scenario; its name is what the language says and where. */
export function scenarios(table: readonly Scenario[]): void {
	it.each(table)("$says ($source)", async (scenario) => {
		const { definition, input = {}, players = {}, took = 0 } = scenario;
		const stage = aStage({ definition, players });
		const arn = await stage.start(input);
		await untilEnded(stage, arn);
		const { status, output, error, cause, startDate, stopDate } = await stage.describe(arn);
		const failed = scenario.error !== undefined;
		expect({ status, error, cause }).toEqual({
			status: scenario.status ?? (failed ? "FAILED" : "SUCCEEDED"),
			error: scenario.error,
			cause: scenario.cause ? expect.stringMatching(scenario.cause) : failed ? cause : undefined,
		});
		if (!failed && !scenario.status) expect(JSON.parse(String(output))).toEqual(scenario.output);
		expect(Number(stopDate) - Number(startDate)).toBeCloseTo(took, 3);
		if (scenario.types) expect(await stage.types(arn)).toEqual(scenario.types);
	});
}

/** Lets time pass as long as the execution wants some, at most a year. */
export async function untilEnded(stage: Stage, arn: string): Promise<void> {
	for (const days of [0, 0.001, 1, 30, 365]) {
		await stage.clock.advance(days * 86_400_000);
		await stage.settle();
		if ((await stage.describe(arn)).status !== "RUNNING") return;
	}
	throw new Error("The execution does not end.");
}

/** A machine of one Pass state with this Output. */
export const passing = (Output: unknown) => machine({ Only: { Type: "Pass", Output, End: true } });

/** A function that throws this error each time. */
export const throwing =
	(name: string, message = ""): Player =>
	() => {
		throw named(name, message);
	};

/** A function that throws the errors, one a call, and answers `ok` from then on. */
export function failingWith(...names: string[]): Player {
	const left = [...names];
	return () => {
		const name = left.shift();
		if (name !== undefined) throw named(name);
		return "ok";
	};
}

/** A function that never answers. */
export const silent: Player = () => new Promise(() => {});

/** A flow of one state, as branches and processors are. */
export const flow = (state: object, name = "Inner") => ({ StartAt: name, States: { [name]: state } });
