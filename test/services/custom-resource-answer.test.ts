import { afterEach, describe, expect, it, vi } from "vitest";
import { answerRequest, type ResourceAnswer } from "../../services/custom-resource-answer.ts";
import { anAnswerUrl } from "../builders/an-answer-url.ts";

const pauses = vi.hoisted((): number[] => []);
vi.mock(import("../../services/sleep.ts"), () => ({ sleep: (ms: number) => Promise.resolve(void pauses.push(ms)) }));

let url: Awaited<ReturnType<typeof anAnswerUrl>> | undefined;
afterEach(async () => {
	pauses.length = 0;
	await url?.close();
});
const answer: ResourceAnswer = {
	...{ Status: "FAILED", Reason: "No.", PhysicalResourceId: "app.example.com/Z1" },
	...{ StackId: "arn:stack", RequestId: "r-1", LogicalResourceId: "Delegation" },
};

describe("an answer to CloudFormation", () => {
	it("is put at its URL, which is signed without a type of content", async () => {
		url = await anAnswerUrl();
		await answerRequest(url.url, answer);
		expect(url.requests).toEqual(["PUT "]);
		expect(url.answers).toEqual([expect.objectContaining(answer)]);
	});

	it("is given again, later each time, until it is taken", async () => {
		url = await anAnswerUrl([503, 500]);
		await answerRequest(url.url, answer);
		expect(url.answers).toHaveLength(1);
		expect(pauses).toEqual([400, 800]);
	});

	it("is given up in the end", async () => {
		url = await anAnswerUrl([403, 403, 403, 403, 403]);
		await expect(answerRequest(url.url, answer)).rejects.toThrow("answered 403");
		expect(url.requests).toHaveLength(5);
	});

	it.each([
		["ASCII", "x"],
		["what JSON escapes", '"\\\n'],
		["what takes four bytes", "🎉"],
	])("is never too long, whatever its reason says: %s", async (_, text) => {
		url = await anAnswerUrl();
		const Reason = `Because: ${text.repeat(5_000)}`;
		await answerRequest(url.url, { ...answer, Reason });
		const [taken] = url.answers;
		expect(taken?.bytes).toBeLessThanOrEqual(4_096);
		expect(taken?.bytes).toBeGreaterThan(4_000);
		expect(Reason.startsWith(taken?.Reason ?? "never")).toBe(true);
	});
});
