import { type Area, type Diagnosis, unknown } from "../../domain/diagnosis.ts";
import { inOurWords } from "../environments/in-our-words.ts";
import { CommandFailed } from "../failures.ts";

/** One thing that doctor looks at. */
export interface Check {
	area: Area;
	/** `registrar`, or an environment's name. */
	where: string;
	/** Rejects with why nobody could ask, for people. */
	look: Look;
}

export type Look = () => Promise<readonly Diagnosis[]>;

/** What a check has found. 'Could not ask' is among it, and is never 'in order', nor 'broken' (R9). */
export interface Checked extends Pick<Check, "area" | "where"> {
	found: readonly Diagnosis[];
}

/** Makes all checks at once; one that cannot be made stops no other. */
export function makeChecks(checks: readonly Check[]): Promise<Checked[]> {
	return Promise.all(checks.map(async ({ area, where, look }) => ({ area, where, found: await lookAtAll(look) })));
}

/** What all of them find; one that cannot look is `unknown`, and keeps nothing back of what others see. */
export async function lookAtAll(...looks: readonly Look[]): Promise<Diagnosis[]> {
	const found = await Promise.all(
		looks.map(async (look): Promise<readonly Diagnosis[]> => {
			try {
				return await look();
			} catch (error) {
				return [unknown(becauseOf(error))];
			}
		}),
	);
	return found.flat();
}

function becauseOf(error: unknown): string {
	const told = inOurWords(error);
	if (told instanceof CommandFailed) return told.report.title;
	return error instanceof Error ? error.message : String(error);
}
