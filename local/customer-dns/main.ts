import process from "node:process";
import { run } from "./command.ts";

process.exitCode = await run(process.argv.slice(2), {
	directory: process.cwd(),
	out: (text) => void process.stdout.write(`${text}\n`),
	err: (text) => void process.stderr.write(`${text}\n`),
});
