import { Command, CommanderError } from "@commander-js/extra-typings";
import { type Answer, createContext } from "./context.ts";
import { addDoctorCommand } from "./doctor/command.ts";
import { addDomainCommands } from "./domains.ts";
import { addEnvironmentCommands } from "./environments/commands.ts";
import { CommandFailed, type Exit, exits, type Report } from "./failures.ts";
import { addOperationCommands } from "./operations.ts";
import { harmless, paintFor } from "./paint.ts";
import { reportText } from "./report-text.ts";
import { addTenantCommands } from "./tenants.ts";
import type { World } from "./world.ts";

const footer = `
Where to ask: --api or HOSTMASTER_API, with a token in HOSTMASTER_TOKEN; else what 'npm start' runs on this machine.
With --json exactly one JSON document goes to stdout; progress always goes to stderr.
Exit codes: 0 fine; 1 the operation failed, or something was found; 2 the command or the request was refused;
            3 could not ask: no answer, an outage, or a token that is not taken; or no end was seen in time.`;

/** Carries out one command line, without the program's name, and answers the exit code. Never throws. */
export async function run(args: readonly string[], world: World): Promise<Exit> {
	const isJson = isJsonAsked(args);
	let answer: Answer | undefined;
	const program = createProgram(world, (given) => {
		answer = given;
	});
	try {
		await program.parseAsync(args, { from: "user" });
	} catch (error) {
		if (error instanceof CommanderError && error.exitCode === 0) return 0; // --help was asked for
		return complain(error, isJson, world);
	}
	if (!answer) return 0;
	world.stdout.write(isJson ? `${JSON.stringify(answer.value, null, "\t")}\n` : `${harmless(answer.text)}\n`);
	return answer.exit ?? 0;
}

function createProgram(world: World, answer: (answer: Answer) => void) {
	const program = new Command("hostmaster")
		.description("Tenants, operations and environments of Hostmaster, from a terminal or a script.")
		.option("--json", "print the result as one JSON document")
		.option("--api <address>", "of the API, or the name of an environment that runs here (HOSTMASTER_API)")
		.addHelpText("after", footer)
		.configureHelp({ showGlobalOptions: true })
		.configureOutput({
			writeOut: (text) => void world.stdout.write(text),
			writeErr: (text) => void world.stderr.write(text),
			// What commander complains of is told by `run`, in the form of every other complaint.
			outputError: () => {},
		})
		.exitOverride();
	const context = createContext(world, () => program.opts(), answer);
	// One function a noun; each noun's commands are in files of its own.
	addTenantCommands(program, context);
	addDomainCommands(program, context);
	addOperationCommands(program, context);
	addEnvironmentCommands(program, context);
	addDoctorCommand(program, context);
	return program;
}

/** Commander is not done when the command line is wrong. What stands behind `--` is nobody's option. */
function isJsonAsked(args: readonly string[]): boolean {
	const end = args.indexOf("--");
	return (end < 0 ? args : args.slice(0, end)).includes("--json");
}

function complain(error: unknown, isJson: boolean, world: World): Exit {
	const { exit, report } = failureOf(error);
	// Whoever asks for a document gets one, also when it says that there is no result.
	if (isJson) world.stdout.write(`${JSON.stringify({ error: report }, null, "\t")}\n`);
	if (report.title) world.stderr.write(`${harmless(reportText(report, paintFor(world.stderr, world.env)))}\n`);
	return exit;
}

function failureOf(error: unknown): { exit: Exit; report: Report } {
	if (error instanceof CommandFailed) return error;
	if (error instanceof CommanderError) {
		// A noun without a verb has shown its help by now.
		const isHelp = error.code === "commander.help";
		const title = isHelp ? "No command was given." : sentence(error.message);
		return { exit: exits.refused, report: { title, fix: "See hostmaster --help, or --help behind any command." } };
	}
	const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
	return { exit: exits.unasked, report: { title: "This is a defect of the command.", detail, fix: "Report it." } };
}

/** `error: unknown option '--x'` → `Unknown option '--x'.` */
function sentence(message: string): string {
	const text = message.replace(/^error: /, "").replaceAll("\n", " ");
	return `${text.slice(0, 1).toUpperCase()}${text.slice(1).replace(/\.?$/, ".")}`;
}
