import { AsyncLocalStorage } from "node:async_hooks";
import { format } from "node:util";

/** Takes what a function writes, text with its line ends. */
export type OutputSink = (text: string) => void;

const current = new AsyncLocalStorage<OutputSink>();
let installations = 0;
let uninstall = () => {};

/** Runs `act`; what it writes to the console, to stdout or to stderr goes to `sink`, also after `act` has returned. */
export function withOutput<T>(sink: OutputSink, act: () => T): T {
	return current.run(sink, act);
}

/**
 * Puts the switch into the process's streams and console; outside of `withOutput` both work as before.
 * Answers how to take it out; the last one to leave does.
 */
export function captureOutput(): () => void {
	if (installations === 0) uninstall = install();
	installations += 1;
	let left = false;
	return () => {
		if (left) return;
		left = true;
		installations -= 1;
		if (installations === 0) uninstall();
	};
}

function install(): () => void {
	const restores = [
		divertStream(process.stdout),
		divertStream(process.stderr),
		...(["log", "info", "warn", "error", "debug", "trace"] as const).map(divertConsole),
	];
	return () => {
		for (const restore of restores) restore();
	};
}

/** Loggers may hold a console of their own on these streams, so that the global console alone is not enough. */
function divertStream(stream: NodeJS.WriteStream): () => void {
	const original = stream.write;
	// Cast: `write` is overloaded; the arguments are passed on untouched.
	stream.write = ((...args: Parameters<typeof original>) => {
		const sink = current.getStore();
		if (!sink) return original.apply(stream, args);
		const [chunk] = args;
		sink(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
		const done: unknown = args.at(-1);
		if (typeof done === "function") done();
		return true;
	}) as typeof original;
	return () => {
		stream.write = original;
	};
}

/** A host may have replaced the global console by one that does not write to the streams (test runners do). */
function divertConsole(method: "log" | "info" | "warn" | "error" | "debug" | "trace"): () => void {
	const original = console[method];
	console[method] = (...args: unknown[]) => {
		const sink = current.getStore();
		if (sink) sink(`${format(...args)}\n`);
		else original.apply(console, args);
	};
	return () => {
		console[method] = original;
	};
}
