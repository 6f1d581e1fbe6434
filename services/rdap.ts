import type { z } from "zod";
import { limits } from "../domain/limits.ts";
import { type Bootstrap, bootstrapSchema, rdapDomainSchema, rdapUrlOf, registrationIn } from "../domain/rdap.ts";
import { type RegistrationAnswer, type RegistrationSource, unanswered } from "../domain/registration.ts";
import { reasonOf } from "./aws-errors.ts";

/** Where IANA keeps the list of registries' servers (RFC 9224, section 4). */
export const ianaBootstrapUrl = "https://data.iana.org/rdap/dns.json";

export interface RdapOptions {
	/** Where the list of registries' servers is. */
	bootstrapUrl: string;
	/** The longest that one document may take, in milliseconds. */
	timeoutMs?: number;
}

/** Of the list, or of one domain; each is asked for once. */
export const rdapTimeoutMs = 10_000;

type Fetched<T> =
	| { outcome: "document"; document: T }
	| { outcome: "none" }
	| { outcome: "unanswered"; because: string };

/** Registrations as registries tell them to everybody (RDAP: RFC 7480 for HTTP, RFC 9083 for the answers). */
export function rdapRegistrations({ bootstrapUrl, timeoutMs = rdapTimeoutMs }: RdapOptions): RegistrationSource {
	let asked: Promise<Fetched<Bootstrap>> | undefined;

	/** One that came is kept for as long as this source is. */
	async function bootstrap(): Promise<Fetched<Bootstrap>> {
		asked ??= fetchJson(bootstrapUrl, bootstrapSchema, timeoutMs);
		const found = await asked;
		if (found.outcome !== "document") asked = undefined;
		return found;
	}

	return {
		async ask(name): Promise<RegistrationAnswer> {
			const list = await bootstrap();
			if (list.outcome === "none") return unanswered(`There is nothing at ${bootstrapUrl}`);
			if (list.outcome === "unanswered") return list;
			const url = rdapUrlOf(name, list.document);
			if (url === undefined) return unanswered(`No registry answers for ${name}, says ${bootstrapUrl}`);
			const found = await fetchJson(url, rdapDomainSchema, timeoutMs);
			if (found.outcome === "unanswered") return found;
			// https://www.rfc-editor.org/rfc/rfc7480#section-5.3
			if (found.outcome === "none") return { outcome: "not-registered", because: `its registry has none (${url})` };
			const { ldhName = name } = found.document;
			if (ldhName.replace(/\.$/, "") !== name) return unanswered(`${url} answers about ${ldhName}`);
			return { outcome: "registered", registration: registrationIn(found.document, name) };
		},
	};
}

/** Reads a document, and says in a few words why there is none. Never rejects. */
async function fetchJson<S extends z.ZodType>(
	url: string,
	schema: S,
	timeoutMs: number,
): Promise<Fetched<z.output<S>>> {
	const { host } = new URL(url);
	try {
		const headers = { accept: "application/rdap+json, application/json" };
		const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
		if (!response.ok) {
			await response.body?.cancel();
			return response.status === 404 ? { outcome: "none" } : unanswered(`${host} answers ${response.status}`);
		}
		const text = await textOf(response);
		if (text === undefined) return unanswered(`${host} answers without end`);
		const parsed = schema.safeParse(jsonIn(text));
		if (parsed.success) return { outcome: "document", document: parsed.data };
		const [issue] = parsed.error.issues;
		return unanswered(`${host} answers what nobody can read (${issue?.path.join(".") || "no JSON object"})`);
	} catch (error) {
		// Node hides the socket's own error behind 'fetch failed'.
		const cause: unknown = Reflect.get(Object(error), "cause") ?? error;
		return unanswered(`${host} does not answer (${reasonOf(cause)})`);
	}
}

/** Undefined when it is longer than any that we ask for. */
async function textOf(response: Response): Promise<string | undefined> {
	const chunks: Uint8Array[] = [];
	let length = 0;
	for await (const chunk of response.body ?? []) {
		length += chunk.length;
		if (length > limits.rdapDocument.value) return undefined;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString("utf8");
}

function jsonIn(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
