import type { Area, Diagnosis } from "../../domain/diagnosis.ts";
import { inOurWords } from "../environments/in-our-words.ts";
import { CommandFailed } from "../failures.ts";

/** One thing that doctor looks at. */
export interface Check {
	area: Area;
	/** `registrar`, or an environment's name. */
	where: string;
	look: () => Promise<readonly Diagnosis[]>;
}

/** What a check has found. 'Could not ask' is never 'in order', nor 'broken' (R9). */
export type Checked = Pick<Check, "area" | "where"> &
	({ outcome: "looked"; found: readonly Diagnosis[] } | { outcome: "unknown"; because: string });

/** Makes all checks at once; one that cannot be made stops no other. */
export function makeChecks(checks: readonly Check[]): Promise<Checked[]> {
	return Promise.all(
		checks.map(async ({ area, where, look }): Promise<Checked> => {
			try {
				return { area, where, outcome: "looked", found: await look() };
			} catch (error) {
				return { area, where, outcome: "unknown", because: becauseOf(error) };
			}
		}),
	);
}

function becauseOf(error: unknown): string {
	const told = inOurWords(error);
	if (told instanceof CommandFailed) return told.report.title;
	return error instanceof Error ? error.message : String(error);
}
