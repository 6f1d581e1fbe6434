import type { Context } from "../context.ts";
import { CommandFailed } from "../failures.ts";
import { inOurWords } from "./in-our-words.ts";

/** One thing that setting up an environment takes. Safe to repeat: it looks first, and does what is not so yet. */
export interface Step {
	name: string;
	/** What was found or done, in a line. Throws CommandFailed: what is wrong, and who must do what. */
	act: () => Promise<string>;
}

/** How a step ended. */
export interface StepEnd {
	step: string;
	outcome: "done" | "failed";
	detail: string;
	seconds: number;
}

/** Takes the steps one after the other and tells of each; what comes after one that failed is not tried. */
export async function takeSteps(steps: readonly Step[], { world, tell, paint }: Context): Promise<StepEnd[]> {
	const width = Math.max(...steps.map(({ name }) => name.length));
	const ends: StepEnd[] = [];
	for (const [at, { name, act }] of steps.entries()) {
		const startedMs = world.now();
		const place = `${at + 1}/${steps.length}`;
		const end = (outcome: StepEnd["outcome"], detail: string): StepEnd => ({
			...{ step: name, outcome, detail },
			seconds: Math.round((world.now() - startedMs) / 100) / 10,
		});
		try {
			const done = end("done", await act());
			ends.push(done);
			tell(
				`${paint.progress.dim(place)} ${name.padEnd(width)}  ${paint.progress.green("ok")}  ${done.detail} ${paint.progress.dim(`(${done.seconds} s)`)}`,
			);
		} catch (error) {
			tell(`${paint.progress.dim(place)} ${name.padEnd(width)}  ${paint.progress.red("failed")}`);
			throw stoppedAt(name, error);
		}
	}
	return ends;
}

/** The failure, told as that of its step. */
function stoppedAt(step: string, error: unknown): unknown {
	const told = inOurWords(error);
	if (!(told instanceof CommandFailed)) return error;
	const { exit, report } = told;
	return new CommandFailed(exit, { ...report, title: `${step}: ${report.title}` }, { cause: error });
}
