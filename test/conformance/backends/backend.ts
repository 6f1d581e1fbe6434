import type { Clients, Place } from "../clients.ts";
import type { StandingStack } from "./packaged-stack.ts";

/** An implementation of AWS that the suites run on. */
export interface Backend {
	/** As in the table. */
	name: string;
	/** Which services it has. */
	services: "all" | readonly (keyof Clients)[];
	/** Operations and features that it does not have, although it has the service, and what it does instead. */
	lacks?: Readonly<Record<string, string>>;
	/** Starts it on a free port. Rejects with NotHere when this machine lacks what it needs. */
	start(say: (line: string) => void): Promise<Running>;
}

export interface Running extends Place {
	/** A multi-tenant distribution that stands already, where the API makes none. */
	distributionId?: string | undefined;
	/** A connection group, likewise. */
	connectionGroupId?: string | undefined;
	/** The packaged stack, where it can stand. */
	stack?: StandingStack | undefined;
	/** E.g. its version. */
	about: string;
	stop(): Promise<void>;
}

/** This machine lacks what an implementation needs; the message says what, and how to get it. */
export class NotHere extends Error {}

/** Operations that are answered as unknown, in words that do not say so. */
export function notYet(...operations: string[]): Record<string, string> {
	return Object.fromEntries(operations.map((operation) => [operation, `${operation} is not implemented`]));
}
