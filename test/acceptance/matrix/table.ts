import { isDeepStrictEqual } from "node:util";

/** One field of the matrix: what a fault made of a step. */
export interface Field {
	row: string;
	column: string;
	/** Why the end state is another one; undefined: it is the same. */
	failure: string | undefined;
}

/** The matrix as text, a line a row; a field that holds several runs shows how many. `-`: there is nothing of the kind to strike. */
export function tableOf(columns: readonly string[], fields: readonly Field[]): string {
	const rows = [...new Set(fields.map(({ row }) => row))];
	const width = Math.max(...rows.map(({ length }) => length));
	const line = (cells: readonly string[]) =>
		cells.map((cell, at) => cell.padEnd(at === 0 ? width : (columns[at - 1] ?? "").length)).join(" | ");
	const lines = rows.map((row) =>
		line([
			row,
			...columns.map((column) => shown(fields.filter((field) => field.row === row && field.column === column))),
		]),
	);
	const failures = fields.flatMap(({ row, column, failure }) => (failure ? [`${row}, ${column}: ${failure}`] : []));
	return [line(["", ...columns]), ...lines, ...failures].join("\n");
}

function shown(fields: readonly Field[]): string {
	if (fields.length === 0) return "-";
	const failed = fields.filter(({ failure }) => failure !== undefined).length;
	if (failed > 0) return `FAILED ${failed}/${fields.length}`;
	return fields.length === 1 ? "ok" : `ok x${fields.length}`;
}

/** The first places at which a state is not as expected; undefined when there is none. */
export function differenceOf(state: unknown, expected: unknown, path = ""): string | undefined {
	if (isDeepStrictEqual(state, expected)) return undefined;
	const isBranch = (value: unknown) => typeof value === "object" && value !== null;
	if (!isBranch(state) || !isBranch(expected))
		return `${path} is ${JSON.stringify(state)}, not ${JSON.stringify(expected)}`;
	const members = new Set([...Object.keys(Object(state)), ...Object.keys(Object(expected))]);
	return [...members]
		.flatMap((name) => {
			const [left, right]: unknown[] = [Reflect.get(Object(state), name), Reflect.get(Object(expected), name)];
			return differenceOf(left, right, `${path}/${name}`) ?? [];
		})
		.slice(0, 3)
		.join("; ");
}
