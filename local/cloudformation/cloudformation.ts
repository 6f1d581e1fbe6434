import { randomUUID } from "node:crypto";
import { escapeXml, type QueryService } from "../aws/query.ts";
import { AwsError, type Caller } from "../aws/service.ts";
import type { Clock } from "../clock.ts";
import type { Buckets } from "../s3/buckets.ts";
import type { StackSource } from "../stack/stack-table.ts";
import type { Stacks } from "../stack/stacks.ts";
import type { Store } from "../store.ts";
import { loadTemplate } from "../template/template.ts";
import { createDeployments } from "./deployments.ts";
import { plannedChanges } from "./planned-changes.ts";
import { pairsIn, templateIn } from "./request.ts";
import { printChange, printEvent, printStack } from "./shapes.ts";
import { type ChangeSetRecord, type StackRecord, stackRecords } from "./stack-records.ts";

export interface CloudFormationOptions {
	store: Store;
	clock: Clock;
	caller: Caller;
	/** What makes the stacks. */
	stacks: Stacks;
	/** Where templates by URL lie. */
	buckets: Buckets;
	log: (line: string) => void;
}

/** CloudFormation as far as we call it: change sets, and what becomes of them, over the account's stack engine. */
export interface CloudFormation {
	service: QueryService;
	/** Tells the end of what a dead process left half done, which the stack engine goes on with. */
	start(): void;
}

const nothingDiffers =
	"The submitted information didn't contain changes. Submit different information to create a change set.";

