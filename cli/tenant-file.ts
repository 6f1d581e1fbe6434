import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { flawIn } from "../domain/json-flaw.ts";
import { type NewTenant, newTenantSchema } from "../domain/new-tenant.ts";
import { fieldOf, refusalsOf } from "../functions/api/problems.ts";
import { CommandFailed, exits, misused, type Report } from "./failures.ts";
import type { World } from "./world.ts";

type Flaws = NonNullable<Report["errors"]>;

/**
 * Tenants as `tenants export` writes them, one NewTenant as JSON a line, or a JSON array of them; `-` is stdin. Throws CommandFailed
 * with everything that is wrong with the file.
 */
export async function readTenantFile(path: string, world: World): Promise<NewTenant[]> {
	const flaws: Flaws = [];
	const tenants: NewTenant[] = [];
	for (const { at, value } of entriesIn(await textOf(path, world), flaws)) {
		const read = readTenant(value);
		if ("tenant" in read) tenants.push(read.tenant);
		else flaws.push(...read.flaws.map((flaw) => ({ ...flaw, field: `${at}, ${flaw.field}` })));
	}
	if (flaws.length === 0) return tenants;
	throw new CommandFailed(exits.refused, {
		title: `${path} does not hold sound tenants.`,
		errors: flaws.slice(0, 100),
		fix: "Mend what is named; docs/cli.md says what a line holds.",
	});
}

/** One NewTenant as JSON a line; a name that ends in .json gets one document. Readers see the whole file or the one before. */
export function writeTenantFile(path: string, tenants: readonly NewTenant[], { directory }: World): void {
	const file = resolve(directory, path);
	const text = path.endsWith(".json") ? `${JSON.stringify({ tenants }, null, "\t")}\n` : `${ndjsonOf(tenants)}\n`;
	try {
		writeFileSync(`${file}.new`, text);
		renameSync(`${file}.new`, file);
	} catch (cause) {
		throw misused(`${path} cannot be written: ${messageOf(cause)}.`, "Give --output a path that you may write.");
	}
}

export function ndjsonOf(tenants: readonly NewTenant[]): string {
	return tenants.map((tenant) => JSON.stringify(tenant)).join("\n");
}

async function textOf(path: string, { directory, stdin }: World): Promise<string> {
	if (path !== "-") {
		try {
			return readFileSync(resolve(directory, path), "utf8");
		} catch (cause) {
			throw misused(
				`${path} cannot be read: ${messageOf(cause)}.`,
				"Name a file that 'tenants export' wrote, or - for stdin.",
			);
		}
	}
	const decoder = new TextDecoder();
	let text = "";
	for await (const chunk of stdin) text += decoder.decode(chunk, { stream: true });
	return text;
}

interface Entry {
	/** Where it stands, for people. */
	at: string;
	value: unknown;
}

/** One document, or one on each line. Nothing at all is what an export that broke off leaves behind a pipe. */
function entriesIn(text: string, flaws: Flaws): Entry[] {
	const whole = jsonIn(text);
	if (whole.ok) return tenantsIn(whole.value).map((value, index) => ({ at: `tenant ${index + 1}`, value }));
	if (text.trim() === "") flaws.push({ field: "line 1", rule: "required", detail: "There is no tenant." });
	return text.split("\n").flatMap((line, index) => {
		if (line.trim() === "") return [];
		const read = jsonIn(line);
		if (read.ok) return [{ at: `line ${index + 1}`, value: read.value }];
		flaws.push({ field: `line ${index + 1}`, rule: "json", detail: "The line is not JSON." });
		return [];
	});
}

/** A list, a list under `tenants` as --json has it, or the one tenant. */
function tenantsIn(value: unknown): unknown[] {
	if (Array.isArray(value)) return value;
	const inner = typeof value === "object" && value !== null ? Reflect.get(value, "tenants") : undefined;
	return Array.isArray(inner) ? inner : [value];
}

function readTenant(value: unknown): { tenant: NewTenant } | { flaws: Flaws } {
	const flaw = flawIn(value);
	if (flaw) return { flaws: [{ field: fieldOf(flaw.path, "tenant"), rule: flaw.rule, detail: flaw.detail }] };
	const parsed = newTenantSchema.safeParse(value);
	return parsed.success ? { tenant: parsed.data } : { flaws: refusalsOf(parsed.error, value, "tenant") };
}

function jsonIn(text: string): { ok: true; value: unknown } | { ok: false } {
	try {
		return { ok: true, value: JSON.parse(text) };
	} catch {
		return { ok: false };
	}
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
