import type { Clock } from "../clock.ts";
import type { StackSource } from "../stack/stack-table.ts";
import type { Stacks } from "../stack/stacks.ts";
import type { StackRecord, StackRecords } from "./stack-records.ts";

export interface DeploymentsOptions {
	records: StackRecords;
	stacks: Stacks;
	clock: Clock;
	log: (line: string) => void;
}

/** What becomes of change sets and deletions, in the background, as CloudFormation tells it: by states and events. */
export interface Deployments {
	/** The stack in another state, which its history tells. */
	move(stack: StackRecord, status: string, more?: Partial<StackRecord>): StackRecord;
	deploy(stack: StackRecord, source: StackSource, verb: "CREATE" | "UPDATE", goesBack: boolean): void;
	takeDown(stack: StackRecord): void;
	/** Tells how what a dead process left half done has ended, once it has. */
	settle(stack: StackRecord): void;
}

export function createDeployments({ records, stacks, clock, log }: DeploymentsOptions): Deployments {
	const tell = (
		name: string,
		logicalId: string,
		type: string,
		status: string,
		more: { physicalId?: string; reason?: string } = {},
	) =>
		records.putEvent({
			...{ stack: name, atMs: clock.now(), logicalId, type, status },
			...{ physicalId: more.physicalId ?? "", reason: more.reason ?? "" },
		});
	stacks.listen(({ stackName, logicalId, type, status, physicalId, reason }) =>
		tell(stackName, logicalId, type, status, {
			...(physicalId !== undefined && { physicalId }),
			...(reason !== undefined && { reason }),
		}),
	);

	function move(stack: StackRecord, status: string, more: Partial<StackRecord> = {}): StackRecord {
		const after = { ...stack, reason: "", ...more, status };
		records.putStack(after);
		tell(stack.name, stack.name, "AWS::CloudFormation::Stack", status, { physicalId: stack.id, reason: after.reason });
		return after;
	}

	/** Deploys and tells how it ended; what fails on the way stays, or goes back, as was asked. */
	async function carryOut(
		stack: StackRecord,
		source: StackSource,
		verb: "CREATE" | "UPDATE",
		goesBack: boolean,
	): Promise<void> {
		const before = stacks.get(stack.name)?.deployed;
		try {
			const resolver = await stacks.deploy(stack.name, source);
			move(stack, `${verb}_COMPLETE`, { outputs: resolver.outputs() });
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			if (verb === "CREATE" || !goesBack || !before) return void move(stack, `${verb}_FAILED`, { reason });
			move(stack, "UPDATE_ROLLBACK_IN_PROGRESS", { reason });
			await goBack(stack, before, reason);
		}
	}

	async function goBack(stack: StackRecord, before: StackSource, reason: string): Promise<void> {
		try {
			const resolver = await stacks.deploy(stack.name, before);
			move(stack, "UPDATE_ROLLBACK_COMPLETE", { reason, parameters: before.parameters, outputs: resolver.outputs() });
		} catch (error) {
			move(stack, "UPDATE_ROLLBACK_FAILED", { reason: error instanceof Error ? error.message : String(error) });
		}
	}

	async function takeDown(stack: StackRecord): Promise<void> {
		try {
			await stacks.remove(stack.name);
			move(stack, "DELETE_COMPLETE");
			records.dropStack(stack.name);
		} catch (error) {
			move(stack, "DELETE_FAILED", { reason: error instanceof Error ? error.message : String(error) });
		}
	}

	function inBackground(work: Promise<void>): void {
		work.catch((error: unknown) => log(`cloudformation: ${error}`));
	}

	/** The stack engine goes on by itself; how it ended is what its row says. */
	function settle(stack: StackRecord): void {
		const row = stacks.get(stack.name);
		if (row?.status === "deploying" || row?.status === "deleting") {
			clock.at(clock.now() + 200, () => settle(stack));
			return;
		}
		const verb = stack.status.split("_", 1)[0];
		if (!row) {
			move(stack, "DELETE_COMPLETE");
			records.dropStack(stack.name);
			return;
		}
		if (row.status === "failed") return void move(stack, `${verb}_FAILED`, { reason: row.reason });
		// The resolver of the dead process is gone; deploying what stands already answers its outputs.
		inBackground(carryOut(stack, row.wanted, verb === "CREATE" ? "CREATE" : "UPDATE", false));
	}

	return {
		move,
		deploy: (...asked) => inBackground(carryOut(...asked)),
		takeDown: (stack) => inBackground(takeDown(stack)),
		settle,
	};
}
