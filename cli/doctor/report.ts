import type { Diagnosis } from "../../domain/diagnosis.ts";
import { type Exit, exits } from "../failures.ts";
import type { Paint } from "../paint.ts";
import { table } from "../table.ts";
import type { Checked } from "./check.ts";

/** How it ends: with a fault, or with something unknown; advice and notes ask nothing of a script. */
export function exitOf(checked: readonly Checked[]): Exit {
	if (ofKind(checked, "fault").length > 0) return exits.failed;
	return ofKind(checked, "unknown").length > 0 ? exits.unasked : 0;
}

/** For programs. */
export function documentOf(checked: readonly Checked[]) {
	return {
		findings: ofKind(checked, "fault"),
		advice: ofKind(checked, "advice"),
		unknown: ofKind(checked, "unknown").map(({ message: because, ...place }) => ({ ...place, because })),
		notes: ofKind(checked, "note"),
		lookedAt: checked.map(({ area, where }) => ({ area, where })),
	};
}

function ofKind<const Kind extends Diagnosis["kind"]>(checked: readonly Checked[], kind: Kind) {
	return checked.flatMap(({ area, where, found }) =>
		found
			.filter((one): one is Extract<Diagnosis, { kind: Kind }> => one.kind === kind)
			.map(({ kind: _same, ...one }) => ({ area, where, ...one })),
	);
}

/** For people: a line for each finding, one for what is in order; notes stand at its side. */
export function reportOf(checked: readonly Checked[], paint: Paint): string {
	const rows = checked.flatMap(({ area, where, found }) => rowsOf(found, paint).map((row) => [area, where, ...row]));
	const { findings, unknown } = documentOf(checked);
	const sum = `${findings.length} faults, ${unknown.length} could not be asked.`;
	const isWhole = findings.length + unknown.length === 0;
	const end = isWhole ? paint.green("All is as it was designed.") : paint.dim(sum);
	return `${table(["AREA", "WHERE", "IS", "WHAT", "WHO", "DO"], rows, paint)}\n\n${end}`;
}

function rowsOf(found: readonly Diagnosis[], paint: Paint): string[][] {
	const rows = found.map((one) => rowOf(one, paint));
	if (found.some(({ kind }) => kind !== "note")) return rows;
	// Nothing is wrong: the first note, if there is one, stands on the line that says so.
	const [, what = ""] = rows[0] ?? [];
	return [[paint.green("ok"), what], ...rows.slice(1)];
}

function rowOf(one: Diagnosis, { red, yellow, dim }: Paint): string[] {
	switch (one.kind) {
		case "fault":
			return [red("fault"), one.message, one.actor, one.fix];
		case "advice":
			return [yellow("advice"), one.message, one.actor, one.fix];
		case "unknown":
			return [yellow("unknown"), one.message];
		case "note":
			return ["", dim(one.message)];
	}
}
