import { InvalidArgumentError, Option } from "@commander-js/extra-typings";

/** Follow what was begun to its end. */
export const watchOption = () => new Option("--watch", "follow the operation to its end, step by step");

/** Longer than every wait of a step but those that hang on people. */
export const timeoutOption = () =>
	new Option("--timeout <seconds>", "with --watch: give up looking after so long; the operation goes on")
		.argParser(wholeNumber(1, 86_400))
		.default(3_600);

/** How many rows a list shows. */
export const limitOption = () =>
	new Option("--limit <n>", "show at most so many").argParser(wholeNumber(1, 100_000)).default(100);

export const allOption = () => new Option("--all", "show all, however many").conflicts("limit");

/** Known to the API for 24 hours: the same key with the same request begins nothing twice. */
export const keyOption = () =>
	new Option("--idempotency-key <key>", "of your own, so that running the command again begins nothing twice");

/** Reads a whole number from `least` to `most`, digits only. */
export function wholeNumber(least: number, most: number): (text: string) => number {
	return (text) => {
		const number = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
		if (number >= least && number <= most) return number;
		throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
	};
}

/** An origin as it is typed. */
export interface TypedOrigin {
	host: string;
	port?: number;
	pathPrefix?: string;
}

/** Reads `shop.example.net`, `shop.example.net:8443`, `https://shop.example.net/v2`; the API checks the rest. */
export function readOrigin(text: string): TypedOrigin {
	const [, host, port, pathPrefix] = /^(?:https:\/\/)?([^\s:/]+)(?::([0-9]{1,5}))?(\/\S*)?$/.exec(text) ?? [];
	if (host === undefined) {
		throw new InvalidArgumentError("Write an origin as host, host:port or https://host:port/path.");
	}
	const prefix = pathPrefix === "/" ? undefined : pathPrefix;
	return { host, ...(port && { port: Number(port) }), ...(prefix !== undefined && { pathPrefix: prefix }) };
}

/** A route as it is typed: the paths below a prefix go to an origin. */
export interface TypedRoute {
	prefix: string;
	origin: TypedOrigin;
}

/** Reads `/ai=model.example.net`, one more at each time that the option is given. */
export function readRoute(text: string, earlier: TypedRoute[] = []): TypedRoute[] {
	const at = text.indexOf("=");
	if (at < 1) throw new InvalidArgumentError("Write a route as /prefix=origin.");
	return [...earlier, { prefix: text.slice(0, at), origin: readOrigin(text.slice(at + 1)) }];
}

/** Reads the JSON of an object. */
export function readConfig(text: string): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(text);
		if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
	} catch {
		// Told below, with everything else that is no object.
	}
	throw new InvalidArgumentError(`Write the application's settings as a JSON object, e.g. '{"theme":"dark"}'.`);
}
