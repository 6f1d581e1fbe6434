import { DescribeStackEventsCommand, type StackEvent } from "@aws-sdk/client-cloudformation";
import { calling } from "./aws-errors.ts";
import { describeStack, isMissing, pause, readStack, type Stack, StackRefused, type StackTarget } from "./stacks.ts";

/** What happened to one resource. */
export interface Progress {
	at: Date;
	logicalId: string;
	type: string;
	status: string;
	reason: string | undefined;
}

/** Which events are told: those after a moment, or those of the operation that was begun with a token. */
export type FollowedEvents = { since: Date } | { token: string };

/**
 * Tells of what happens until the stack rests or is gone. An operation of one's own, by its `token`, has come to its end when the event of
 * that is there: right after it was begun, CloudFormation may still show the stack as it was before. Throws StackRefused after
 * `deadlineMs` (epoch ms).
 */
export async function followStack(
	target: StackTarget,
	{ deadlineMs, tell, ...which }: FollowedEvents & { deadlineMs: number; tell: (progress: Progress) => void },
): Promise<Stack | undefined> {
	const told = new Set<string>();
	const isOwn = "token" in which;
	let hasEnded = !isOwn;
	for (;;) {
		// What only a change set would create is nothing to follow; one's own creation may still look like that.
		const stack = isOwn ? await describeStack(target) : await readStack(target);
		const hadEnded = hasEnded;
		for (const event of await eventsOf(target, which)) {
			if (!event.EventId || told.has(event.EventId)) continue;
			told.add(event.EventId);
			hasEnded ||= endsOperation(event);
			tell(progressOf(event));
		}
		if (!stack || (hadEnded && !stack.status.endsWith("_IN_PROGRESS"))) return stack;
		if (Date.now() > deadlineMs) {
			throw new StackRefused(
				`${target.stackName} is still ${stack.status}. CloudFormation goes on; run this again to follow it.`,
			);
		}
		await pause(target.pollMs);
	}
}

function endsOperation({ StackName, LogicalResourceId, ResourceStatus }: StackEvent): boolean {
	return LogicalResourceId === StackName && !ResourceStatus?.endsWith("_IN_PROGRESS");
}

/** Oldest first. */
async function eventsOf({ client, stackName }: StackTarget, which: FollowedEvents): Promise<StackEvent[]> {
	const isTold = ({ Timestamp, ClientRequestToken }: StackEvent) =>
		"token" in which ? ClientRequestToken === which.token : Timestamp !== undefined && Timestamp >= which.since;
	const found: StackEvent[] = [];
	let next: string | undefined;
	do {
		const page = await calling("CloudFormation", () =>
			client.send(new DescribeStackEventsCommand({ StackName: stackName, NextToken: next })),
		).catch((error) => {
			if (isMissing(error)) return undefined;
			throw error;
		});
		const events = page?.StackEvents ?? [];
		const recent = events.filter(isTold);
		found.push(...recent);
		// The newest come first: behind an older one there are older ones only.
		next = recent.length === events.length ? page?.NextToken : undefined;
	} while (next);
	return found.reverse();
}

function progressOf({
	Timestamp,
	LogicalResourceId,
	ResourceType,
	ResourceStatus,
	ResourceStatusReason,
}: StackEvent): Progress {
	return {
		at: Timestamp ?? new Date(0),
		logicalId: LogicalResourceId ?? "",
		type: ResourceType ?? "",
		status: ResourceStatus ?? "",
		reason: ResourceStatusReason,
	};
}
