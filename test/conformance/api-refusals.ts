import type { Known } from "./api-examples.ts";
import type { Asked } from "./api-statuses.ts";

/** What was asked, and what was answered otherwise than documented. */
interface Refusal {
	asked: Asked[];
	wrong: string[];
}

/** HTTP APIs take 10 MB: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html. */
const tooManyBytes = 10 * 1024 * 1024 + 1;

/** More at once than the stage's burst of 200. */
const tooManyAtOnce = 400;

/**
 * Asks for what no generated request meets: each of the paths with a token that may do nothing (403), one with a body that is too large (413),
 * and one more often than the gateway lets through (429).
 */
export async function refusals(
	api: string,
	powerless: string,
	token: string,
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
	}
	const large = await ask("POST", "/v1/tenants", token, JSON.stringify({ name: "a".repeat(tooManyBytes) }));
	if (large !== 413) wrong.push(`a body of ${tooManyBytes} bytes: ${large}`);
	const many = await Promise.all(Array.from({ length: tooManyAtOnce }, () => ask("GET", "/v1/health", token)));
	if (!many.includes(429)) wrong.push(`${tooManyAtOnce} requests at once: no 429`);
	if (many.some((status) => status !== 429 && status !== 200))
		wrong.push(`${tooManyAtOnce} requests at once: ${[...new Set(many)].join(" ")}`);
	return { asked, wrong };
}

/** Asks what needs a state that generated requests hardly meet: conflicts about a domain, and a tenant that is not there. */
export async function conflicts(api: string, token: string, known: Known): Promise<Refusal> {
	const [first = "", second = ""] = known["tenantId"] ?? [];
	const [hostname = ""] = known["hostname"] ?? [];
	const nobody = `ten_${"0".repeat(26)}`;
	const cases: [status: number, method: string, path: string, body?: object][] = [
		[404, "DELETE", `/v1/tenants/${nobody}`],
		[409, "POST", `/v1/tenants/${second}/domains`, { hostname, validation: "http" }],
		[404, "POST", `/v1/tenants/${nobody}/domains/${hostname}/primary`],
		[409, "POST", `/v1/tenants/${first}/domains/${hostname}/primary`],
	];
	const asked: Asked[] = [];
	const wrong: string[] = [];
	for (const [expected, method, path, body] of cases) {
		const headers = {
			authorization: `Bearer ${token}`,
			"content-type": "application/json",
			"idempotency-key": `conflict-${asked.length}`,
		};
		const response = await fetch(`${api}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
		asked.push({ method, path, status: response.status });
		if (response.status !== expected)
			wrong.push(`${method} ${path}: ${response.status}, not ${expected}: ${await response.text()}`);
	}
	return { asked, wrong };
}
