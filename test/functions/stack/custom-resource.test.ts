import { afterEach, describe, expect, it } from "vitest";
import { defineCustomResource } from "../../../functions/stack/custom-resource.ts";
import { setEnvironment } from "../../builders/a-cloud.ts";
import { anAnswerUrl } from "../../builders/an-answer-url.ts";

let url: Awaited<ReturnType<typeof anAnswerUrl>> | undefined;
afterEach(() => url?.close());

async function anEvent(more: Record<string, unknown> = {}) {
	setEnvironment();
	url = await anAnswerUrl();
	return {
		...{ RequestType: "Create", ResponseURL: url.url, StackId: "arn:stack", RequestId: "r-1" },
		...{ LogicalResourceId: "Thing", ResourceProperties: { A: "1" }, ...more },
	};
}

describe("a custom resource", () => {
	it("answers what became of it, with the request's own names", async () => {
		const event = await anEvent();
		await defineCustomResource(() => Promise.resolve({ physicalId: "thing-1" }))(event);
		expect(url?.answers).toEqual([
			expect.objectContaining({
				...{ Status: "SUCCESS", PhysicalResourceId: "thing-1" },
				...{ StackId: "arn:stack", RequestId: "r-1", LogicalResourceId: "Thing" },
			}),
		]);
	});

	it.each([
		["an error", new Error("Out of thought."), "Out of thought."],
		["something else", "a word", "a word"],
	])("answers when it throws %s, so that nobody waits for an hour", async (_, thrown, Reason) => {
		const fail = defineCustomResource(() => Promise.reject(thrown));
		await fail(await anEvent());
		// Not an id that a resource of ours has: a delete of it finds nothing.
		expect(url?.answers).toEqual([
			expect.objectContaining({ Status: "FAILED", Reason, PhysicalResourceId: "Thing/r-1" }),
		]);
	});

	it("keeps the id that there is, when it throws", async () => {
		const fail = defineCustomResource(() => Promise.reject(new Error("No.")));
		await fail(await anEvent({ RequestType: "Delete", PhysicalResourceId: "thing-1" }));
		expect(url?.answers).toEqual([expect.objectContaining({ Status: "FAILED", PhysicalResourceId: "thing-1" })]);
	});

	it("rejects what is no request: there is nobody to answer", async () => {
		const act = defineCustomResource(() => Promise.resolve({ physicalId: "x" }));
		await expect(act({ RequestType: "Create" })).rejects.toThrow();
	});
});
