import { HostmasterError } from "../../domain/errors.ts";
import type { Import } from "../../domain/import.ts";
import { readImport } from "../../services/imports.ts";

/** The import of that id. Throws ImportNotFound. */
export async function knownImport(importId: string): Promise<Import> {
	const made = await readImport(importId);
	if (made) return made;
	throw new HostmasterError("ImportNotFound", `There is no import '${importId}'; they are kept for 90 days.`);
}
