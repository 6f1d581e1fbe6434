import { describe, expect, it } from "vitest";
import { errorTable, problemType } from "../../../domain/errors.ts";
import type { Route } from "../../../functions/api/contracts/route.ts";
import { openapiDocument } from "../../../functions/api/openapi.ts";
import { routes } from "../../../functions/api/routes.ts";
import { handler } from "../../../functions/api/show-openapi.ts";
import { setEnvironment } from "../../builders/a-cloud.ts";
import { ask } from "./answers.ts";

setEnvironment();
// As a reader gets it.
const document = JSON.parse(JSON.stringify(openapiDocument()));
const list = Object.entries<Route>(routes);
const operationOf = ({ path, method }: Route) => document.paths[path][method];

/** Every `$ref` of the document. */
function references(value: unknown): string[] {
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([key, member]) =>
		key === "$ref" && typeof member === "string" ? [member] : references(member),
	);
}

const resolve = (reference: string) =>
	reference
		.replace(/^#\//, "")
		.split("/")
		.reduce((here, name) => here?.[name], document);

describe("the OpenAPI document", () => {
	it("is what the route answers", async () => {
		const { body, status } = await ask(handler, { method: "GET", route: "/v1/openapi.json", caller: null });
		expect(status).toBe(200);
		expect(body).toEqual(document);
	});

	it("is of version 3.1, with a title, a version and nothing undefined", () => {
		expect(document.openapi).toMatch(/^3\.1\.\d$/);
		expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
		expect(Object.keys(document).sort()).toEqual(["components", "info", "openapi", "paths"]);
	});

	it("refers only to what it holds, and holds only what it refers to", () => {
		const used = new Set(references(document));
		expect(used.size).toBeGreaterThan(3);
		for (const reference of used) expect(resolve(reference), reference).toBeDefined();
		const held = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
		expect(held.filter((name) => !used.has(name))).toEqual([]);
	});

	it("has every route, once, under its own id, and nothing else", () => {
		const found = Object.entries<Record<string, { operationId: string }>>(document.paths).flatMap(([path, methods]) =>
			Object.entries(methods).map(([method, { operationId }]) => `${operationId} ${method} ${path}`),
		);
		expect(found.sort()).toEqual(list.map(([id, { method, path }]) => `${id} ${method} ${path}`).sort());
	});
});

describe.each(list)("%s in the document", (_, route) => {
	const operation = operationOf(route);

	it("asks for the route's scope, and for no token on a public one", () => {
		expect(operation.security).toEqual(route.scope === undefined ? [] : [{ token: [route.scope] }]);
		expect(operation.responses["401"] !== undefined).toBe(route.scope !== undefined);
		expect(operation.responses["403"] !== undefined).toBe(route.scope !== undefined);
	});

	it("declares exactly the parameters of its path, as required ones", () => {
		const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
		const declared = (operation.parameters ?? []).filter((parameter: { in: string }) => parameter.in === "path");
		expect(declared.map(({ name }: { name: string }) => name)).toEqual(inPath);
		for (const parameter of declared) expect(parameter.required).toBe(true);
	});

	it("declares its query, its headers and its body", () => {
		const names = (place: string) =>
			(operation.parameters ?? [])
				.filter((parameter: { in: string }) => parameter.in === place)
				.map(({ name }: { name: string }) => name);
		expect(names("query")).toEqual(Object.keys(route.query?.shape ?? {}));
		expect(names("header")).toEqual(Object.keys(route.headers?.shape ?? {}));
		expect(operation.requestBody?.required).toBe(route.body && true);
	});

	it("declares its answer, and each of its errors with the problem's type", () => {
		expect(operation.responses[route.reply.status].content["application/json"].schema).toBeDefined();
		for (const name of route.errors) {
			const { description, content } = operation.responses[errorTable[name].status];
			expect(description).toContain(`/errors/${problemType(name)}`);
			expect(content["application/problem+json"].schema).toEqual({ $ref: "#/components/schemas/Problem" });
		}
	});

	it.each(["404", "413", "429", "500", "503"])("declares what the gateway itself answers with %s", (status) => {
		const { content, description } = operation.responses[status];
		expect(content["application/json"].schema).toEqual({ $ref: "#/components/schemas/GatewayAnswer" });
		expect(description).toMatch(/gateway|defect/i);
	});
});
