import { DescribeStackEventsCommand, type StackEvent } from "@aws-sdk/client-cloudformation";
import { calling } from "./aws-errors.ts";
import { isMissing, pause, readStack, type Stack, StackRefused, type StackTarget } from "./stacks.ts";

/** What happened to one resource. */
export interface Progress {
	at: Date;
	logicalId: string;
	type: string;
	status: string;
	reason: string | undefined;
}

/** Tells of what happens after `since`, until the stack rests or is gone. Throws StackRefused after `deadlineMs` (epoch ms). */
export async function followStack(
	target: StackTarget,
	{ since, deadlineMs, tell }: { since: Date; deadlineMs: number; tell: (progress: Progress) => void },
): Promise<Stack | undefined> {
	const told = new Set<string>();
	for (;;) {
		const stack = await readStack(target);
		for (const event of await eventsSince(target, since)) {
			if (!event.EventId || told.has(event.EventId)) continue;
			told.add(event.EventId);
			tell(progressOf(event));
		}
		if (!stack?.status.endsWith("_IN_PROGRESS")) return stack;
		if (Date.now() > deadlineMs) {
			throw new StackRefused(
				`${target.stackName} is still ${stack.status}. CloudFormation goes on; run this again to follow it.`,
			);
		}
		await pause(target.pollMs);
	}
}

/** Oldest first. */
async function eventsSince({ client, stackName }: StackTarget, since: Date): Promise<StackEvent[]> {
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
		const recent = events.filter(({ Timestamp }) => Timestamp !== undefined && Timestamp >= since);
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
