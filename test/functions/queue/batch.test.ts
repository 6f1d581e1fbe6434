import { beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { HostmasterError } from "../../../domain/errors.ts";
import { defineConsumer } from "../../../functions/queue/batch.ts";
import { count } from "../../../services/metrics.ts";
import { setEnvironment } from "../../builders/a-cloud.ts";
import { sqsEvent } from "../../builders/lambda-events.ts";

vi.mock(import("../../../services/metrics.ts"));

beforeEach(() => {
	setEnvironment();
	vi.resetAllMocks();
});
const schema = z.object({ version: z.literal(1), size: z.number() });

describe("a consumer of messages", () => {
	it("handles each message, and gives nothing back", async () => {
		const handle = vi.fn(async () => undefined);
		const consume = defineConsumer(schema, handle);
		const answer = await consume(sqsEvent({ version: 1, size: 1 }, { version: 1, size: 2 }));
		expect(answer).toEqual({ batchItemFailures: [] });
		expect(count).not.toHaveBeenCalled();
		expect(handle.mock.calls).toEqual([[{ version: 1, size: 1 }], [{ version: 1, size: 2 }]]);
	});

	it("gives back those that throw, and only those", async () => {
		const consume = defineConsumer(schema, ({ size }) =>
			size % 2 ? Promise.reject(new Error("odd")) : Promise.resolve(),
		);
		const sizes = [0, 1, 2, 3].map((size) => ({ version: 1, size }));
		expect(await consume(sqsEvent(...sizes))).toEqual({
			batchItemFailures: [{ itemIdentifier: "message-1" }, { itemIdentifier: "message-3" }],
		});
	});

	it("handles those that say the same once, and gives all of them back when that throws", async () => {
		const handle = vi.fn(({ size }: { size: number }) =>
			size === 1 ? Promise.reject(new Error("one")) : Promise.resolve(),
		);
		const sizes = [1, 2, 1, 2].map((size) => ({ version: 1, size }));
		expect(await defineConsumer(schema, handle)(sqsEvent(...sizes))).toEqual({
			batchItemFailures: [{ itemIdentifier: "message-0" }, { itemIdentifier: "message-2" }],
		});
		expect(handle).toHaveBeenCalledTimes(2);
	});

	it("sends a doorbell anew in seconds when a service was away, and counts that", async () => {
		const soon = vi.fn(() => Promise.resolve());
		const away = (): Promise<void> =>
			Promise.reject(new HostmasterError("ServiceUnavailable", "DynamoDB did not answer."));
		const bell = { version: 1, size: 1 } as const;
		expect(await defineConsumer(schema, away, soon)(sqsEvent(bell, bell))).toEqual({ batchItemFailures: [] });
		expect(soon.mock.calls).toEqual([[bell]]);
		expect(vi.mocked(count).mock.calls).toEqual([["FailedMessages"]]);
	});

	it.each([
		["a defect", new Error("defect"), () => Promise.resolve()],
		["a refusal that stays", new HostmasterError("OutsideZone", "no"), () => Promise.resolve()],
		[
			"one that cannot be sent anew",
			new HostmasterError("Throttled", "slowly"),
			() => Promise.reject(new Error("queue away")),
		],
	])("gives back %s", async (_, error, soon) => {
		const consume = defineConsumer(schema, () => Promise.reject(error), soon);
		const answer = await consume(sqsEvent({ version: 1, size: 1 }));
		expect(answer.batchItemFailures).toHaveLength(1);
	});

	it("counts each that it gives back, since the invocation itself succeeds", async () => {
		await defineConsumer(schema, () => Promise.reject(new Error("down")))(sqsEvent("{", { version: 1, size: 1 }));
		expect(vi.mocked(count).mock.calls).toEqual([["FailedMessages"], ["FailedMessages"]]);
	});

	it("gives back what it cannot read, and handles the rest", async () => {
		const handle = vi.fn(async () => undefined);
		const answer = await defineConsumer(
			schema,
			handle,
		)(sqsEvent("{", { version: 2, size: 1 }, { version: 1 }, "", { version: 1, size: 1 }));
		expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual([
			"message-0",
			"message-1",
			"message-2",
			"message-3",
		]);
		expect(handle).toHaveBeenCalledOnce();
	});
});
