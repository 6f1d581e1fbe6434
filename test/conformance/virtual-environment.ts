import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

const run = promisify(execFile);
/** Everything that is fetched or written here; safe to delete. */
export const folder = resolve(".build/conformance");

/** Things that were looked at. `detail` says what was seen, or why it could not be looked at. */
export const checkResults = z.array(
	z.object({ check: z.string(), outcome: z.enum(["pass", "fail", "cannot run"]), detail: z.string() }),
);
export type CheckResult = z.infer<typeof checkResults>[number];

/** What a program wrote, and how it ended; a program that cannot be started throws. */
export interface Ran {
	status: number;
	stdout: string;
	stderr: string;
}

/** Programs of Python packages, in a virtual environment of their own; they run, and leave what they leave, in `.build/conformance`. */
export interface PythonTools {
	run(program: string, arguments_: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ran>;
}

/** Python is missing, or its packages cannot be installed; the message says which and what to do. */
export class NoPythonTools extends Error {
	override name = "NoPythonTools";
}

/** The file that pins the packages of a virtual environment. */
export const requirementsOf = (name: string): string => resolve("test/conformance", `requirements-${name}.txt`);

/**
 * Installs the packages that `test/conformance/requirements-<name>.txt` pins into `.build/conformance/venv-<name>`, unless they are there.
 * Answers the folder of their programs. Throws NoPythonTools.
 */
export async function installPython(name: string): Promise<string> {
	const requirements = requirementsOf(name);
	const home = join(folder, `venv-${name}`);
	const stamp = join(home, "installed");
	const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex");
	if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== hash) {
		await requirePython();
		mkdirSync(folder, { recursive: true });
		rmSync(home, { recursive: true, force: true });
		await installing(`python3 -m venv ${home}`, "python3", ["-m", "venv", home]);
		// Python compiles what it imports, which is a small part of what is installed.
		const options = ["install", "--quiet", "--disable-pip-version-check", "--no-compile"];
		await installing(`pip install ${requirements}`, join(home, "bin", "pip"), [
			...options,
			"--requirement",
			requirements,
		]);
		writeFileSync(stamp, hash);
	}
	return join(home, "bin");
}

/** The programs of `requirements-<name>.txt`. Throws NoPythonTools. */
export async function pythonTools(name: string): Promise<PythonTools> {
	const programs = await installPython(name);
	return {
		run: (program, arguments_, environment = {}) =>
			ran(
				join(programs, program),
				arguments_,
				{
					...environment,
					HOME: folder,
					PATH: process.env["PATH"] ?? "",
					PYTHONPYCACHEPREFIX: join(folder, "compiled"),
				},
				folder,
			),
	};
}

async function requirePython(): Promise<void> {
	const { status, stdout } = await ran("python3", ["-c", "import sys, venv; print(sys.version_info >= (3, 10))"], {
		PATH: process.env["PATH"] ?? "",
	}).catch(() => ({ status: 1, stdout: "" }));
	if (status === 0 && stdout.trim() === "True") return;
	throw new NoPythonTools("Python 3.10 or newer with its module venv is needed: there is no such python3 in PATH.");
}

async function installing(what: string, program: string, arguments_: readonly string[]): Promise<void> {
	const { status, stderr } = await ran(program, arguments_, { ...environmentOfPip() });
	if (status !== 0) throw new NoPythonTools(`${what} failed: ${stderr.trim().split("\n").slice(-3).join(" ")}`);
}

/** How pip finds its registry is the machine's matter. */
function environmentOfPip(): Record<string, string> {
	const told = Object.entries(process.env).filter(([name]) =>
		/^(?:PATH|HOME|PIP_.*|https?_proxy|SSL_CERT_FILE)$/i.test(name),
	);
	return Object.fromEntries(told.map(([name, value]) => [name, value ?? ""]));
}

async function ran(
	program: string,
	arguments_: readonly string[],
	env: Record<string, string>,
	cwd = ".",
): Promise<Ran> {
	try {
		const { stdout, stderr } = await run(program, arguments_, { env, maxBuffer: 256 * 1024 * 1024, cwd });
		return { status: 0, stdout, stderr };
	} catch (error) {
		// Ended with another status than 0; what could not be started has a text as code.
		if (error instanceof Error && "code" in error && typeof error.code === "number") {
			return {
				status: error.code,
				stdout: "stdout" in error ? String(error.stdout) : "",
				stderr: "stderr" in error ? String(error.stderr) : "",
			};
		}
		throw error;
	}
}

/** Prints results as lines, or as JSON with `--json`, and answers whether all could be looked at and passed. */
export function report(results: readonly CheckResult[]): boolean {
	if (process.argv.includes("--json")) {
		console.log(JSON.stringify(results));
		return true;
	}
	for (const { check, outcome, detail } of results) console.log(`${outcome.padEnd(10)} ${check}: ${detail}`);
	return results.every(({ outcome }) => outcome === "pass");
}
