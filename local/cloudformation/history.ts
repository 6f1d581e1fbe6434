import type { Clock } from "../clock.ts";
import type { Stacks } from "../stack/stacks.ts";
import type { EventRecords } from "./event-records.ts";
import type { StackRecord, StackRecords } from "./stack-records.ts";

export interface HistoryOptions {
	records: StackRecords;
	events: EventRecords;
	stacks: Pick<Stacks, "listen">;
	clock: Clock;
}

/** Brings a stack into another state, and its history tells of it. Answers the stack as it is then. */
export type Move = (stack: StackRecord, status: string, more?: Partial<StackRecord>) => StackRecord;

/** Notes what happens to stacks and to their resources. */
export function createHistory({ records, events, stacks, clock }: HistoryOptions): Move {
	stacks.listen(({ stackName, logicalId, type, status, physicalId = "", reason = "" }) => {
		// A stack that nobody has made by CloudFormation has no history there.
		const origin = records.originOf(stackName);
		if (!origin) return;
		const { id: stackId, token } = origin;
		events.add({ stackId, atMs: clock.now(), logicalId, type, physicalId, status, reason, token });
	});
	return (stack, status, more = {}) => {
		const after = { ...stack, reason: "", ...more, status };
		const { id, name, reason, token } = after;
		const own = { logicalId: name, physicalId: id, type: "AWS::CloudFormation::Stack" };
		records.put(after);
		events.add({ stackId: id, atMs: clock.now(), ...own, status, reason, token });
		return after;
	};
}
