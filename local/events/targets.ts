import { AwsError, type InvokeFunction, type InvokeResult } from "../aws/service.ts";
import type { Target } from "./rule.ts";

/** One event on its way to one target. */
export interface Delivery {
	ruleArn: string;
	target: Target;
	/** JSON text. */
	input: string;
	acceptedMs: number;
	/** Tries so far. */
	attempts: number;
}

/** Sends to a queue as a service of AWS does. Throws AwsError, `QueueDoesNotExist` when it is not there. */
export type SendToQueue = (queueArn: string, body: string, attributes?: Record<string, string>) => unknown;

/** How a function takes asynchronous invocations: its `AWS::Lambda::EventInvokeConfig` and dead letter queue. */
export interface AsyncSettings {
	/** 2 unless told. */
	maximumRetryAttempts?: number;
	/** Queue that gets the event when all attempts failed. */
	failureQueueArn?: string;
}

export interface TargetDoors {
	invoke: InvokeFunction;
	sendToQueue: SendToQueue;
	asyncSettings?: (functionArn: string) => AsyncSettings | undefined;
}

export type Attempt =
	| { kind: "delivered" }
	| { kind: "retry"; afterMs: number }
	/** Nothing took it, not even a dead letter queue. */
	| { kind: "lost"; problem: string };

/** A function error is tried again after one minute, then after two (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html). */
export const asyncRetryMs: readonly number[] = [60_000, 120_000];

/** Tries a delivery once. Never rejects. */
export async function attemptTo(delivery: Delivery, doors: TargetDoors, nowMs: number): Promise<Attempt> {
	const [, , service] = delivery.target.Arn.split(":");
	if (service === "lambda") return await toFunction(delivery, doors);
	if (service === "sqs") return toQueue(delivery, doors, nowMs);
	return deadLetter(delivery, doors, {
		ERROR_CODE: "NO_RESOURCE",
		ERROR_MESSAGE: `${service} targets are not emulated`,
	});
}

/**
 * Lambda takes every event for a function that is there; that the function fails is then Lambda's own matter, with its own
 * retries and its own failure queue: the rule's dead letter queue never sees it.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 */
async function toFunction(delivery: Delivery, doors: TargetDoors): Promise<Attempt> {
	const { target, input, attempts } = delivery;
	const result = await doors.invoke(target.Arn, JSON.parse(input)).catch(unheard);
	if (result.ok) return { kind: "delivered" };
	if (result.errorType === "Lambda.ResourceNotFoundException") {
		return deadLetter(delivery, doors, { ERROR_CODE: "NO_RESOURCE", ERROR_MESSAGE: result.errorMessage });
	}
	const settings = doors.asyncSettings?.(target.Arn) ?? {};
	if (attempts < (settings.maximumRetryAttempts ?? asyncRetryMs.length)) {
		return { kind: "retry", afterMs: asyncRetryMs[attempts] ?? 120_000 };
	}
	const problem = `${result.errorType}: ${result.errorMessage}`;
	if (!settings.failureQueueArn) return { kind: "lost", problem };
	const attributes = { ErrorCode: "200", ErrorMessage: result.errorMessage.slice(0, 1024) || result.errorType };
	return sent(doors, settings.failureQueueArn, input, attributes, problem);
}

function unheard(error: unknown): Extract<InvokeResult, { ok: false }> {
	return { ok: false, errorType: "Lambda.ServiceException", errorMessage: String(error), trace: [] };
}

function toQueue(delivery: Delivery, doors: TargetDoors, nowMs: number): Attempt {
	const { target, input, attempts, acceptedMs } = delivery;
	try {
		doors.sendToQueue(target.Arn, input);
		return { kind: "delivered" };
	} catch (error) {
		const name = error instanceof AwsError ? error.name : "INTERNAL_ERROR";
		const problem = { ERROR_CODE: name, ERROR_MESSAGE: String(error) };
		if (name === "QueueDoesNotExist") return deadLetter(delivery, doors, { ...problem, ERROR_CODE: "NO_RESOURCE" });
		const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = target.RetryPolicy;
		const exhausted =
			attempts >= MaximumRetryAttempts
				? "MaximumRetryAttempts"
				: nowMs - acceptedMs >= MaximumEventAgeInSeconds * 1000 && "MaximumEventAgeInSeconds";
		if (!exhausted) return { kind: "retry", afterMs: Math.min(1000 * 2 ** attempts, 600_000) };
		return deadLetter(delivery, doors, { ...problem, EXHAUSTED_RETRY_CONDITION: exhausted });
	}
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html: message attributes */
function deadLetter(delivery: Delivery, doors: TargetDoors, about: Record<string, string>): Attempt {
	const { target, ruleArn, attempts, input } = delivery;
	const problem = `${about["ERROR_CODE"]}: ${about["ERROR_MESSAGE"]}`;
	if (!target.DeadLetterConfig) return { kind: "lost", problem };
	const attributes = { RULE_ARN: ruleArn, TARGET_ARN: target.Arn, RETRY_ATTEMPTS: String(attempts), ...about };
	return sent(doors, target.DeadLetterConfig.Arn, input, attributes, problem);
}

function sent(
	doors: TargetDoors,
	queueArn: string,
	body: string,
	attributes: Record<string, string>,
	problem: string,
): Attempt {
	try {
		doors.sendToQueue(queueArn, body, attributes);
		return { kind: "delivered" };
	} catch (error) {
		return { kind: "lost", problem: `${problem}; ${queueArn}: ${error}` };
	}
}
