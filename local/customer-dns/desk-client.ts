import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import type { CustomerDnsOrder } from "./orders.ts";

/** What came of an order. */
export type OrderAnswer =
	| { outcome: "done"; result: unknown }
	| { outcome: "refused"; detail: string }
	| { outcome: "unasked"; detail: string };

const alone = z.object({ aws: z.string() });
const world = z.object({ registrar: z.object({ aws: z.string() }) });
const path = "/_local/customer-dns";

/** Where the provider of the cloud that runs here is reached: with several environments, at the registrar's account. Undefined when none runs. */
export function findDesk(directory: string, state: string): string | undefined {
	const file = (name: string) => resolve(directory, state, name);
	if (existsSync(file("endpoints.json")))
		return alone.parse(JSON.parse(readFileSync(file("endpoints.json"), "utf8"))).aws;
	if (existsSync(file("world.json")))
		return world.parse(JSON.parse(readFileSync(file("world.json"), "utf8"))).registrar.aws;
	return undefined;
}

const answerSchema = z.union([
	z.object({ error: z.string() }).transform(({ error: detail }) => ({ outcome: "refused" as const, detail })),
	z.object({ result: z.unknown() }).transform(({ result }) => ({ outcome: "done" as const, result })),
]);

const patienceMs = 10_000;

/** Gives an order to the provider. Never rejects for what comes from outside. */
export async function send(aws: string, order: CustomerDnsOrder): Promise<OrderAnswer> {
	try {
		const signal = AbortSignal.timeout(patienceMs);
		const response = await fetch(`${aws}${path}`, { method: "POST", body: JSON.stringify(order), signal });
		return answerSchema.parse(await response.json());
	} catch {
		return { outcome: "unasked", detail: `${aws} does not answer as Hostmaster does.` };
	}
}

/** Has the provider carry out an order. Rejects when it did not. */
export async function order(aws: string, wanted: CustomerDnsOrder): Promise<void> {
	const answer = await send(aws, wanted);
	if (answer.outcome !== "done") throw new Error(`The customers' DNS provider did not ${wanted.do}: ${answer.detail}`);
}
