import type { Known } from "./api-examples.ts";
import type { ApiOperation, Asked } from "./api-statuses.ts";

/** What was asked, and what was answered otherwise than documented. */
interface Refusal {
	asked: Asked[];
	wrong: string[];
}

/** Tokens: of every scope, of none that there is, and of every scope without a subject. */
interface Bearers {
	token: string;
	powerless: string;
	nameless: string;
}

/** HTTP APIs take 10 MB: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html. */
const tooManyBytes = 10 * 1024 * 1024 + 1;

/** More at once than the stage's burst of 200. */
const tooManyAtOnce = 400;

/**
 * Asks for what no generated request meets: each of the paths with a token that may do nothing (403) and with one that names nobody (400), one with a
 * body that is too large (413), and one more often than the gateway lets through (429).
 */
export async function refusals(
	api: string,
	{ token, powerless, nameless }: Bearers,
	paths: readonly Pick<Asked, "method" | "path">[],
): Promise<Refusal> {
	const asked: Asked[] = [];
	const wrong: string[] = [];
	async function ask(method: string, path: string, bearer: string, body?: string): Promise<number> {
		const headers = {
			authorization: `Bearer ${bearer}`,
			...(body !== undefined && { "content-type": "application/json", "idempotency-key": "k" }),
		};
		const response = await fetch(`${api}${path}`, { method, headers, ...(body !== undefined && { body }) });
		await response.arrayBuffer();
		asked.push({ method, path, status: response.status });
		return response.status;
	}
	for (const { method, path } of paths) {
		const status = await ask(method, path, powerless);
		if (status !== 403) wrong.push(`${method} ${path} without a scope: ${status}`);
		const unnamed = await ask(method, path, nameless);
		if (unnamed !== 400) wrong.push(`${method} ${path} by nobody: ${unnamed}`);
	}
	const large = await ask("POST", "/v1/tenants", token, JSON.stringify({ name: "a".repeat(tooManyBytes) }));
	if (large !== 413) wrong.push(`a body of ${tooManyBytes} bytes: ${large}`);
	const many = await Promise.all(Array.from({ length: tooManyAtOnce }, () => ask("GET", "/v1/health", token)));
	if (!many.includes(429)) wrong.push(`${tooManyAtOnce} requests at once: no 429`);
	if (many.some((status) => status !== 429 && status !== 200))
		wrong.push(`${tooManyAtOnce} requests at once: ${[...new Set(many)].join(" ")}`);
	return { asked, wrong };
}

/** What has to be given before it is looked whether the tenant is there. */
const sound: Readonly<Record<string, object>> = {
	"PATCH /v1/tenants/{tenantId}": { name: "Nobody" },
	"POST /v1/tenants/{tenantId}/suspend": { reason: "Nobody is there." },
	"POST /v1/tenants/{tenantId}/rename": { slug: "nobody" },
	"POST /v1/tenants/{tenantId}/domains": { hostname: "nobody.acme.com", validation: "http" },
};

/** Asks what generated requests may not meet: conflicts about a domain, and what is not there. */
export async function conflicts(
	api: string,
	token: string,
	known: Known,
	operations: readonly ApiOperation[],
): Promise<Refusal> {
	const [first = "", second = ""] = known["tenantId"] ?? [];
	const [hostname = ""] = known["hostname"] ?? [];
	const cases: [status: number, method: string, path: string, body?: object][] = [
		[409, "POST", `/v1/tenants/${second}/domains`, { hostname, validation: "http" }],
		[409, "POST", `/v1/tenants/${first}/domains/${hostname}/primary`],
		...operations
			.filter(({ documented, ofGateway }) => documented.includes(404) && !ofGateway.includes(404))
			.map(({ method, template }): [number, string, string, object?] => {
				const path = `${absent(template, known)}${template.endsWith("/usage") ? "?month=2026-01" : ""}`;
				if (method === "GET" || method === "DELETE") return [404, method, path];
				return [404, method, path, sound[`${method} ${template}`] ?? {}];
			}),
	];
	const asked: Asked[] = [];
	const wrong: string[] = [];
	for (const [expected, method, path, body] of cases) {
		const headers = {
			authorization: `Bearer ${token}`,
			"content-type": "application/json",
			"idempotency-key": `conflict-${asked.length}`,
			"if-match": '"1"',
		};
		const response = await fetch(`${api}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
		asked.push({ method, path: path.replace(/\?.*/, ""), status: response.status });
		if (response.status !== expected)
			wrong.push(`${method} ${path}: ${response.status}, not ${expected}: ${await response.text()}`);
	}
	return { asked, wrong };
}

/** A path of the right form that leads to nothing: ids are those of something that stands, with zeros in the place of what tells them apart. */
function absent(template: string, known: Known): string {
	return template.replace(/\{(\w+)\}/g, (_, name: string) => {
		const [there = ""] = known[name] ?? [];
		const id = there.replace(/[0-9A-Z]{26}$/, "0".repeat(26));
		return id === there ? there.replace(/^[^.]+/, "nobody") : id;
	});
}
