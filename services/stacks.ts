import {
	type Change,
	type CloudFormationClient,
	CreateChangeSetCommand,
	type CreateChangeSetCommandInput,
	DeleteChangeSetCommand,
	DescribeChangeSetCommand,
	type DescribeChangeSetCommandOutput,
	DescribeStacksCommand,
	GetTemplateCommand,
} from "@aws-sdk/client-cloudformation";
import { z } from "zod";
import { calling } from "./aws-errors.ts";

/** A stack of some account: the client's credentials say of which. */
export interface StackTarget {
	client: CloudFormationClient;
	stackName: string;
	/** How long to wait between two looks; CloudFormation tells of progress to whoever asks only. */
	pollMs: number;
}

const pairs = (key: string, value: string) =>
	z
		.array(z.looseObject({ [key]: z.string(), [value]: z.string().optional() }))
		.default([])
		.transform((list) => Object.fromEntries(list.map((item) => [String(item[key]), String(item[value] ?? "")])));

const stackSchema = z.object({
	StackStatus: z.string(),
	StackStatusReason: z.string().optional(),
	Outputs: pairs("OutputKey", "OutputValue"),
	Parameters: pairs("ParameterKey", "ParameterValue"),
	Tags: pairs("Key", "Value"),
});

/** A stack as CloudFormation describes it. */
export interface Stack {
	/** E.g. `UPDATE_COMPLETE`. */
	status: string;
	statusReason: string | undefined;
	outputs: Record<string, string>;
	parameters: Record<string, string>;
	tags: Record<string, string>;
}

/** The stack as CloudFormation shows it, also while only a change set would create it; undefined when there is none. */
export async function describeStack({ client, stackName }: StackTarget): Promise<Stack | undefined> {
	try {
		const { Stacks } = await calling("CloudFormation", () =>
			client.send(new DescribeStacksCommand({ StackName: stackName })),
		);
		const [found] = Stacks ?? [];
		if (!found || found.StackStatus === "DELETE_COMPLETE") return undefined;
		const { StackStatus, StackStatusReason, Outputs, Parameters, Tags } = stackSchema.parse(found);
		return {
			status: StackStatus,
			statusReason: StackStatusReason,
			outputs: Outputs,
			parameters: Parameters,
			tags: Tags,
		};
	} catch (error) {
		if (isMissing(error)) return undefined;
		throw error;
	}
}

/** The stack as it stands; undefined when there is none, or only a change set that would create it. */
export async function readStack(target: StackTarget): Promise<Stack | undefined> {
	const found = await describeStack(target);
	return found?.status === "REVIEW_IN_PROGRESS" ? undefined : found;
}

/** The template that the stack was deployed from, as JSON text; undefined when there is no such stack. */
export async function readTemplate({ client, stackName }: StackTarget): Promise<string | undefined> {
	try {
		const { TemplateBody } = await calling("CloudFormation", () =>
			client.send(new GetTemplateCommand({ StackName: stackName, TemplateStage: "Original" })),
		);
		return TemplateBody;
	} catch (error) {
		if (isMissing(error)) return undefined;
		throw error;
	}
}

/** What is to be deployed. */
export interface StackPlan {
	/** Up to 51,200 bytes as they are, up to 1 MB in S3; or the very one that stands. */
	template: { url: string } | { body: string } | "standing";
	parameters: Readonly<Record<string, string>>;
	tags: Readonly<Record<string, string>>;
	/** Unique for the stack; the same one again is the same change set. */
	name: string;
}

/** One resource that a change set touches. */
export interface PlannedResource {
	action: "Add" | "Modify" | "Remove" | "Import" | "Dynamic";
	logicalId: string;
	type: string;
	/** `True`: it is made anew, and what it holds is lost. */
	replacement: "True" | "False" | "Conditional" | undefined;
}

export type ChangeSet =
	| {
			outcome: "planned";
			name: string;
			creates: boolean;
			/** The stack has never stood as a whole: what fails on the way stays, and the next deployment goes on there. */
			isUnfinished: boolean;
			resources: PlannedResource[];
	  }
	/** The stack is so already. */
	| { outcome: "empty" };

