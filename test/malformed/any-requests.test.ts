import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { reservedSlugs } from "../../domain/reserved-slugs.ts";
import { parseSlug } from "../../domain/slug.ts";
import { replaced } from "./malformed-values.ts";
import { aReadOnlyAccount } from "./read-only-account.ts";
import { fieldsOf, inputCount, refuse, routeNames, routeOf } from "./refusing.ts";
import { type SoundRequest, soundRequests } from "./sound-requests.ts";

const account = aReadOnlyAccount();
const withBody = routeNames.filter((name) => routeOf(name).body && !routeOf(name).bodyType);
const withTexts = routeNames.filter((name) => {
	const { pathParameters, query, headers } = routeOf(name);
	return pathParameters ?? query ?? headers;
});
afterAll(() => console.info(`${inputCount()} arbitrary malformed requests were refused, by field and rule.`));

/** Paths to every member of a sound body. */
function pathsIn(value: unknown, path: string[] = []): string[][] {
	if (typeof value !== "object" || value === null) return [path];
	return [path, ...Object.entries(value).flatMap(([name, inner]) => pathsIn(inner, [...path, name]))];
}

/** Text that may be anything, and is often nasty. */
const anyText = fc.oneof(
	fc.string({ unit: "binary", maxLength: 300 }),
	fc.string({ maxLength: 300 }),
	fc.constantFrom("__proto__", "\ud800", "\u0000", "%2F", "..", "null", "-0", "1e999"),
);

describe.each(withBody)("%s", (name) => {
	const sound = soundRequests[name];
	const refused = (body: unknown) => !routeOf(name).body?.safeParse(body).success;

	it("refuses any JSON that its contract refuses", async () => {
		const bodies = fc.jsonValue({ noUnicodeString: false }).filter(refused);
		await fc.assert(
			fc.asyncProperty(bodies, async (body) => {
				await refuse(account, name, { ...sound, body: JSON.stringify(body) }, JSON.stringify(body));
			}),
			{ numRuns: 60 },
		);
	});

	it("refuses its sound body with any value anywhere that its contract refuses", async () => {
		const [paths, values] = [fc.constantFrom(...pathsIn(sound.body)), fc.oneof(fc.jsonValue(), anyText)];
		await fc.assert(
			fc.asyncProperty(paths, values, async (path, value) => {
				const body = replaced(sound.body, path, value);
				fc.pre(refused(JSON.parse(JSON.stringify(body))));
				const told = `${path.join(".")}: ${JSON.stringify(value)}`;
				const problem = await refuse(account, name, { ...sound, body: JSON.stringify(body) }, told);
				const [first = "body"] = path;
				expect(
					fieldsOf(problem).some((field) => path.length === 0 || field.startsWith(first.toLowerCase())),
					told,
				).toBe(true);
			}),
			{ numRuns: 100 },
		);
	});

	it("refuses any text that is no JSON", async () => {
		const isJson = (text: string) => {
			try {
				JSON.parse(text);
				return true;
			} catch {
				return false;
			}
		};
		const cut = fc.nat(JSON.stringify(sound.body).length - 1).map((at) => JSON.stringify(sound.body).slice(0, at));
		const broken = fc.oneof(anyText, cut).filter((text) => !isJson(text));
		await fc.assert(
			fc.asyncProperty(broken, async (body) => {
				const problem = await refuse(account, name, { ...sound, body }, body);
				expect(problem).toMatchObject({ field: "body", rule: "json" });
			}),
			{ numRuns: 40 },
		);
	});
});

describe.each(withTexts)("%s", (name) => {
	it("refuses any text in path, query or headers that its contract refuses", async () => {
		const { pathParameters, query, headers } = routeOf(name);
		const places = Object.entries({ pathParameters, query, headers }).flatMap(([part, schema]) =>
			Object.keys(schema?.shape ?? {}).map((field) => ({ part, schema, field })),
		);
		await fc.assert(
			fc.asyncProperty(fc.constantFrom(...places), anyText, async ({ part, schema, field }, text) => {
				const request: SoundRequest = soundRequests[name];
				const texts = { ...Object(Reflect.get(request, part)), [field]: text };
				fc.pre(!schema?.safeParse(texts).success);
				const problem = await refuse(account, name, { ...request, [part]: texts }, `${field}: ${text}`);
				expect(fieldsOf(problem)).toContain(field.toLowerCase());
			}),
			{ numRuns: 40 },
		);
	});
});

describe("any slug that cannot be had", () => {
	it.each(["createTenant", "renameTenant"] as const)("is refused by %s", async (name) => {
		const slugs = fc
			.oneof(anyText, fc.stringMatching(/^[a-z-]{1,4}$/))
			.filter((text) => !parseSlug(text, reservedSlugs).ok);
		await fc.assert(
			fc.asyncProperty(slugs, async (slug) => {
				const body = replaced(soundRequests[name].body, ["slug"], slug);
				const problem = await refuse(account, name, { ...soundRequests[name], body }, slug);
				expect(fieldsOf(problem)).toContain("slug");
			}),
			{ numRuns: 200 },
		);
	});
});

describe("any cursor that no list gave", () => {
	it.each(["listTenants", "listOperations", "showHistory"] as const)("is refused by %s", async (name) => {
		const encoded = fc.oneof(fc.json(), anyText).map((text) => Buffer.from(text).toString("base64url"));
		await fc.assert(
			fc.asyncProperty(fc.oneof(anyText, encoded), async (cursor) => {
				const problem = await refuse(account, name, { ...soundRequests[name], query: { cursor } }, cursor);
				expect(problem).toMatchObject({ status: 400, field: "cursor" });
			}),
			{ numRuns: 100 },
		);
	});
});
