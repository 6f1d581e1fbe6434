import { z } from "zod";
import type { Route } from "../functions/api/contracts/route.ts";
import { problemSchema } from "../functions/api/problems.ts";
import type { Access } from "./access.ts";
import { adviceFor } from "./advice.ts";
import { CommandFailed, exits } from "./failures.ts";
import type { World } from "./world.ts";

/** What goes into a request, beside what its route says. */
export interface Asked<R extends Route> {
	path?: Record<string, string>;
	query?: Record<string, string | number | undefined>;
	body?: R["body"] extends z.ZodType ? z.input<R["body"]> : undefined;
	/** The Idempotency-Key: the same for every time that the request is sent. */
	key?: string;
	/** The If-Match. */
	match?: string;
	/** For so long the request is sent again while there is no answer, or one that says so. */
	patienceSeconds?: number;
}

export interface Api {
	readonly url: string;
	/**
	 * The route's answer, read by its own schema. Sent again on outages, 5xx and 429, after the answer's Retry-After: whoever asks must
	 * bear that it comes twice. Throws CommandFailed, with the number of attempts.
	 */
	call<const R extends Route>(route: R, asked: Asked<R>): Promise<z.output<R["reply"]["schema"]>>;
}

/** Longer than a function behind the gateway may take (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html). */
const answerMs = 35_000;
const defaultPatienceSeconds = 5;
const longestPauseMs = 5_000;

/** The API as the routes' contracts describe it. */
export function createApi({ api: url, token }: Access, { now, pause }: World): Api {
	async function call<const R extends Route>(route: R, asked: Asked<R>): Promise<z.output<R["reply"]["schema"]>> {
		const endsAt = now() + (asked.patienceSeconds ?? defaultPatienceSeconds) * 1_000;
		for (let attempts = 1; ; attempts++) {
			const seen = await send(route, asked);
			if ("status" in seen && seen.status < 300) return readAnswer(route, seen.text);
			const failure = failureOf(route, seen, attempts);
			const pauseMs = pauseAfter(seen, attempts);
			if (pauseMs === undefined || now() + pauseMs > endsAt) throw failure;
			await pause(pauseMs);
		}
	}

	async function send(route: Route, { path = {}, query = {}, body, key, match }: Asked<Route>): Promise<Seen> {
		const address = new URL(
			url + route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? "")),
		);
		for (const [name, value] of Object.entries(query)) {
			if (value !== undefined) address.searchParams.set(name, String(value));
		}
		const type = route.bodyType ?? "application/json";
		try {
			const response = await fetch(address, {
				method: route.method.toUpperCase(),
				headers: {
					authorization: `Bearer ${token}`,
					...(body !== undefined && { "content-type": type }),
					...(key !== undefined && { "idempotency-key": key }),
					...(match !== undefined && { "if-match": match }),
				},
				...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
				signal: AbortSignal.timeout(answerMs),
			});
			const { status, headers } = response;
			return { status, retryAfter: headers.get("retry-after"), text: await response.text() };
		} catch (cause) {
			return { cause };
		}
	}

	function failureOf(route: Route, seen: Seen, attempts: number): CommandFailed {
		if ("cause" in seen) {
			const detail = `${reasonIn(seen.cause)}.`;
			const fix =
				"Look at the address (--api, HOSTMASTER_API) and the network; on a laptop, whether npm start still runs.";
			const report = { title: `${url} does not answer.`, detail, fix };
			return new CommandFailed(exits.unasked, report, { attempts, cause: seen.cause });
		}
		return refusalOf(route, seen, attempts);
	}

	return { url, call };
}

/** What came of sending a request once. */
type Seen = { status: number; retryAfter: string | null; text: string } | { cause: unknown };

/** Undefined when sending it again would change nothing. */
function pauseAfter(seen: Seen, attempts: number): number | undefined {
	const backoff = Math.min(100 * 2 ** attempts, longestPauseMs);
	if ("cause" in seen) return backoff;
	if (seen.status !== 429 && seen.status < 500) return undefined;
	const seconds = Number(seen.retryAfter ?? Number.NaN);
	return Number.isFinite(seconds) && seconds >= 0 ? Math.max(seconds * 1_000, 100) : backoff;
}

function readAnswer<R extends Route>(route: R, text: string): z.output<R["reply"]["schema"]> {
	const parsed = route.reply.schema.safeParse(jsonIn(text));
	// The schema is the one that the type is inferred from; a generic forgets it.
	if (parsed.success) return parsed.data as z.output<R["reply"]["schema"]>;
	throw new CommandFailed(exits.unasked, {
		title: `The answer to ${route.method.toUpperCase()} ${route.path} is not as it must be.`,
		detail: z.prettifyError(parsed.error),
		fix: "Look whether the address is Hostmaster's, and whether this command is of the same release.",
	});
}

/** The gateway's own answers have another shape than problems: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html */
const gatewaySchema = z.object({ message: z.string() });

function refusalOf(route: Route, { status, text }: { status: number; text: string }, attempts: number): CommandFailed {
	const isUnasked = status >= 500 || status === 401 || status === 403 || status === 429;
	const exit = isUnasked ? exits.unasked : exits.refused;
	const problem = problemSchema.safeParse(jsonIn(text)).data;
	if (problem) {
		const { type, title, detail, field, rule, requestId } = problem;
		const single = field !== undefined && rule !== undefined ? [{ field, rule, detail: detail ?? title }] : undefined;
		const errors = problem.errors ?? single;
		const report = { title: `${title}.`, detail: errors ? undefined : detail, errors, fix: adviceFor(type) };
		return new CommandFailed(exit, { ...report, type, status, requestId }, { attempts });
	}
	const message = gatewaySchema.safeParse(jsonIn(text)).data?.message;
	const title = `${route.method.toUpperCase()} ${route.path} was answered with ${status}${message ? `, ${message}` : ""}.`;
	return new CommandFailed(exit, { title, fix: gatewayAdvice(status, route), status }, { attempts });
}

function gatewayAdvice(status: number, { scope }: Route): string {
	if (status === 401)
		return "The token is not valid, or not any more: set HOSTMASTER_TOKEN to a new one, or run npm start again.";
	if (status === 403) return `The token lacks the scope '${scope}': ask your issuer for one that has it.`;
	if (status === 404) return "Look whether the address is Hostmaster's API (--api, HOSTMASTER_API).";
	return "Run the command again in a while.";
}

/** Undici says why in the cause, which has a code only when several addresses were tried. */
function reasonIn(error: unknown): string {
	const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
	return cause instanceof Error ? cause.message || String(Reflect.get(cause, "code")) : String(cause);
}

function jsonIn(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