/** Plans a deployment and waits until CloudFormation has compared. Nothing is changed by it. Throws what CloudFormation refused, with its words. */
export async function planStack(target: StackTarget, plan: StackPlan): Promise<ChangeSet> {
	const { client, stackName } = target;
	const before = await readStack(target);
	const creates = before === undefined;
	const isUnfinished = creates || /^(?:CREATE|UPDATE)_FAILED$/.test(before.status);
	const shared = { StackName: stackName, ChangeSetName: plan.name };
	// A plan of before that nobody carried out would be in the way.
	await dropChangeSet(client, shared);
	await calling("CloudFormation", () =>
		client.send(
			new CreateChangeSetCommand({
				...shared,
				ChangeSetType: creates ? "CREATE" : "UPDATE",
				...templateOf(plan),
				Parameters: Object.entries(plan.parameters).map(([ParameterKey, ParameterValue]) => ({
					ParameterKey,
					ParameterValue,
				})),
				Tags: Object.entries(plan.tags).map(([Key, Value]) => ({ Key, Value })),
				Capabilities: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
			}),
		),
	);
	return compared(target, plan.name, { creates, isUnfinished });
}

function templateOf({ template }: StackPlan): Partial<CreateChangeSetCommandInput> {
	if (template === "standing") return { UsePreviousTemplate: true };
	return "url" in template ? { TemplateURL: template.url } : { TemplateBody: template.body };
}

/** Comparing takes seconds, a minute for hundreds of resources; what takes ten does not end. */
const longestComparisonMs = 600_000;

async function compared(
	{ client, stackName, pollMs }: StackTarget,
	name: string,
	how: { creates: boolean; isUnfinished: boolean },
): Promise<ChangeSet> {
	const which = { StackName: stackName, ChangeSetName: name };
	const endMs = Date.now() + longestComparisonMs;
	for (;;) {
		const {
			Status,
			StatusReason,
			Changes = [],
			NextToken,
		} = await calling("CloudFormation", () => client.send(new DescribeChangeSetCommand(which)));
		if (Status === "CREATE_COMPLETE") {
			const rest = await furtherChanges(client, which, NextToken);
			return { outcome: "planned", name, ...how, resources: [...Changes, ...rest].flatMap(resourceOf) };
		}
		if (Status === "FAILED") {
			if (/didn't contain changes|No updates are to be performed/.test(StatusReason ?? "")) {
				await dropChangeSet(client, which);
				return { outcome: "empty" };
			}
			throw new StackRefused(`CloudFormation refused the plan for ${stackName}: ${StatusReason ?? "without a reason"}`);
		}
		if (Date.now() > endMs) {
			throw new StackRefused(`CloudFormation is still comparing the plan for ${stackName} (${Status ?? "no status"}).`);
		}
		await pause(pollMs);
	}
}

/** Safe to repeat. */
async function dropChangeSet(
	client: CloudFormationClient,
	which: { StackName: string; ChangeSetName: string },
): Promise<void> {
	await calling("CloudFormation", () => client.send(new DeleteChangeSetCommand(which))).catch((error) => {
		if (!isMissing(error)) throw error;
	});
}

async function furtherChanges(
	client: CloudFormationClient,
	of: { StackName: string; ChangeSetName: string },
	first: string | undefined,
): Promise<Change[]> {
	const found: Change[] = [];
	for (let next = first; next !== undefined; ) {
		const page: DescribeChangeSetCommandOutput = await calling("CloudFormation", () =>
			client.send(new DescribeChangeSetCommand({ ...of, NextToken: next })),
		);
		found.push(...(page.Changes ?? []));
		next = page.NextToken;
	}
	return found;
}

function resourceOf({ ResourceChange }: Change): PlannedResource[] {
	const { Action, LogicalResourceId, ResourceType, Replacement } = ResourceChange ?? {};
	if (!Action || !LogicalResourceId || Action === "SyncWithActual") return [];
	return [{ action: Action, logicalId: LogicalResourceId, type: ResourceType ?? "", replacement: Replacement }];
}

/** CloudFormation would not, or not in time; the message has its words. */
export class StackRefused extends Error {
	override name = "StackRefused";
}

/** True when a stack or change set is not there: CloudFormation has no exception of its own for the first, says it in words. */
export function isMissing(error: unknown): boolean {
	if (!(error instanceof Error)) return false;
	if (error.name === "ChangeSetNotFoundException") return true;
	return error.name === "ValidationError" && /does not exist/.test(error.message);
}

export function pause(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms));
}
