import type { Claim } from "../domain/claim.ts";
import { conditionTypes } from "../domain/conditions.ts";
import { HostmasterError } from "../domain/errors.ts";

/** Throws ConditionsNotMet unless everything but `Serving` is true of the hostname. */
export function requireAllButServing({ hostname, conditions }: Claim): void {
	const missing = conditionTypes.filter((type) => type !== "Serving" && conditions[type].status !== "true");
	if (missing.length === 0) return;
	throw new HostmasterError("ConditionsNotMet", `'${hostname}' cannot be active: ${missing.join(", ")} not true.`);
}
