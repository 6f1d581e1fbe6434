import { followStack, type Progress } from "../../services/stack-progress.ts";
import {
	type ChangeSet,
	executeChangeSet,
	type PlannedResource,
	planStack,
	readStack,
	type Stack,
	type StackPlan,
	StackRefused,
	type StackTarget,
} from "../../services/stacks.ts";
import type { Context } from "../context.ts";
import { CommandFailed, exits } from "../failures.ts";

/** A first deployment makes a distribution and replicates the edge: half an hour, and an hour when something is slow. */
const longestMs = 5_400_000;

const stackType = "AWS::CloudFormation::Stack";

/** States that CloudFormation lets nobody deploy over, and what has to be done. */
const stuck: Readonly<Record<string, string>> = {
	ROLLBACK_COMPLETE:
		"Its creation was rolled back: delete the stack in the CloudFormation console, and run this again.",
	ROLLBACK_FAILED:
		"Its creation could not be rolled back: delete the stack in the CloudFormation console, and run this again.",
	UPDATE_ROLLBACK_FAILED:
		"An update could not be rolled back: choose 'Continue update rollback' in the CloudFormation console, then run this again.",
	DELETE_FAILED:
		"Its deletion failed: see its events in the CloudFormation console, mend the cause, and run `environments remove` again.",
};

/** Waits for what somebody began before, so that two do not work at one stack. */
export async function awaitRest(target: StackTarget, context: Context): Promise<Stack | undefined> {
	const stack = await readStack(target);
	if (!stack?.status.endsWith("_IN_PROGRESS")) return stack;
	return await follow(target, context, new Date(context.world.now()));
}

/** The same for who deploys: throws CommandFailed for a stack that nobody can deploy over. */
export async function settleStack(target: StackTarget, context: Context): Promise<Stack | undefined> {
	const settled = await awaitRest(target, context);
	const fix = settled && stuck[settled.status];
	if (settled && fix) {
		throw new CommandFailed(exits.refused, {
			title: `The stack ${target.stackName} is ${settled.status}.`,
			detail: settled.statusReason,
			fix,
		});
	}
	return settled;
}

/** The plan as CloudFormation sees it: nothing has changed yet. */
export async function planned(target: StackTarget, plan: StackPlan): Promise<ChangeSet> {
	try {
		return await planStack(target, plan);
	} catch (error) {
		if (!(error instanceof StackRefused)) throw error;
		const fix = "The template or its values are not right: mend them, and run this again. Nothing was changed.";
		throw new CommandFailed(exits.refused, { title: error.message, fix }, { cause: error });
	}
}

/** Carries a plan out and follows it to its end. Throws CommandFailed with the first resource that failed, and why. */
export async function carryOut(
	target: StackTarget,
	changeSet: Extract<ChangeSet, { outcome: "planned" }>,
	context: Context,
): Promise<Stack> {
	const since = new Date(context.world.now());
	await executeChangeSet(target, changeSet);
	const stack = await follow(target, context, since);
	if (!stack) throw new CommandFailed(exits.failed, { title: `${target.stackName} is gone.`, fix: "Run this again." });
	return stack;
}

/** Follows a deletion to its end. Throws CommandFailed with what could not be deleted. */
export async function awaitGone(target: StackTarget, context: Context): Promise<void> {
	await follow(target, context, new Date(context.world.now()));
}

async function follow(target: StackTarget, context: Context, since: Date): Promise<Stack | undefined> {
	const failures: Progress[] = [];
	const tell = (progress: Progress) => {
		// Of the run before, a moment ago.
		if (progress.type === stackType && /^(?:CREATE|UPDATE|DELETE)_IN_PROGRESS$/.test(progress.status))
			failures.length = 0;
		if (progress.status.endsWith("_FAILED")) failures.push(progress);
		tellProgress(progress, context);
	};
	// CloudFormation's clock is not ours: what it began in the same minute is of this run.
	const begin = new Date(since.getTime() - 60_000);
	try {
		const stack = await followStack(target, { since: begin, deadlineMs: context.world.now() + longestMs, tell });
		if (!stack || /^(?:CREATE|UPDATE|DELETE)_COMPLETE$/.test(stack.status)) return stack;
		throw failedAt(target, stack, failures);
	} catch (error) {
		if (!(error instanceof StackRefused)) throw error;
		throw new CommandFailed(exits.unasked, { title: error.message, fix: "Run this again." }, { cause: error });
	}
}

function failedAt(
	{ stackName }: StackTarget,
	{ status, statusReason }: Stack,
	failures: readonly Progress[],
): CommandFailed {
	// What was cancelled because of it came after.
	const first = failures.find(
		({ reason = "", type }) => !/^Resource (?:creation|update) cancelled/.test(reason) && type !== stackType,
	);
	const title = first ? `${first.logicalId} (${first.type}) failed.` : `${stackName} ended as ${status}.`;
	const kept = status.endsWith("ROLLBACK_COMPLETE")
		? "The stack is as it was before."
		: "What was done stays, and the next run goes on there.";
	return new CommandFailed(exits.failed, {
		title,
		detail: first?.reason ?? statusReason,
		fix: stuck[status] ?? `Mend the cause and run this again. ${kept}`,
	});
}

function tellProgress({ logicalId, type, status, reason }: Progress, { tell, paint }: Context): void {
	if (!/_(?:COMPLETE|FAILED)$/.test(status)) return;
	const { dim, red, green } = paint.progress;
	const isBad = status.endsWith("_FAILED");
	tell(
		`      ${(isBad ? red : green)(status.padEnd(16))} ${logicalId} ${dim(type)}${isBad && reason ? `\n        ${reason}` : ""}`,
	);
}

/** What a plan would do, one line a resource; what would lose its content comes first. */
export function planLines(resources: readonly PlannedResource[]): string[] {
	const weight = ({ action, replacement }: PlannedResource) =>
		action === "Remove" ? 0 : replacement === "True" ? 1 : action === "Modify" ? 2 : 3;
	return resources
		.toSorted((left, right) => weight(left) - weight(right))
		.map(({ action, logicalId, type, replacement }) => {
			const loses = replacement === "True" ? "  REPLACED" : replacement === "Conditional" ? "  perhaps replaced" : "";
			return `${action.padEnd(6)}  ${logicalId}  ${type}${loses}`;
		});
}
