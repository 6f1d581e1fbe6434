import { describe, expect, it } from "vitest";
import { executionInputSchema } from "../../domain/execution-input.ts";
import { checkMessageSchema, startMessageSchema, zoneMessageSchema } from "../../domain/messages.ts";
import { operationId, tenantId } from "../builders/entities.ts";

const hostname = "a.example.com";
/** As the first release wrote it. */
const firstInput = { version: 1, operationId, attempt: 1, tenantId, hostname, generation: 7, correlationId: "c" };

describe.each([
	["a start", startMessageSchema, { version: 1, operationId, attempt: 1 }],
	["a doorbell", zoneMessageSchema, { version: 1, zoneId: "Z1" }],
	["a look", checkMessageSchema, { version: 1, kind: "edge-probe", subject: "acme.app.example.com#7" }],
	[
		"an execution's input",
		executionInputSchema,
		{ ...firstInput, kind: "rename-tenant", steps: ["PublishRoute"], hostnames: [{ hostname, generation: 7 }] },
	],
])("%s", (_, schema, message) => {
	it("is read as it was written", () => expect(schema.parse(message)).toEqual(message));

	it("is read by the release that knows its version, and by no other", () => {
		expect(schema.safeParse({ ...message, version: 2 }).success).toBe(false);
		expect(schema.safeParse({ ...message, version: undefined }).success).toBe(false);
	});

	it("may carry what a later release has added", () => {
		expect(schema.parse({ ...message, added: true })).toEqual(message);
	});
});

describe("an execution's input of the first release", () => {
	it("is read for what it was: an onboarding (R12)", () => {
		const kind = "onboard-tenant";
		expect(executionInputSchema.parse(firstInput)).toEqual({ ...firstInput, kind, steps: [], hostnames: [] });
	});

	it("may say what to cancel first", () => {
		const cancels = { operationId, attempt: 2, kind: "update-tenant" };
		expect(executionInputSchema.parse({ ...firstInput, cancels })).toMatchObject({ cancels });
	});
});
