import type { Outcome } from "./run-checks.ts";

/** What of the embedded cloud is compared with others. */
export interface Coverage {
	emulated: readonly string[];
	/** Called in a check that passes on the embedded cloud, and was answered in the same check elsewhere. */
	covered: readonly string[];
	uncovered: readonly string[];
	/** Of those covered: compared only in checks that no other implementation passes. */
	onlyDiffering: readonly string[];
}

/** Which emulated operations a check has compared with at least one other implementation. */
export function coverageOf(emulated: readonly string[], outcomes: readonly Outcome[]): Coverage {
	const passed = outcomes.filter(({ backend, verdict }) => backend === "embedded" && verdict === "pass");
	const elsewhere = (...verdicts: Outcome["verdict"][]) =>
		outcomes.filter(({ backend, verdict }) => backend !== "embedded" && verdicts.includes(verdict));
	const comparedWith = (others: readonly Outcome[]) => (operation: string) =>
		passed.some(
			({ check, called }) =>
				called.includes(operation) && others.some((one) => one.check === check && one.called.includes(operation)),
		);
	const isCovered = comparedWith(elsewhere("pass", "differs"));
	const isAgreed = comparedWith(elsewhere("pass"));
	return {
		emulated,
		covered: emulated.filter(isCovered),
		uncovered: emulated.filter((operation) => !isCovered(operation)),
		onlyDiffering: emulated.filter((operation) => isCovered(operation) && !isAgreed(operation)),
	};
}
