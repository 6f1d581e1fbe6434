import type { Exit } from "../../cli/failures.ts";
import { run } from "../../cli/program.ts";
import type { World } from "../../cli/world.ts";

/** What a command leaves behind. */
export interface Ended {
	exit: Exit;
	stdout: string;
	stderr: string;
}

export interface Terminal {
	env?: Record<string, string | undefined>;
	/** Without one there is no `.hostmaster/` to be found. */
	directory?: string;
	/** Hears each line of progress. */
	onLine?: (text: string) => void;
	stdin?: string;
	isTTY?: boolean;
	/** Virtual time unless given: pauses are over at once, and are added up. */
	now?: World["now"];
	pause?: World["pause"];
}

/** A shell in which commands are typed as on a command line; words with spaces go into an array. */
export function aTerminal({ env = {}, directory = "/nowhere", stdin = "", isTTY = false, onLine, ...time }: Terminal) {
	let passed = 0;
	const pauses: number[] = [];
	const clock = {
		now: () => Date.parse("2026-06-01T00:00:00.000Z") + passed,
		pause: (millis: number) => {
			passed += millis;
			pauses.push(millis);
			return Promise.resolve();
		},
	};
	return {
		/** Milliseconds of every pause so far. */
		pauses,
		async type(line: string, ...more: string[]): Promise<Ended> {
			const seen = { stdout: "", stderr: "" };
			const sink = (name: keyof typeof seen) => ({
				isTTY,
				write: (text: string) => {
					seen[name] += text;
					if (name === "stderr") onLine?.(text);
				},
			});
			const exit = await run([...line.split(" "), ...more], {
				...{ env, directory, stdin: streamOf(stdin), stdout: sink("stdout"), stderr: sink("stderr") },
				...clock,
				...time,
			});
			return { exit, ...seen };
		},
	};
}

async function* streamOf(text: string): AsyncGenerator<Uint8Array> {
	const bytes = new TextEncoder().encode(text);
	// In two pieces, wherever that cuts a character.
	const middle = Math.floor(bytes.length / 2);
	yield await Promise.resolve(bytes.slice(0, middle));
	yield bytes.slice(middle);
}
