import { limits } from "../../domain/limits.ts";
import { send } from "../../local/customer-dns/desk-client.ts";
import { createClient } from "../../local/demo/client.ts";
import type { Endpoints } from "../../local/endpoints.ts";
import { idIn, type Known } from "./api-examples.ts";
import type { Asked } from "./api-statuses.ts";

// Each of these takes seconds; beside other work everything takes longer.
const deadlineMs = 120_000;

/**
 * Does what an answer needs that no generated request meets, because it takes a certain state: work that is paused, as many webhooks as there may
 * be, an active domain to make primary, a failed operation to retry. Leaves the first three as they were. Rejects when such a state does not come.
 */
export async function deeds(endpoints: Endpoints, known: Known): Promise<{ asked: Asked[]; wrong: string[] }> {
	const { api, token, aws } = endpoints;
	const client = createClient(endpoints);
	const asked: Asked[] = [];
	const wrong: string[] = [];
	async function ask(method: string, path: string, body?: object): Promise<{ status: number; text: string }> {
		const headers = {
			authorization: `Bearer ${token}`,
			"idempotency-key": `deed-${asked.length}`,
			...(body && { "content-type": "application/json" }),
		};
		const response = await fetch(`${api}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
		const { status } = response;
		asked.push({ method, path, status });
		return { status, text: await response.text() };
	}
	async function posts(path: string, expected: number, body?: object): Promise<void> {
		const { status, text } = await ask("POST", path, body);
		if (status !== expected) wrong.push(`POST ${path}: ${status}, not ${expected}: ${text}`);
	}

	await posts("/v1/operations:pause", 200, { reason: "A repair is to be refused." });
	await posts("/v1/reconciliation", 409, {});
	await posts("/v1/operations:resume", 200);

	const made: string[] = [];
	for (let at = 0; at <= limits.webhooks.value; at++) {
		const more = { url: `https://more${at}.example.com/`, events: ["TenantActivated"] };
		const { status, text } = await ask("POST", "/v1/webhooks", more);
		if (status === 409) break;
		made.push(idIn(JSON.parse(text), "webhookId"));
	}
	for (const webhookId of made) await ask("DELETE", `/v1/webhooks/${webhookId}`);

	const [tenantId = ""] = known["tenantId"] ?? [];
	const [parent = ""] = known["hostname"] ?? [];
	const hostname = `www.${parent}`;
	const { domain, operation } = await client.attachDomain(tenantId, hostname);
	const target = domain.records.find(({ type }) => type === "CNAME")?.value ?? "";
	await send(aws, { do: "set", name: hostname, type: "CNAME", values: [target] });
	await client.verifyDomain(tenantId, hostname);
	await client.follow(operation.operationId, deadlineMs, () => {});
	await posts(`/v1/tenants/${tenantId}/domains/${hostname}/primary`, 202);

	const slug = "seed-refused";
	const name = (await client.showTenant(tenantId)).hostname.replace(/^[^.]+/, slug);
	await turn(aws, "refuse", { name });
	const { operationId } = (await client.createTenant(client.newTenant(slug))).operation;
	const { status } = await client.follow(operationId, deadlineMs, () => {});
	if (status !== "failed") throw new Error(`The onboarding of ${slug} is ${status}, not failed.`);
	await turn(aws, "allow", { name });
	await posts(`/v1/operations/${operationId}/retry`, 202);
	await client.follow(operationId, deadlineMs, () => {});
	return { asked, wrong };
}

async function turn(aws: string, name: string, order: object): Promise<void> {
	const response = await fetch(`${aws}/_local/${name}`, { method: "POST", body: JSON.stringify(order) });
	if (!response.ok) throw new Error(`The switch ${name} refused: ${await response.text()}`);
}
