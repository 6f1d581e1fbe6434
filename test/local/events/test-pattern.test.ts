import { describe, expect, it } from "vitest";
import { testEventPattern } from "../../../local/events/test-pattern.ts";

describe("TestEventPattern", () => {
	it.each([{}, { EventPattern: "{}" }, { Event: "{}" }, { EventPattern: 1, Event: "{}" }])(
		"refuses a request that lacks what it needs: %j",
		(input) => {
			expect(() => testEventPattern(input)).toThrow(expect.objectContaining({ name: "ValidationException" }));
		},
	);
});
