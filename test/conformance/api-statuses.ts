import { readFileSync } from "node:fs";
import { z } from "zod";

/** An operation of the OpenAPI document: its name, what its URLs look like, and the statuses that it documents, server errors apart. */
export interface ApiOperation {
	name: string;
	method: string;
	path: RegExp;
	/** The path as the document has it, with its parameters in braces. */
	template: string;
	documented: number[];
	/** Those of them that only the gateway answers with, alike for every operation. */
	ofGateway: number[];
	/** Whether it wants a token. */
	secured: boolean;
	/** A path of it that leads nowhere. */
	example: string;
}

const documentSchema = z.object({
	paths: z.record(
		z.string(),
		z.record(
			z.string(),
			z.looseObject({
				operationId: z.string(),
				responses: z.record(z.string(), z.looseObject({ content: z.record(z.string(), z.unknown()).default({}) })),
				security: z.array(z.unknown()).default([]),
			}),
		),
	),
});

/** All operations of an OpenAPI document. */
export function operationsOf(document: unknown): ApiOperation[] {
	return Object.entries(documentSchema.parse(document).paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, { operationId, responses, security }]) => ({
			name: operationId,
			method: method.toUpperCase(),
			path: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
			template: path,
			documented: Object.keys(responses)
				.map(Number)
				.filter((status) => status < 500),
			ofGateway: Object.entries(responses)
				.filter(([, { content }]) => Object.keys(content).join() === "application/json")
				.map(([status]) => Number(status))
				.filter((status) => status >= 400 && status < 500),
			secured: security.length > 0,
			example: path.replaceAll(/\{\w+\}/g, "nothing"),
		})),
	);
}

/** A request that was answered; the path without its query. */
export interface Asked {
	method: string;
	path: string;
	status: number;
}

const harSchema = z.object({
	log: z.object({
		entries: z.array(
			z.object({
				request: z.object({ method: z.string(), url: z.string() }),
				response: z.object({ status: z.number() }),
			}),
		),
	}),
});

/** The requests of a record (HAR). */
export function askedIn(har: string): Asked[] {
	const { entries } = harSchema.parse(JSON.parse(readFileSync(har, "utf8"))).log;
	return entries.map(({ request: { method, url }, response: { status } }) => ({
		method,
		path: new URL(url).pathname,
		status,
	}));
}

/** Which statuses each operation answered with, by its name; `other` for what is no operation. */
export function statusesOf(asked: readonly Asked[], operations: readonly ApiOperation[]): Map<string, Set<number>> {
	const statuses = new Map<string, Set<number>>();
	for (const { method, path, status } of asked) {
		const name =
			operations.find((operation) => operation.method === method && operation.path.test(path))?.name ?? "other";
		statuses.set(name, (statuses.get(name) ?? new Set()).add(status));
	}
	return statuses;
}
