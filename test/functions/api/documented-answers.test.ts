import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { conditionTypes } from "../../../domain/conditions.ts";
import { errorTable, problemType } from "../../../domain/errors.ts";
import { operationRoutes } from "../../../functions/api/contracts/operations.ts";
import { platformRoutes } from "../../../functions/api/contracts/platform.ts";
import type { Route } from "../../../functions/api/contracts/route.ts";
import { tenantRoutes } from "../../../functions/api/contracts/tenants.ts";
import { openapiDocument } from "../../../functions/api/openapi.ts";
import { routes } from "../../../functions/api/routes.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, aFailedOperation, anOperation, aTenant, operationId, withTrue } from "../../builders/entities.ts";
import { type RouteName, routeOf, send } from "../../malformed/refusing.ts";
import { failedOperationId, soundRequests } from "../../malformed/sound-requests.ts";

// As a reader gets it.
const document = JSON.parse(JSON.stringify(openapiDocument()));
const documented = ({ path, method }: Route, status: number | undefined) =>
	document.paths[path][method].responses[`${status}`];
const own = { ...tenantRoutes, ...operationRoutes, ...platformRoutes };
const names = Object.keys(own) as RouteName[]; // Object.keys forgets the keys' type

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	await cloud.reset();
	cloud.sfn.on(StartExecutionCommand).resolves({});
	await cloud.hold({
		tenant: aTenant({ revision: 3 }),
		claim: withTrue(aClaim(), ...conditionTypes),
		operation: anOperation({ operationId, status: "succeeded" }),
	});
	const other = aFailedOperation({ operationId: failedOperationId, hostname: "other.app.example.com" });
	await cloud.hold({ claim: aClaim({ hostname: other.hostname }), operation: other });
});
afterAll(() => cloud.close());

/** What every answer of a function has. */
const common = ["cache-control", "content-type"];

describe("the answer to a sound request", () => {
	it.each(names)("has the status, the headers and the body of the document: %s", async (name) => {
		const { query: { cursor: _none, ...query } = {}, ...request } = { query: {}, ...soundRequests[name] };
		const { statusCode, headers, body } = await send(name, { ...request, query });
		const { reply } = routeOf(name);
		expect(statusCode, body).toBe(reply.status);
		expect(reply.schema.safeParse(JSON.parse(body ?? "")).error).toBeUndefined();
		const told = Object.keys(documented(routeOf(name), statusCode).headers ?? {});
		expect(Object.keys(headers ?? {}).sort()).toEqual([...common, ...told].sort());
	});
});

describe("the document", () => {
	it("says of each answer with one tenant that it has an ETag, and of each operation that begins where it is", () => {
		for (const [name, { reply, path, method }] of Object.entries<Route>(routes)) {
			const told = Object.keys(document.paths[path][method].responses[`${reply.status}`].headers ?? {});
			const text = JSON.stringify(document.paths[path][method].responses[`${reply.status}`].content);
			const showsTenant = /"\$ref":"#\/components\/schemas\/Tenant(Output)?"/.test(text) && !text.includes('"array"');
			const showsOperation = /"\$ref":"#\/components\/schemas\/Operation(Output)?"/.test(text);
			expect(told.includes("etag"), name).toBe(showsTenant);
			const begins = showsOperation || name === "createImport"; // an import is followed at a path of its own
			expect(told.includes("location"), name).toBe(begins && reply.status === 202);
		}
	});

	it("says what a route that asks for a token refuses for its subject", () => {
		for (const [name, route] of Object.entries<Route>(routes)) {
			if (route.scope !== undefined) expect(route.errors, name).toContain("InvalidRequest");
		}
	});

	it("says of what passes by itself that Retry-After may tell when", () => {
		for (const route of Object.values<Route>(routes)) {
			const transient = route.errors.filter((name) => errorTable[name].retry === "transient");
			for (const name of transient) {
				const { description, headers } = documented(route, errorTable[name].status);
				expect(description).toContain(`/errors/${problemType(name)}`);
				expect(headers).toHaveProperty("retry-after");
			}
		}
	});
});
