import { type Access, accessOf } from "./access.ts";
import { type Api, createApi } from "./api.ts";
import type { Exit } from "./failures.ts";
import { harmless, type Paint, paintFor } from "./paint.ts";
import type { World } from "./world.ts";

/** What a command has found or done. */
export interface Answer {
	/** The one document of --json. */
	value: unknown;
	/** The same for people, without a line end at its end. */
	text: string;
	/** 0 unless given. */
	exit?: Exit;
}

/** What every command is handed. */
export interface Context {
	readonly world: World;
	/** For results, and for progress: one of the two streams may be a terminal. */
	readonly paint: { result: Paint; progress: Paint };
	/** The API that the options and the environment name, with the token for it; the same at every call. Throws CommandFailed. */
	api(): Api;
	access(): Access;
	/** One line of progress, to stderr. */
	tell(line: string): void;
	/** The result of the command: said once, at its end. */
	answer(answer: Answer): void;
}

/** `options`: those of the program, as they stand once the command line is read. */
export function createContext(
	world: World,
	options: () => { api?: string | undefined },
	answer: (answer: Answer) => void,
): Context {
	let known: { access: Access; api: Api } | undefined;
	const connect = () => {
		if (known) return known;
		const access = accessOf(world, options().api);
		known = { access, api: createApi(access, world) };
		return known;
	};
	return {
		world,
		paint: { result: paintFor(world.stdout, world.env), progress: paintFor(world.stderr, world.env) },
		api: () => connect().api,
		access: () => connect().access,
		tell: (line) => void world.stderr.write(`${harmless(line)}\n`),
		answer,
	};
}