export function createCloudFormation({
	store,
	clock,
	caller,
	stacks,
	buckets,
	log,
}: CloudFormationOptions): CloudFormation {
	const records = stackRecords(store);
	const { accountId, region } = caller;
	const deployments = createDeployments({ records, stacks, clock, log });

	/** A stack of this name or id. Throws ValidationError, as CloudFormation does for what is not there. */
	function stackOf(form: URLSearchParams): StackRecord {
		const asked = form.get("StackName") ?? "";
		const name = /:stack\/([^/]+)\//.exec(asked)?.[1] ?? asked;
		const found = records.stack(name);
		if (found) return found;
		throw new AwsError("ValidationError", `Stack with id ${asked} does not exist`);
	}

	function changeSetOf(form: URLSearchParams): { stack: StackRecord; set: ChangeSetRecord } {
		const stack = stackOf(form);
		const name = form.get("ChangeSetName") ?? "";
		const set = records.changeSet(stack.name, name);
		if (set) return { stack, set };
		throw new AwsError("ChangeSetNotFound", `ChangeSet [${name}] does not exist`, 404);
	}

	const operations: QueryService["operations"] = {
		CreateChangeSet(form) {
			const name = form.get("StackName") ?? "";
			const known = records.stack(name);
			const type = form.get("ChangeSetType") === "CREATE" ? "CREATE" : "UPDATE";
			if (type === "UPDATE" && !known) throw new AwsError("ValidationError", `Stack [${name}] does not exist`);
			if (type === "CREATE" && known && known.status !== "REVIEW_IN_PROGRESS") {
				throw new AwsError(
					"ValidationError",
					`Stack [${name}] already exists and cannot be created again with the changeSet.`,
				);
			}
			if (known?.status.endsWith("_IN_PROGRESS") && known.status !== "REVIEW_IN_PROGRESS") {
				throw new AwsError("ValidationError", `Stack:${known.id} is in ${known.status} state and can not be updated.`);
			}
			const template = templateIn(form, buckets);
			const source: StackSource = {
				template: loadTemplate(template),
				parameters: pairsIn(form, "Parameters", "Parameter"),
			};
			const unknown = Object.keys(source.parameters).filter((each) => !Object.hasOwn(source.template.Parameters, each));
			if (unknown.length > 0) {
				throw new AwsError("ValidationError", `Parameters: [${unknown.join(", ")}] do not exist in the template`);
			}
			const tags = pairsIn(form, "Tags", "");
			const row = stacks.get(name);
			const changes = plannedChanges(row?.status === "deployed" ? row.deployed : undefined, source);
			const sameTags = JSON.stringify(tags) === JSON.stringify(known?.tags ?? {});
			const isWhole = row?.status === "deployed" && known?.status.endsWith("_COMPLETE") === true;
			const isEmpty = changes.length === 0 && sameTags && isWhole;
			const stack = known ?? {
				...{
					name,
					id: `arn:aws:cloudformation:${region}:${accountId}:stack/${name}/${randomUUID()}`,
					status: "REVIEW_IN_PROGRESS",
				},
				...{ reason: "", tags: {}, parameters: {}, outputs: {}, createdMs: clock.now() },
			};
			if (!known) records.putStack(stack);
			const set: ChangeSetRecord = {
				...{ stack: name, name: form.get("ChangeSetName") ?? "", type, template, tags, changes },
				...{ parameters: source.parameters, onFailure: form.get("OnStackFailure") ?? "ROLLBACK" },
				...(isEmpty ? { status: "FAILED", reason: nothingDiffers } : { status: "CREATE_COMPLETE", reason: "" }),
			};
			records.putChangeSet(set);
			return `<Id>${escapeXml(idOf(set))}</Id><StackId>${escapeXml(stack.id)}</StackId>`;
		},
		DescribeChangeSet(form) {
			const { stack, set } = changeSetOf(form);
			return (
				`<ChangeSetName>${escapeXml(set.name)}</ChangeSetName><StackName>${escapeXml(stack.name)}</StackName>` +
				`<Status>${set.status}</Status>${set.reason ? `<StatusReason>${escapeXml(set.reason)}</StatusReason>` : ""}` +
				`<Changes>${set.changes.map(printChange).join("")}</Changes>`
			);
		},
		DeleteChangeSet(form) {
			const { stack, set } = changeSetOf(form);
			records.dropChangeSet(stack.name, set.name);
			return "";
		},
		ExecuteChangeSet(form) {
			const { stack, set } = changeSetOf(form);
			if (set.status !== "CREATE_COMPLETE") {
				throw new AwsError(
					"InvalidChangeSetStatus",
					`ChangeSet [${set.name}] cannot be executed in its current status of [${set.status}]`,
				);
			}
			records.dropChangeSet(stack.name, set.name);
			const { parameters, tags, type } = set;
			const begun = deployments.move(stack, `${type}_IN_PROGRESS`, { parameters, tags });
			const goesBack = form.get("DisableRollback") !== "true";
			deployments.deploy(begun, { template: loadTemplate(set.template), parameters }, type, goesBack);
			return "";
		},
		DescribeStacks(form) {
			const found = form.has("StackName") ? [stackOf(form)] : records.stacks();
			return `<Stacks>${found.map(printStack).join("")}</Stacks>`;
		},
		DescribeStackEvents(form) {
			const stack = stackOf(form);
			return `<StackEvents>${records
				.events(stack.name)
				.map((event) => printEvent(event, stack))
				.join("")}</StackEvents>`;
		},
		GetTemplate(form) {
			const stack = stackOf(form);
			const template = stacks.get(stack.name)?.wanted.template ?? {};
			return `<TemplateBody>${escapeXml(JSON.stringify(template))}</TemplateBody>`;
		},
		DeleteStack(form) {
			const name = form.get("StackName") ?? "";
			const stack = records.stack(name);
			// Deleting what is not there is no error: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
			if (stack && stack.status !== "DELETE_IN_PROGRESS")
				deployments.takeDown(deployments.move(stack, "DELETE_IN_PROGRESS"));
			return "";
		},
	};

	const idOf = (set: ChangeSetRecord) =>
		`arn:aws:cloudformation:${region}:${accountId}:changeSet/${set.name}/${set.stack}`;

	return {
		service: { name: "cloudformation", namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/", operations },
		start() {
			for (const stack of records.stacks()) {
				if (stack.status.endsWith("_IN_PROGRESS") && stack.status !== "REVIEW_IN_PROGRESS") deployments.settle(stack);
			}
		},
	};
}
