import { describe, expect, it } from "vitest";
import { limits } from "../../domain/limits.ts";

describe("the limits", () => {
	it.each(Object.entries(limits))("%s has a value, a unit and a source", (_, { value, unit, source }) => {
		expect(value).toBeGreaterThan(0);
		expect(unit).toMatch(/^[a-zA-Z]/);
		expect(source).toMatch(/^(?:https:\/\/(?:docs\.aws\.amazon\.com|www\.rfc-editor\.org)\/\S+|ours: .+)$/);
	});
});
