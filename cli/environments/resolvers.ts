import type { Environment } from "./landscape.ts";

/** Asks DNS as the environment does: the services read their settings where functions have theirs. */
export function askAs({ parameters }: Environment): void {
	const { Resolvers = "", NameServerPort = "53" } = parameters;
	Object.assign(process.env, { RESOLVERS: Resolvers, NAME_SERVER_PORT: NameServerPort });
}
