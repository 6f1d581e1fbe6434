import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cursorOf, keyOf } from "../../../functions/api/cursor.ts";
import { lists } from "../../../services/lists.ts";

const text = fc.string({ minLength: 1, maxLength: 50 });
const key = fc.record({ kindPk: fc.constant("TENANTS"), kindSk: text, pk: text, sk: text }, { noNullPrototype: true });

describe("a cursor", () => {
	it("points to where it came from", () => {
		fc.assert(
			fc.property(key, (key) => {
				expect(keyOf(cursorOf(key) ?? "", lists.tenants)).toEqual(key);
			}),
		);
	});

	it("is null on the last page, and none at the beginning", () => {
		expect(cursorOf(undefined)).toBeNull();
		expect(keyOf(undefined, lists.tenants)).toBeUndefined();
	});

	it("may stand in a URL as it is", () => {
		fc.assert(
			fc.property(key, (key) => {
				expect(cursorOf(key)).toMatch(/^[\w-]+$/);
			}),
		);
	});

	it("that is none of ours is a bad request, never a defect", () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string(),
					fc.json().map((text) => Buffer.from(text).toString("base64url")),
				),
				(text) => {
					try {
						const found = keyOf(text, lists.tenants);
						expect(Object.values(found ?? {}).every((value) => typeof value === "string")).toBe(true);
					} catch (error) {
						expect(error).toMatchObject({ name: "InvalidRequest", field: "cursor", rule: "format" });
					}
				},
			),
		);
	});
});
