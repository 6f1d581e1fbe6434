import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";

const schemas = new Map<string, z.ZodType>();

/**
 * Holds an event that the stack put on its bus against the schema that docs/events publishes for it. Throws with what is wrong; an event
 * without a published schema is wrong too.
 */
export function assertPublished(detailType: string, detail: Readonly<Record<string, unknown>>): void {
	const read = schemaOf(detailType, Number(detail["version"] ?? 1)).safeParse(detail);
	if (read.success) return;
	throw new Error(`${detailType} is not as published: ${z.prettifyError(read.error)}\n${JSON.stringify(detail)}`);
}

function schemaOf(detailType: string, version: number): z.ZodType {
	const file = `docs/events/${detailType}.v${version}.json`;
	const known = schemas.get(file);
	if (known) return known;
	if (!existsSync(file)) throw new Error(`There is no ${file}.`);
	const schema = z.fromJSONSchema(JSON.parse(readFileSync(file, "utf8")));
	schemas.set(file, schema);
	return schema;
}
