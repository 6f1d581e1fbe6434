import { SendMessageCommand, type SendMessageCommandInput, SQSClient } from "@aws-sdk/client-sqs";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { checkMessageSchema, startMessageSchema, zoneMessageSchema } from "../../domain/messages.ts";
import { sendCheck } from "../../services/checks-queue.ts";
import { sendStart } from "../../services/operations-queue.ts";
import { ringZone } from "../../services/zone-queue.ts";
import { setEnvironment } from "../builders/a-cloud.ts";
import { anOperation, operationId } from "../builders/entities.ts";

const sqs = mockClient(SQSClient);
beforeEach(() => {
	setEnvironment();
	sqs.reset();
	sqs.resolves({});
});

function sent(): Partial<SendMessageCommandInput> {
	const [call] = sqs.commandCalls(SendMessageCommand);
	return call?.args[0].input ?? {};
}

describe("what is sent", () => {
	it("asks for a start, in words that the consumer reads", async () => {
		await sendStart(anOperation({ attempt: 2 }));
		expect(sent()).toMatchObject({ QueueUrl: "https://sqs/operations", DelaySeconds: 0 });
		const message = startMessageSchema.parse(JSON.parse(sent().MessageBody ?? ""));
		expect(message).toEqual({ version: 1, operationId, attempt: 2 });
	});

	it("asks for a look after a delay", async () => {
		await sendCheck({ kind: "route53-change", subject: "C1" }, 20);
		expect(sent()).toMatchObject({ QueueUrl: "https://sqs/checks", DelaySeconds: 20 });
		const message = checkMessageSchema.parse(JSON.parse(sent().MessageBody ?? ""));
		expect(message).toEqual({ version: 1, kind: "route53-change", subject: "C1" });
	});

	it("rings at a zone, at once or after a delay", async () => {
		await ringZone("Z1");
		expect(sent()).toMatchObject({ QueueUrl: "https://sqs/zone", DelaySeconds: 0 });
		expect(zoneMessageSchema.parse(JSON.parse(sent().MessageBody ?? ""))).toEqual({ version: 1, zoneId: "Z1" });
		sqs.resetHistory();
		await ringZone("Z1", 5);
		expect(sent()).toMatchObject({ DelaySeconds: 5 });
	});

	it.each([
		["Throttled", Object.assign(new Error("slow"), { name: "RequestThrottled" })],
		["ServiceUnavailable", Object.assign(new Error("reset"), { code: "ECONNRESET" })],
	])("is %s when the queue cannot take it", async (name, error) => {
		sqs.rejects(error);
		await expect(sendStart(anOperation())).rejects.toMatchObject({ name });
	});
});
