import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { soundRequests } from "../malformed/sound-requests.ts";
import type { Asked } from "./api-statuses.ts";

/** Ids of what stands when the asking begins, by the parameter's name. */
export type Known = Readonly<Record<string, readonly string[]>>;

const tenantCount = 8;

/** Makes tenants, a domain, webhooks and an import through the API, so that paths lead to something. Throws with what was refused. */
export async function seeded(
	api: string,
	token: string,
	origin: { host: string; port: number },
): Promise<{ known: Known; asked: Asked[] }> {
	const asked: Asked[] = [];
	async function post(path: string, key: string, body: unknown): Promise<unknown> {
		const headers = {
			authorization: `Bearer ${token}`,
			"content-type": typeof body === "string" ? "application/x-ndjson" : "application/json",
			"idempotency-key": key,
		};
		const text = typeof body === "string" ? body : JSON.stringify(body);
		const response = await fetch(`${api}${path}`, { method: "POST", headers, body: text });
		asked.push({ method: "POST", path, status: response.status });
		if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`);
		return await response.json();
	}
	const numbers = Array.from({ length: tenantCount }, (_, at) => at + 1);
	const made = await Promise.all(
		numbers.map((at) => post("/v1/tenants", `seed-${at}`, { slug: `seed-${at}`, name: `Seed ${at}`, origin })),
	);
	const tenantId = made.map(
		(answer) => z.looseObject({ tenant: z.looseObject({ tenantId: z.string() }) }).parse(answer).tenant.tenantId,
	);
	const operationId = made.map(
		(answer) =>
			z.looseObject({ operation: z.looseObject({ operationId: z.string() }) }).parse(answer).operation.operationId,
	);
	const hostname = ["shop.acme.com", "www.globex.com"];
	await Promise.all(
		hostname.map((name, at) =>
			post(`/v1/tenants/${tenantId[at]}/domains`, `domain-${at}`, { hostname: name, validation: "http" }),
		),
	);
	const webhooks = await Promise.all(
		numbers.map((at) =>
			post("/v1/webhooks", `hook-${at}`, { url: `https://hooks${at}.example.com/`, events: ["TenantActivated"] }),
		),
	);
	const line = (slug: string) => JSON.stringify({ slug, name: slug, origin });
	const imported = await post("/v1/imports", "import-1", `${line("imported-1")}\n${line("imported-2")}\n`);
	await pause(3_000); // the tenants' first steps; nothing here depends on how far they got
	const known = {
		...{ tenantId, operationId, hostname },
		slug: ["seed-1"],
		webhookId: webhooks.map((answer) => idIn(answer, "webhookId")),
		importId: [idIn(imported, "importId")],
	};
	return { known, asked };
}

/** The first id of that name in an answer, wherever it stands. Throws when there is none. */
export function idIn(answer: unknown, name: string): string {
	const found = new RegExp(`"${name}":"([^"]+)"`).exec(JSON.stringify(answer))?.[1];
	if (found === undefined) throw new Error(`No ${name} in ${JSON.stringify(answer)}`);
	return found;
}

const parameterSchema = z.looseObject({ in: z.string(), name: z.string(), schema: z.unknown() });
const contentSchema = z.record(z.string(), z.looseObject({ schema: z.unknown() }));
const operationSchema = z.looseObject({
	operationId: z.string(),
	parameters: z.array(parameterSchema).optional(),
	requestBody: z.looseObject({ content: contentSchema }).optional(),
	responses: z.record(z.string(), z.unknown()),
});
type Operation = z.output<typeof operationSchema>;
const pathsSchema = z.record(z.string(), z.record(z.string(), operationSchema));

/**
 * The document as the tool is given it: what goes in is as often something that leads somewhere as it is anything of the right form, or
 * hardly any request would come past the first 400. Patterns are written as Python reads them. 431 is the gateway's own answer to a request
 * line with headers of more than 10,240 bytes, before it looks for a route:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
export function exemplified(
	document: Readonly<Record<string, unknown>>,
	known: Known,
	origin: object,
): Record<string, unknown> {
	const paths = Object.entries(pathsSchema.parse(document["paths"])).map(([path, methods]) => [
		path,
		Object.fromEntries(
			Object.entries(methods).map(([method, operation]) => [method, leading(operation, known, origin)]),
		),
	]);
	const text = JSON.stringify({ ...document, paths: Object.fromEntries(paths) });
	const portable = text
		.replaceAll("\\\\p{Cc}", "\\\\x00-\\\\x1f\\\\x7f-\\\\x9f")
		.replaceAll("\\\\p{Cs}", "\\\\ud800-\\\\udfff");
	return z.record(z.string(), z.unknown()).parse(JSON.parse(portable));
}

function leading(operation: Operation, known: Known, origin: object): object {
	const { operationId, parameters = [], requestBody, responses } = operation;
	const bodies = z.record(z.string(), z.looseObject({ body: z.unknown().optional() })).parse(soundRequests)[
		operationId
	]?.body;
	const either = (schema: unknown, values: readonly unknown[]) => ({ anyOf: [{ enum: values }, schema] });
	return {
		...operation,
		parameters: parameters.map((each) => {
			const values = each.name === "if-match" ? ['"1"', '"2"'] : each.in === "path" ? known[each.name] : undefined;
			return values ? { ...each, schema: either(each.schema, values) } : each;
		}),
		...(requestBody &&
			bodies !== undefined && {
				requestBody: {
					...requestBody,
					content: Object.fromEntries(
						Object.entries(requestBody.content).map(([type, media]) => [
							type,
							{ ...media, schema: either(media.schema, variants(bodies, origin)) },
						]),
					),
				},
			}),
		responses: { ...responses, 431: { description: "The request line and its headers are too long." } },
	};
}

/** The body under several slugs and references, with an origin that is there. */
function variants(body: unknown, origin: object): unknown[] {
	const texts = Array.from({ length: 12 }, (_, at) =>
		JSON.stringify(body, (key, value: unknown) => {
			if (key === "origin") return origin;
			if (key === "slug" || key === "externalRef") return `${String(value).replaceAll("_", "-")}-${at}`;
			return key === "hostname" || key === "redirectTo" ? `${at}.${String(value)}` : value;
		}),
	);
	return [...new Set(texts)].map((text) => JSON.parse(text));
}
