import { renameSync, writeFileSync } from "node:fs";

/** Writes a value as JSON, for its owner's eyes only. Readers see the whole file or none. */
export function writeWhole(file: string, value: unknown): void {
	writeFileSync(`${file}.new`, `${JSON.stringify(value, null, "\t")}\n`, { mode: 0o600 });
	renameSync(`${file}.new`, file);
}
