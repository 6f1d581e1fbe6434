/** How a command ends, for scripts. 0: as it was asked. */
export const exits = {
	/** What was asked for has failed, or something was found. */
	failed: 1,
	/** The command or the request is not right as it stands. */
	refused: 2,
	/** Nobody knows: no answer, an outage, or a token that is not taken. */
	unasked: 3,
} as const;
export type Exit = 0 | (typeof exits)[keyof typeof exits];

/** What a person reads, and a program with --json, when there is no result. */
export interface Report {
	title: string;
	detail?: string | undefined;
	/** All members at fault, with the rule that each broke. */
	errors?: { field: string; rule: string; detail: string }[] | undefined;
	/** What to do about it. */
	fix: string;
	/** Of the problem, where the API answered with one: stable, for programs. */
	type?: string | undefined;
	status?: number | undefined;
	requestId?: string | undefined;
}

/** The end of a command that has no result to show. */
export class CommandFailed extends Error {
	override readonly name = "CommandFailed";
	readonly exit: Exit;
	readonly report: Report;
	/** How often the request had been sent when it was answered so: an earlier one may have been carried out. */
	readonly attempts: number;

	constructor(exit: Exit, report: Report, more: { attempts?: number; cause?: unknown } = {}) {
		super(report.title, { cause: more.cause });
		this.exit = exit;
		this.report = report;
		this.attempts = more.attempts ?? 1;
	}
}

/** The command cannot be carried out as it was written. */
export function misused(title: string, fix: string): CommandFailed {
	return new CommandFailed(exits.refused, { title, fix });
}
