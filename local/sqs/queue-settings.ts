import { z } from "zod";
import { sqsLimits } from "./limits.ts";

const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const { retentionSeconds: retention } = sqsLimits;

/** Properties of AWS::SQS::Queue that change what a standard queue does; others are let be, FIFO is refused. */
export const queueProperties = z.looseObject({
	DelaySeconds: count(0, sqsLimits.delaySeconds).default(0),
	MaximumMessageSize: count(1_024, sqsLimits.messageBytes).default(sqsLimits.messageBytes),
	MessageRetentionPeriod: count(retention.min, retention.max).default(retention.default),
	ReceiveMessageWaitTimeSeconds: count(0, sqsLimits.waitSeconds).default(0),
	VisibilityTimeout: count(0, sqsLimits.visibilitySeconds).default(30),
	RedrivePolicy: z
		.object({ deadLetterTargetArn: z.string(), maxReceiveCount: count(1, sqsLimits.receivesBeforeDeadLetter) })
		.optional(),
	FifoQueue: z.literal(false, "FIFO queues are not emulated").optional(),
});
type QueueSettings = z.infer<typeof queueProperties>;

export interface Queue {
	arn: string;
	name: string;
	accountId: string;
	region: string;
	settings: QueueSettings;
	createdAtMs: number;
	modifiedAtMs: number;
}

/** `arn:aws:sqs:us-east-1:222222222222:name`. */
export function queueArn(region: string, accountId: string, name: string): string {
	return `arn:aws:sqs:${region}:${accountId}:${name}`;
}
