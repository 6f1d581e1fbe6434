import { readFileSync } from "node:fs";
import { installPython, NoPythonTools, requirementsOf } from "../virtual-environment.ts";
import { NotHere } from "./backend.ts";

const name = "emulators";
let installing: Promise<string> | undefined;

/** A virtual environment of its own with the pinned emulators; installed when they have changed. Answers its folder of programs. */
export function pythonPrograms(say: (line: string) => void): Promise<string> {
	installing ??= install(say);
	return installing;
}

async function install(say: (line: string) => void): Promise<string> {
	say(`uses what ${requirementsOf(name)} pins …`);
	try {
		return await installPython(name);
	} catch (error) {
		throw error instanceof NoPythonTools ? new NotHere(error.message) : error;
	}
}

/** What a program that failed said last. */
export function lastLine(error: unknown): string {
	const { stderr, message } = Object(error);
	return `${stderr || message}`.trim().split("\n").at(-1) ?? "";
}

/** The pinned version of a package. */
export function pinned(packageName: string): string {
	const line = readFileSync(requirementsOf(name), "utf8").match(
		new RegExp(`^${packageName}(?:\\[[\\w,]+\\])?==(\\S+)`, "m"),
	);
	return line?.[1] ?? "unknown";
}
