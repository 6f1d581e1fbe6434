import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { Endpoints } from "../endpoints.ts";

const operationSchema = z.object({
	operationId: z.string(),
	status: z.string(),
	steps: z.array(z.object({ name: z.string(), state: z.string() })),
	failure: z
		.object({ step: z.string().optional(), error: z.string(), detail: z.string(), actor: z.string(), fix: z.string() })
		.optional(),
});
export type SeenOperation = z.infer<typeof operationSchema>;

const tenantSchema = z.object({
	tenantId: z.string(),
	slug: z.string(),
	hostname: z.string(),
	status: z.string(),
	revision: z.int(),
});
export type SeenTenant = z.infer<typeof tenantSchema>;

const acceptedSchema = z.object({ tenant: tenantSchema, operation: operationSchema });

const domainSchema = z.object({
	hostname: z.string(),
	status: z.string(),
	records: z.array(z.object({ name: z.string().nullable(), type: z.string(), value: z.string().nullable() })),
});
export type SeenDomain = z.infer<typeof domainSchema>;

const attachedSchema = z.object({ domain: domainSchema, operation: operationSchema });

const text = z.string().nullable();
const verifiedSchema = z.object({
	domain: domainSchema,
	diagnosis: z.object({ ok: z.boolean(), reason: text, message: z.string(), actor: text, fix: text }),
});

/** How often an operation is looked at; a person would poll about so. */
const pollMs = 100;

/** The API as a billing system uses it: asks again when the answer says that it may, with the same key. */
export function createClient({ api, token, demoOrigin }: Endpoints) {
	async function call(
		method: string,
		path: string,
		body?: unknown,
		key?: string,
		headers: Record<string, string> = {},
	): Promise<unknown> {
		for (let attempt = 1; ; attempt++) {
			const response = await fetch(`${api}${path}`, {
				method,
				headers: {
					authorization: `Bearer ${token}`,
					...headers,
					...(body !== undefined && { "content-type": "application/json" }),
					...(key !== undefined && { "idempotency-key": key }),
				},
				...(body !== undefined && { body: JSON.stringify(body) }),
			});
			if (response.ok) return response.json();
			const { status, headers: told } = response;
			if ((status < 500 && status !== 429) || attempt === 10) {
				throw new Error(`${method} ${path} answered ${status}: ${await response.text()}`);
			}
			// A check of a domain says how long it is too soon; the gateway, which throttles too, does not.
			const laterMs = status === 429 ? Number(told.get("retry-after") ?? 0) * 1_000 : 0;
			await pause(Math.max(laterMs, pollMs * attempt));
		}
	}

	async function showOperation(operationId: string): Promise<SeenOperation> {
		return operationSchema.parse(await call("GET", `/v1/operations/${operationId}`));
	}

	return {
		newTenant: (slug: string) => ({ slug, name: `${slug} Ltd`, externalRef: `cus_${slug}`, origin: demoOrigin }),
		async createTenant(request: { slug: string }) {
			return acceptedSchema.parse(await call("POST", "/v1/tenants", request, `demo-${request.slug}`));
		},
		/** Asks for a change of a tenant: `POST …/suspend`, `…/resume` or `…/rename`. */
		async change(tenantId: string, what: "suspend" | "resume" | "rename", request: object, key: string) {
			return acceptedSchema.parse(await call("POST", `/v1/tenants/${tenantId}/${what}`, request, key));
		},
		/** Changes what `patch` names, provided that the tenant is as it was seen. */
		async update({ tenantId, revision }: SeenTenant, patch: object) {
			const headers = { "if-match": `"${revision}"` };
			return acceptedSchema.parse(await call("PATCH", `/v1/tenants/${tenantId}`, patch, undefined, headers));
		},
		async remove(tenantId: string) {
			return acceptedSchema.parse(await call("DELETE", `/v1/tenants/${tenantId}`));
		},
		async showTenant(tenantId: string): Promise<SeenTenant> {
			return tenantSchema.parse(await call("GET", `/v1/tenants/${tenantId}`));
		},
		async findTenant(externalRef: string): Promise<SeenTenant | undefined> {
			const page = z.object({ tenants: z.array(tenantSchema) });
			return page.parse(await call("GET", `/v1/tenants?externalRef=${externalRef}`)).tenants[0];
		},
		async operationsOf(tenantId: string): Promise<SeenOperation[]> {
			const page = z.object({ operations: z.array(operationSchema) });
			return page.parse(await call("GET", `/v1/operations?tenantId=${tenantId}`)).operations;
		},
		async attachDomain(tenantId: string, hostname: string) {
			const path = `/v1/tenants/${tenantId}/domains`;
			return attachedSchema.parse(await call("POST", path, { hostname }, `demo-${hostname}`));
		},
		/** Checks now, or as soon as the last check is long enough ago. */
		async verifyDomain(tenantId: string, hostname: string) {
			return verifiedSchema.parse(await call("POST", `/v1/tenants/${tenantId}/domains/${hostname}/verify`));
		},
		async showDomain(tenantId: string, hostname: string): Promise<SeenDomain> {
			const shown = z.object({ domain: domainSchema });
			return shown.parse(await call("GET", `/v1/tenants/${tenantId}/domains/${hostname}`)).domain;
		},
		async retry(operationId: string): Promise<void> {
			await call("POST", `/v1/operations/${operationId}/retry`);
		},
		/** Polls until the operation has ended, telling each step as it is done. Throws after `deadlineMs`. */
		async follow(operationId: string, deadlineMs: number, tell: (step: string) => void): Promise<SeenOperation> {
			const told = new Set<string>();
			const endsAt = Date.now() + deadlineMs;
			for (;;) {
				const operation = await showOperation(operationId);
				for (const { name, state } of operation.steps) {
					if (state !== "done" || told.has(name)) continue;
					told.add(name);
					tell(name);
				}
				if (operation.status !== "queued" && operation.status !== "running") return operation;
				if (Date.now() > endsAt) throw new Error(`${operationId} is still ${operation.status} after ${deadlineMs} ms.`);
				await pause(pollMs);
			}
		},
	};
}
export type Client = ReturnType<typeof createClient>;

/** Asks again every `pollMs` until there is an answer. Throws after `deadlineMs`, naming `what`. */
export async function eventually<T>(what: string, deadlineMs: number, ask: () => Promise<T | undefined>): Promise<T> {
	const endsAt = Date.now() + deadlineMs;
	for (;;) {
		const answer = await ask();
		if (answer !== undefined) return answer;
		if (Date.now() > endsAt) throw new Error(`${what} did not come within ${deadlineMs} ms.`);
		await pause(pollMs);
	}
}
