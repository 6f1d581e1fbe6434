import { z } from "zod";
import { inTransaction, type Store } from "../store.ts";
import { isTransition, type LogEvent } from "./events.ts";
import type { Status } from "./execution.ts";
import type { Failure } from "./failure.ts";

const schema = `
CREATE TABLE IF NOT EXISTS states_machines (hash TEXT PRIMARY KEY, definition TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS states_executions (
	number INTEGER PRIMARY KEY AUTOINCREMENT, arn TEXT NOT NULL UNIQUE, machineArn TEXT NOT NULL, machineHash TEXT NOT NULL,
	name TEXT NOT NULL, status TEXT NOT NULL, startedAtMs INTEGER NOT NULL, stoppedAtMs INTEGER, input TEXT NOT NULL,
	output TEXT, error TEXT, cause TEXT, redriveCount INTEGER NOT NULL DEFAULT 0, redrivenAtMs INTEGER, redriveToken TEXT,
	events INTEGER NOT NULL DEFAULT 0, untold INTEGER NOT NULL DEFAULT 1) STRICT;
CREATE INDEX IF NOT EXISTS states_executions_status ON states_executions (status);
CREATE TABLE IF NOT EXISTS states_events (
	arn TEXT NOT NULL, sequence INTEGER NOT NULL, id INTEGER, transition INTEGER NOT NULL, body TEXT NOT NULL,
	PRIMARY KEY (arn, sequence)) STRICT;
CREATE INDEX IF NOT EXISTS states_events_transition ON states_events (transition) WHERE transition = 1;
CREATE INDEX IF NOT EXISTS states_events_id ON states_events (arn, id);
CREATE TABLE IF NOT EXISTS states_tokens (
	token TEXT PRIMARY KEY, arn TEXT NOT NULL, thread TEXT NOT NULL, attempt INTEGER NOT NULL) STRICT;
`;

const statuses: z.ZodType<Status> = z.enum(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]);
const text = z.string().nullable();
const row = z.object({
	number: z.int(),
	arn: z.string(),
	machineArn: z.string(),
	machineHash: z.string(),
	name: z.string(),
	status: statuses,
	startedAtMs: z.int(),
	stoppedAtMs: z.int().nullable(),
	/** JSON text, as it came. */
	input: z.string(),
	output: text,
	error: text,
	cause: text,
	redriveCount: z.int(),
	redrivenAtMs: z.int().nullable(),
	redriveToken: text,
	/** Events in the history as AWS shows it. */
	events: z.int(),
	untold: z.int(),
});

/** An execution as the store sums it up; times in epoch milliseconds. */
export type ExecutionRow = z.output<typeof row>;

const body = z.object({ body: z.string() });
const definitionRow = z.object({ definition: z.string() }).optional();
const tokenRow = z.object({ arn: z.string(), thread: z.string(), attempt: z.int() });

/** What a step changes beside the log. */
export interface Change {
	events: readonly LogEvent[];
	/** Sequence number of the first of `events`. */
	sequence: number;
	status: Status;
	redriveToken?: string;
}

export interface NewExecution {
	arn: string;
	machineArn: string;
	machineHash: string;
	name: string;
	input: string;
	startedAtMs: number;
}

/** The executions' place in the store. Each step is one transaction. */
export interface Journal extends ReturnType<typeof writing>, ReturnType<typeof reading> {}

export function openJournal(store: Store): Journal {
	store.exec(schema);
	return { ...reading(store), ...writing(store) };
}

function writing(store: Store) {
	const insertEvent = store.prepare(
		"INSERT INTO states_events (arn, sequence, id, transition, body) VALUES (?, ?, ?, ?, ?)",
	);
	const insertToken = store.prepare("INSERT INTO states_tokens (token, arn, thread, attempt) VALUES (?, ?, ?, ?)");
	const find = store.prepare("SELECT * FROM states_executions WHERE arn = ?");
	const sum = store.prepare(
		`UPDATE states_executions SET status = ?, stoppedAtMs = ?, output = ?, error = ?, cause = ?, redriveCount = ?,
			redrivenAtMs = ?, redriveToken = ?, events = ?, untold = ? WHERE arn = ?`,
	);

	function write(arn: string, { events, sequence, status, redriveToken }: Change): ExecutionRow {
		const before = row.parse(find.get(arn));
		let after: ExecutionRow = { ...before, status, redriveToken: redriveToken ?? before.redriveToken };
		for (const [offset, event] of events.entries()) {
			const at = sequence + offset;
			insertEvent.run(arn, at, event.id ?? null, isTransition(event) ? 1 : 0, JSON.stringify(event));
			// The attempt is the number that the thread's position has, once the event is applied.
			if (event.type === "TaskScheduled" && event.token !== undefined)
				insertToken.run(event.token, arn, event.thread, at + 1);
			after = summed(after, event);
		}
		const { stoppedAtMs, output, error, cause, redriveCount, redrivenAtMs } = after;
		const told = [status, stoppedAtMs, output, error, cause, redriveCount, redrivenAtMs, after.redriveToken];
		sum.run(...told, after.events, after.untold, arn);
		return after;
	}

	return {
		/** Keeps a definition for as long as executions may run by it. */
		keepDefinition(hash: string, definition: string): void {
			store.prepare("INSERT OR IGNORE INTO states_machines (hash, definition) VALUES (?, ?)").run(hash, definition);
		},
		/** Begins an execution with its first events; one that had the name before is forgotten. */
		begin({ arn, machineArn, machineHash, name, input, startedAtMs }: NewExecution, change: Change): ExecutionRow {
			return inTransaction(store, () => {
				for (const table of ["events", "tokens", "executions"])
					store.prepare(`DELETE FROM states_${table} WHERE arn = ?`).run(arn);
				store
					.prepare(
						`INSERT INTO states_executions (arn, machineArn, machineHash, name, status, startedAtMs, input)
							VALUES (?, ?, ?, ?, 'RUNNING', ?, ?)`,
					)
					.run(arn, machineArn, machineHash, name, startedAtMs, input);
				return write(arn, change);
			});
		},
		record(arn: string, change: Change): ExecutionRow {
			return inTransaction(store, () => write(arn, change));
		},
		markTold(arn: string, status: Status): void {
			store.prepare("UPDATE states_executions SET untold = 0 WHERE arn = ? AND status = ?").run(arn, status);
		},
	};
}

