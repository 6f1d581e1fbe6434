import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { exit } from "node:process";
import { parseArgs } from "node:util";
import { z } from "zod";
import { errorTable, isErrorName, problemType, remedyOf } from "../domain/errors.ts";
import { eventsIn, eventsOut } from "../domain/events.ts";
import { openapiDocument } from "../functions/api/openapi.ts";
import { domainReasonsDocument } from "./domain-reasons.ts";

/** Writes what docs/ says of the API, the events and the errors from the code that decides it; `--check` only compares. */
const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });

const files: Record<string, string> = {
	"docs/openapi.json": json(openapiDocument()),
	"docs/errors.md": errors(),
	"docs/domain-reasons.md": domainReasonsDocument(),
	...Object.fromEntries(
		Object.entries({ ...eventsIn, ...eventsOut }).map(([type, schema]) => [
			`docs/events/${type}.v1.json`,
			json({ title: type, ...z.toJSONSchema(schema) }),
		]),
	),
};

const stale = Object.entries(files).filter(([file, text]) => read(file) !== text);
if (values.check) {
	for (const [file] of stale) console.error(`${file} is not what the code says: npm run docs`);
	if (stale.length > 0) exit(1);
	console.log(`docs: ${Object.keys(files).length} generated files are up to date`);
} else {
	for (const [file, text] of stale) {
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, text);
		console.log(`wrote ${file}`);
	}
}

function errors(): string {
	const names = Object.keys(errorTable).filter(isErrorName);
	const rows = names.map((name) => {
		const { status, retry, title } = errorTable[name];
		const { actor, fix } = remedyOf(name);
		return `| \`${name}\` | \`/errors/${problemType(name)}\` | ${status} | ${retry} | ${title} | ${actor}: ${fix} |`;
	});
	return [
		"# Errors",
		"",
		"Names are an API: state machines match on them, problem details carry them. Generated from `domain/errors.ts`.",
		"",
		"| name | problem type | status | retry | title | who acts when a step ends with it |",
		"| --- | --- | --- | --- | --- | --- |",
		...rows,
		"",
	].join("\n");
}

function json(value: unknown): string {
	return `${JSON.stringify(value, null, "\t")}\n`;
}

function read(file: string): string | undefined {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return undefined;
	}
}
