import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { run } from "./program.ts";

// A reader that has seen enough, such as `head`, closes the pipe.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
	if (error.code === "EPIPE") process.exit(0);
	throw error;
});

process.exitCode = await run(process.argv.slice(2), {
	env: process.env,
	directory: process.cwd(),
	stdin: process.stdin,
	stdout: process.stdout,
	stderr: process.stderr,
	now: Date.now,
	pause: (millis) => pause(millis),
});
