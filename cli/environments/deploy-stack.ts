import { executeChangeSet } from "../../services/stack-operations.ts";
import { type FollowedEvents, followStack, type Progress } from "../../services/stack-progress.ts";
import {
	type ChangeSet,
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
	// CloudFormation's clock is not ours: what it began in the same minute is of this run.
	return await follow(target, context, { since: new Date(context.world.now() - 60_000) });
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

/** The plan as CloudFormation sees it: nothing has changed yet. Throws CommandFailed for one that cannot be made, or not be carried out. */
export async function planned(target: StackTarget, plan: StackPlan): Promise<ChangeSet> {
	try {
		const changeSet = await planStack(target, plan);
		if (changeSet.outcome === "planned" && changeSet.isUnfinished) requireNothingAnew(target, changeSet.resources);
		return changeSet;
	} catch (error) {
		if (!(error instanceof StackRefused)) throw error;
		const fix = "The template or its values are not right: mend them, and run this again. Nothing was changed.";
		throw new CommandFailed(exits.refused, { title: error.message, fix }, { cause: error });
	}
}

/**
 * A stack that does not stand as a whole is gone on with only while what was made is kept, and so CloudFormation replaces nothing: it would
 * fail half-way, where no plan helps any more. What it replaces `Conditional`ly, such as what names another resource, it mostly does not.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
 */
function requireNothingAnew({ stackName }: StackTarget, resources: readonly PlannedResource[]): void {
	const anew = resources.filter(({ replacement }) => replacement === "True").map(({ logicalId }) => logicalId);
	if (anew.length === 0) return;
	throw new CommandFailed(exits.refused, {
		title: `${stackName} does not stand as a whole yet, and this would make ${anew.join(", ")} anew.`,
		detail: "CloudFormation goes on with such a stack by keeping what was made, and replaces nothing meanwhile.",
		fix: `Take the change of these resources back, run this again until the stack stands, and make it then. Or give up what was made, with: aws cloudformation rollback-stack --stack-name ${stackName}. That deletes a stack that has never stood; what it retains stays (docs/deploy.md, Teardown). Nothing was changed.`,
	});
}

/** Carries a plan out and follows it to its end. Throws CommandFailed with the first resource that failed, and why. */
export async function carryOut(
	target: StackTarget,
	changeSet: Extract<ChangeSet, { outcome: "planned" }>,
	context: Context,
): Promise<Stack> {
	const token = await executeChangeSet(target, changeSet);
	const stack = await follow(target, context, { token });
	if (!stack) throw new CommandFailed(exits.failed, { title: `${target.stackName} is gone.`, fix: "Run this again." });
	return stack;
}

/** Follows a deletion, by its token, until the stack is gone. Throws CommandFailed with what could not be deleted. */
export async function awaitGone(target: StackTarget, token: string, context: Context): Promise<void> {
	const left = await follow(target, context, { token });
	if (!left) return;
	const title = `${target.stackName} is ${left.status}, and was to be deleted.`;
	const fix = "Somebody else works at it: see its events in the CloudFormation console, then run this again.";
	throw new CommandFailed(exits.failed, { title, detail: left.statusReason, fix });
}

async function follow(target: StackTarget, context: Context, events: FollowedEvents): Promise<Stack | undefined> {
	const failures: Progress[] = [];
	const tell = (progress: Progress) => {
		// Of the run before, a moment ago.
		if (progress.type === stackType && /^(?:CREATE|UPDATE|DELETE)_IN_PROGRESS$/.test(progress.status))
			failures.length = 0;
		if (progress.status.endsWith("_FAILED")) failures.push(progress);
		tellProgress(progress, context);
	};
	try {
		const stack = await followStack(target, { ...events, deadlineMs: context.world.now() + longestMs, tell });
		if (!stack || /^(?:CREATE|UPDATE)_COMPLETE$/.test(stack.status)) return stack;
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
