import { escapeXml, type QueryService } from "../aws/query.ts";
import { AwsError } from "../aws/service.ts";
import { inTransaction, type Store } from "../store.ts";
import { type ChangeSetRecord, changeSetRecords } from "./change-set-records.ts";
import { createChangeSet, type Surroundings } from "./create-change-set.ts";
import { createDeployments } from "./deployments.ts";
import { eventRecords } from "./event-records.ts";
import { createHistory } from "./history.ts";
import { cloudformationLimits } from "./limits.ts";
import { nameIn, refusal } from "./request.ts";
import { changeSetId, printChangeSet, printEvents, printStack } from "./shapes.ts";
import { type StackRecord, stackRecords } from "./stack-records.ts";

export interface CloudFormationOptions extends Surroundings {
	store: Store;
	log: (line: string) => void;
}

/** CloudFormation as far as we call it: change sets, and what becomes of them, over the account's stack engine. */
export interface CloudFormation {
	service: QueryService;
	/** Goes on with what a dead process left half done; to be called before the stack engine goes on by itself. */
	start(): void;
	close(): void;
}

const { pageLength } = cloudformationLimits;

export function createCloudFormation({ store, log, ...surroundings }: CloudFormationOptions): CloudFormation {
	const { clock, stacks } = surroundings;
	const records = stackRecords(store);
	const changeSets = changeSetRecords(store);
	const events = eventRecords(store);
	const move = createHistory({ records, events, stacks, clock });
	const deployments = createDeployments({ records, stacks, move, log });

	/** The stack that a request names. Throws ValidationError, as CloudFormation does for what is not there. */
	function stackOf(form: URLSearchParams): StackRecord {
		const asked = form.get("StackName") ?? "";
		const found = records.find(asked);
		if (found) return found;
		throw refusal(`Stack with id ${asked} does not exist`);
	}

	function changeSetOf(form: URLSearchParams): { stack: StackRecord; set: ChangeSetRecord } {
		const stack = stackOf(form);
		const name = nameIn(form, "ChangeSetName");
		const set = changeSets.find(stack.id, name);
		if (set) return { stack, set };
		throw new AwsError("ChangeSetNotFound", `ChangeSet [${name}] does not exist`, 404);
	}

	const tokenIn = (form: URLSearchParams): string => form.get("ClientRequestToken") ?? "";

	/** Another state, for which plans that were made before are no good any more. */
	function begin(stack: StackRecord, status: string, more?: Partial<StackRecord>): void {
		const begun = inTransaction(store, () => {
			changeSets.dropAll(stack.id);
			return move(stack, status, more);
		});
		deployments.goOn(begun);
	}

	const operations: QueryService["operations"] = {
		CreateChangeSet(form) {
			const known = records.find(form.get("StackName") ?? "");
			const { stack, set } = createChangeSet(form, known, surroundings);
			if (changeSets.find(stack.id, set.name)) {
				throw new AwsError("AlreadyExistsException", `ChangeSet ${set.name} already exists for stack ${stack.id}`);
			}
			inTransaction(store, () => {
				if (!known) move(stack, stack.status);
				changeSets.add(set);
			});
			return `<Id>${escapeXml(changeSetId(stack, set))}</Id><StackId>${escapeXml(stack.id)}</StackId>`;
		},
		DescribeChangeSet(form) {
			const { stack, set } = changeSetOf(form);
			return printChangeSet(stack, set, Number(form.get("NextToken") ?? 0), pageLength);
		},
		DeleteChangeSet(form) {
			const { stack, set } = changeSetOf(form);
			changeSets.drop(stack.id, set.name);
			return "";
		},
		ExecuteChangeSet(form) {
			const { stack, set } = changeSetOf(form);
			if (set.status !== "CREATE_COMPLETE") {
				const told = `ChangeSet [${set.name}] cannot be executed in its current status of [${set.status}]`;
				throw new AwsError("InvalidChangeSetStatus", told);
			}
			const disabled = form.get("DisableRollback");
			if (disabled !== null && set.onFailure !== undefined) {
				throw refusal("DisableRollback can't be specified where the change set was created with OnStackFailure.");
			}
			const { template, parameters, tags, type } = set;
			const onFailure = set.onFailure ?? (disabled === "true" ? "DO_NOTHING" : "ROLLBACK");
			begin(stack, `${type}_IN_PROGRESS`, { template, parameters, tags, onFailure, token: tokenIn(form) });
			return "";
		},
		DescribeStacks(form) {
			const found = form.has("StackName") ? [stackOf(form)] : records.list();
			return `<Stacks>${found.map(printStack).join("")}</Stacks>`;
		},
		DescribeStackEvents(form) {
			const stack = stackOf(form);
			const before = Number(form.get("NextToken") ?? Number.MAX_SAFE_INTEGER);
			// One more than is told tells whether there is another page.
			const found = events.page(stack.id, before, pageLength + 1);
			return printEvents(found.slice(0, pageLength), stack, found.length > pageLength);
		},
		GetTemplate: (form) => `<TemplateBody>${escapeXml(stackOf(form).template)}</TemplateBody>`,
		DeleteStack(form) {
			// Deleting what is not there is no error: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
			const stack = records.find(form.get("StackName") ?? "");
			if (!stack || /^DELETE_(?:IN_PROGRESS|COMPLETE)$/.test(stack.status)) return "";
			if (/^UPDATE_.*IN_PROGRESS$/.test(stack.status)) {
				throw refusal(`Stack [${stack.id}] cannot be deleted while in status ${stack.status}`);
			}
			begin(stack, "DELETE_IN_PROGRESS", { token: tokenIn(form) });
			return "";
		},
	};

	return {
		service: { name: "cloudformation", namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/", operations },
		start() {
			for (const stack of records.list()) deployments.goOn(stack);
		},
		close: deployments.close,
	};
}
