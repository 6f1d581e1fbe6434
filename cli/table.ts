import { stripVTControlCharacters } from "node:util";
import type { Paint } from "./paint.ts";

/** Rows in aligned columns, two spaces between them; painted cells count by what is seen. Without rows: "". */
export function table(head: readonly string[], rows: readonly (readonly string[])[], paint: Paint): string {
	if (rows.length === 0) return "";
	return aligned([head.map((title) => paint.dim(title)), ...rows]);
}

/** Names before values; a value that is undefined or empty leaves its line out. */
export function fields(entries: readonly (readonly [name: string, value: string | undefined])[], paint: Paint): string {
	const given = entries.flatMap(([name, value]) => (value ? [[`  ${paint.dim(name)}`, value]] : []));
	return aligned(given);
}

function aligned(rows: readonly (readonly string[])[]): string {
	const widths: number[] = [];
	for (const row of rows) {
		for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
	}
	const line = (row: readonly string[]) =>
		row.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - widthOf(cell))).join("  ");
	return rows.map((row) => line(row).trimEnd()).join("\n");
}

/** Columns of a terminal, but for the wide characters of East Asia. */
function widthOf(cell: string): number {
	return Array.from(stripVTControlCharacters(cell)).length;
}
