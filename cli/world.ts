/** Where text goes: a stream of the process, or a test's own. */
export interface Sink {
	write(text: string): unknown;
	isTTY?: boolean;
}

/** Everything that a command takes from around it, so that tests can stand in for a terminal. */
export interface World {
	env: Readonly<Record<string, string | undefined>>;
	/** Where paths and `.hostmaster/` are looked for. */
	directory: string;
	stdin: AsyncIterable<Uint8Array>;
	/** Results. */
	stdout: Sink;
	/** Progress and complaints. */
	stderr: Sink;
	/** Milliseconds since 1970. */
	now(): number;
	pause(millis: number): Promise<void>;
}
