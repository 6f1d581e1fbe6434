import { z } from "zod";
import type { Stack } from "../../services/stacks.ts";
import type { Context } from "../context.ts";
import { CommandFailed, exits } from "../failures.ts";
import type { Environment } from "./landscape.ts";
import type { Step } from "./steps.ts";

const healthSchema = z.looseObject({ status: z.string() });

const patienceMs = 60_000;

/** What must be true of an environment once its stack stands; delegation and certificate are the stack's own to prove. */
export function verifySteps({ api }: Environment, context: Context, stack: () => Stack): Step[] {
	return [{ name: "api", act: async () => apiAnswers(api ?? stack().outputs["HttpApiUrl"] ?? "", context) }];
}

/** A new API's name may take some seconds to resolve everywhere. */
async function apiAnswers(url: string, { world }: Context): Promise<string> {
	const endMs = world.now() + patienceMs;
	let last = "";
	for (;;) {
		try {
			const answer = await fetch(`${url}/v1/health`, { signal: AbortSignal.timeout(10_000) });
			const { status } = healthSchema.parse(await answer.json());
			if (answer.ok) return `${url} says ${status}`;
			last = `it answered ${answer.status}`;
		} catch (error) {
			last = error instanceof Error ? error.message : String(error);
		}
		if (world.now() > endMs) {
			throw new CommandFailed(exits.failed, {
				title: `${url}/v1/health does not answer.`,
				detail: last,
				fix: "See the log of showHealth in CloudWatch, then run this again.",
			});
		}
		await world.pause(2_000);
	}
}
