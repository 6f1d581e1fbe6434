import { afterAll, describe, expect, it } from "vitest";
import { malformedBodies } from "./malformed-bodies.ts";
import { malformedTexts } from "./malformed-texts.ts";
import { malformedBy, replaced } from "./malformed-values.ts";
import { aReadOnlyAccount } from "./read-only-account.ts";
import { fieldsOf, inputCount, refuse, refuseRaw, routeNames, routeOf, send } from "./refusing.ts";
import { type SoundRequest, soundRequests } from "./sound-requests.ts";

const account = aReadOnlyAccount();
account.withZone();
const withBody = routeNames.filter((name) => routeOf(name).body && !routeOf(name).bodyType);
const withToken = routeNames.filter((name) => routeOf(name).scope !== undefined);

afterAll(() => {
	console.info(`${inputCount()} malformed requests from the contracts were refused, by field and rule.`);
	expect(inputCount()).toBeGreaterThanOrEqual(1_000);
});

describe("the sound request of a route", () => {
	it.each(routeNames)("is not refused: %s", async (name) => {
		const { statusCode = 0 } = await send(name, withoutCursor(soundRequests[name]));
		// A read is answered, and an act is stopped by an account that can be read only.
		const acts = account.acts();
		expect(statusCode < 300 || (statusCode >= 500 && acts.length > 0), `${statusCode} ${acts}`).toBe(true);
	});

	/** Each list gives its own cursors: none is sound in a table. */
	function withoutCursor({ query, ...request }: SoundRequest): SoundRequest {
		if (!query) return request;
		const { cursor: _cursor, ...others } = query;
		return { ...request, query: others };
	}
});

describe.each(routeNames)("%s", (name) => {
	it("refuses a body that breaks its schema, by the member at fault", async () => {
		const { body, bodyType } = routeOf(name);
		if (!body || bodyType) return;
		for (const { field, what, value } of malformedBy(body, soundRequests[name].body)) {
			const told = `${field || "the body"} ${what}`;
			const problem = await refuse(account, name, { ...soundRequests[name], body: JSON.stringify(value) }, told);
			expect(fieldsOf(problem), told).toContain((field || "body").toLowerCase());
		}
	});

	it("refuses a path, a query or headers that break their schemas, by the text at fault", async () => {
		for (const part of ["pathParameters", "query", "headers"] as const) {
			for (const { field, request, told } of malformedTexts(name, part)) {
				expect(fieldsOf(await refuse(account, name, request, told)), told).toContain(field.toLowerCase());
			}
		}
	});
});

it.each(withToken)("%s refuses a token that names nobody", async (name) => {
	const claims = { scope: routeOf(name).scope ?? "" };
	const problem = await refuseRaw(account, name, soundRequests[name], "no subject", { claims });
	expect(problem).toMatchObject({ field: "Authorization", rule: "subject" });
});

describe.each(withBody)("%s", (name) => {
	it.each(malformedBodies)("refuses a body that is %s", async (told, body, rule) => {
		expect((await refuse(account, name, { ...soundRequests[name], body }, told)).rule).toBe(rule);
	});

	it("refuses bytes that are no text", async () => {
		const base64 = Buffer.from('{"name":"\xff\xfe"}', "latin1").toString("base64");
		const problem = await refuseRaw(account, name, soundRequests[name], "no UTF-8", { base64 });
		expect(problem).toMatchObject({ field: "body", rule: "utf-8" });
	});

	it("repeats little of a request that is wrong in very many places", async () => {
		const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`${at}`, at]));
		for (const [told, body] of Object.entries({ many, long: { ["n".repeat(1_000_000)]: 1 } })) {
			const problem = await refuse(account, name, { ...soundRequests[name], body }, told);
			expect(JSON.stringify(problem).length).toBeLessThan(100_000);
		}
	});
});

describe("what replaces a value in a sound request", () => {
	it("leaves the rest as it was, at any depth", () => {
		expect(replaced({ a: [{ b: 1, c: 2 }] }, ["a", "0", "b"], 7)).toEqual({ a: [{ b: 7, c: 2 }] });
	});
});
