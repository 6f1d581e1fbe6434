import { measure } from "./metrics.ts";
import { functionName } from "./settings.ts";

/** How many days a registration has left, for whatever becomes of it: a graph, and an alarm for each domain. */
export function measureDaysToExpiry(domain: string, days: number): void {
	measure({ DomainName: domain }, { DaysToExpiry: days });
}

/**
 * What one run has found, also when that is nothing: without this somebody has stopped looking. `findings`: of them those that somebody
 * has to act on; `unasked`: domains of which nobody could say all.
 */
export function measureRun({ findings, unasked }: { findings: number; unasked: number }): void {
	measure({ FunctionName: functionName() }, { RegistrationFindings: findings, UnaskedRegistrations: unasked });
}