function reading(store: Store) {
	const find = store.prepare("SELECT * FROM states_executions WHERE arn = ?");
	return {
		execution(arn: string): ExecutionRow | undefined {
			const found = find.get(arn);
			return found && row.parse(found);
		},
		/** The definition kept under this hash, undefined when none is. */
		definition(hash: string): string | undefined {
			const found = store.prepare("SELECT definition FROM states_machines WHERE hash = ?").get(hash);
			return definitionRow.parse(found)?.definition;
		},
		log(arn: string): LogEvent[] {
			return readEvents(store.prepare("SELECT body FROM states_events WHERE arn = ? ORDER BY sequence").all(arn));
		},
		/** A page of the history: `limit` events with ids beyond `after`, in either order. */
		history(arn: string, after: number | undefined, limit: number, reverse: boolean): LogEvent[] {
			const [beyond, order, start] = reverse ? ["<", "DESC", Number.MAX_SAFE_INTEGER] : [">", "ASC", 0];
			const query = `SELECT body FROM states_events WHERE arn = ? AND id IS NOT NULL AND id ${beyond} ? ORDER BY id ${order} LIMIT ?`;
			return readEvents(store.prepare(query).all(arn, after ?? start, limit));
		},
		/** The machine's executions, the youngest first, with numbers below `before`. */
		list(
			machineArn: string,
			filter: { status?: string; redriven?: boolean },
			before: number | undefined,
			limit: number,
		): ExecutionRow[] {
			const found = store
				.prepare(
					`SELECT * FROM states_executions WHERE machineArn = ? AND number < ? AND (? IS NULL OR status = ?)
						AND (? IS NULL OR (redriveCount > 0) = ?) ORDER BY number DESC LIMIT ?`,
				)
				.all(
					...[machineArn, before ?? Number.MAX_SAFE_INTEGER, filter.status ?? null, filter.status ?? null],
					...[flag(filter.redriven), flag(filter.redriven), limit],
				);
			return z.array(row).parse(found);
		},
		running(): ExecutionRow[] {
			return z.array(row).parse(store.prepare("SELECT * FROM states_executions WHERE status = 'RUNNING'").all());
		},
		/** Executions whose latest status nobody has been told of for sure. */
		untold(): ExecutionRow[] {
			return z.array(row).parse(store.prepare("SELECT * FROM states_executions WHERE untold = 1").all());
		},
		token(token: string): z.output<typeof tokenRow> | undefined {
			const found = store.prepare("SELECT arn, thread, attempt FROM states_tokens WHERE token = ?").get(token);
			return found && tokenRow.parse(found);
		},
		transitions(): number {
			const found = store.prepare("SELECT count(*) AS count FROM states_events WHERE transition = 1").get();
			return z.object({ count: z.int() }).parse(found).count;
		},
	};
}

function readEvents(rows: unknown[]): LogEvent[] {
	return rows.map((found) => {
		const event: LogEvent = JSON.parse(body.parse(found).body); // written by `write` alone
		return event;
	});
}

/** What describes an execution, one event later. */
function summed(before: ExecutionRow, event: LogEvent): ExecutionRow {
	const after = { ...before, events: event.id ?? before.events };
	const ended = (failure: Failure) => ({
		...{ ...after, stoppedAtMs: event.at, untold: 1 },
		...{ output: null, error: failure.error ?? null, cause: failure.cause ?? null },
	});
	switch (event.type) {
		case "ExecutionSucceeded":
			return { ...ended({}), output: JSON.stringify(event.output) };
		case "ExecutionFailed":
		case "ExecutionTimedOut":
		case "ExecutionAborted":
			return ended(event.failure);
		case "ExecutionRedriven": {
			const { redriveCount, at } = event;
			const running = { stoppedAtMs: null, output: null, error: null, cause: null, untold: 1 };
			return { ...after, ...running, redriveCount, redrivenAtMs: at };
		}
		default:
			return after;
	}
}

function flag(wanted: boolean | undefined): number | null {
	return wanted === undefined ? null : Number(wanted);
}
