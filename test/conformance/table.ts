import type { Coverage } from "./coverage.ts";
import type { Outcome } from "./run-checks.ts";

/** The table check × implementation, the reasons behind it, and what was compared: lines to print. */
export function tableOf(outcomes: readonly Outcome[], backends: readonly string[], coverage?: Coverage): string[] {
	const width = Math.max(...outcomes.map(({ check }) => check.length)) + 4;
	const column = (backend: string) => Math.max(backend.length, "not offered".length) + 2;
	const row = (cells: readonly string[]) => cells.map((cell, at) => cell.padEnd(column(backends[at] ?? ""))).join("");
	const lines: string[] = [];
	for (const service of new Set(outcomes.map((outcome) => outcome.service))) {
		lines.push("", service.padEnd(width) + row(backends));
		const own = outcomes.filter((outcome) => outcome.service === service);
		for (const check of new Set(own.map((outcome) => outcome.check))) {
			const verdicts = backends.map((backend) => verdictOf(own, check, backend));
			lines.push(`  ${check}`.padEnd(width) + row(verdicts));
		}
	}
	return [
		...lines,
		...reasons(outcomes),
		...sums(outcomes, backends, (cells, head = "") => head.padEnd(width) + row(cells)),
		...(coverage ? compared(coverage) : []),
	];
}

function verdictOf(outcomes: readonly Outcome[], check: string, backend: string): string {
	return outcomes.find((one) => one.check === check && one.backend === backend)?.verdict ?? "not here";
}

function reasons(outcomes: readonly Outcome[]): string[] {
	const differing = outcomes.filter(({ verdict }) => verdict === "differs");
	const failed = outcomes.filter(({ verdict }) => verdict === "FAIL");
	return [
		...(differing.length > 0 ? ["", "Differences, with what AWS documents:"] : []),
		...differing.flatMap(({ backend, service, check, source, difference }) => [
			`  ${backend}, ${service}: ${check}`,
			`    does:       ${difference?.does}`,
			`    documented: ${difference?.documented}`,
			`                ${source}`,
		]),
		...(failed.length > 0 ? ["", "UNEXPLAINED:"] : []),
		...failed.map(({ backend, service, check, because }) => `  ${backend}, ${service}: ${check}\n    ${because}`),
	];
}

function sums(
	outcomes: readonly Outcome[],
	backends: readonly string[],
	row: (cells: readonly string[], head?: string) => string,
) {
	const verdicts = ["pass", "differs", "not offered", "FAIL"] as const;
	const count = (backend: string, verdict: string) =>
		String(outcomes.filter((one) => one.backend === backend && one.verdict === verdict).length);
	return [
		...["", row(backends)],
		...verdicts.map((verdict) =>
			row(
				backends.map((backend) => count(backend, verdict)),
				verdict,
			),
		),
	];
}

function compared({ emulated, covered, uncovered, onlyDiffering }: Coverage): string[] {
	const share = ((covered.length / emulated.length) * 100).toFixed(1);
	return [
		"",
		`Operations that the embedded cloud emulates: ${emulated.length}; compared with another implementation: ${covered.length} (${share} %).`,
		...(uncovered.length > 0 ? [`Not compared: ${uncovered.join(", ")}`] : []),
		...(onlyDiffering.length > 0 ? [`Compared, but with none that does the same: ${onlyDiffering.join(", ")}`] : []),
	];
}
