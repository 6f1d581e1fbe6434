import { escapeXml } from "../aws/query.ts";
import type { Change, ChangeSetRecord } from "./change-set-records.ts";
import type { EventRecord } from "./event-records.ts";
import type { StackRecord } from "./stack-records.ts";

const tag = (name: string, text: string) => (text === "" ? "" : `<${name}>${escapeXml(text)}</${name}>`);
const iso = (ms: number) => new Date(ms).toISOString();

function pairs(list: string, key: string, value: string, of: Readonly<Record<string, string>>): string {
	const members = Object.entries(of).map(
		([name, text]) => `<member><${key}>${escapeXml(name)}</${key}><${value}>${escapeXml(text)}</${value}></member>`,
	);
	return `<${list}>${members.join("")}</${list}>`;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html */
export function printStack({ name, id, status, reason, tags, parameters, outputs, ...more }: StackRecord): string {
	const fields =
		tag("StackId", id) + tag("StackName", name) + tag("StackStatus", status) + tag("StackStatusReason", reason);
	const lists =
		pairs("Outputs", "OutputKey", "OutputValue", outputs) +
		pairs("Parameters", "ParameterKey", "ParameterValue", parameters) +
		pairs("Tags", "Key", "Value", tags);
	const disabled = `<DisableRollback>${more.onFailure === "DO_NOTHING"}</DisableRollback>`;
	return `<member>${fields}${disabled}<CreationTime>${iso(more.createdMs)}</CreationTime>${lists}</member>`;
}

/** A page of a stack's history, which goes on behind its last event. */
export function printEvents(events: readonly EventRecord[], stack: StackRecord, goesOn: boolean): string {
	const members = events.map((event) => printEvent(event, stack)).join("");
	return `<StackEvents>${members}</StackEvents>${goesOn ? tag("NextToken", String(events.at(-1)?.seq)) : ""}`;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackEvent.html */
function printEvent(event: EventRecord, { id, name }: StackRecord): string {
	const { seq, atMs, logicalId, type, physicalId, status, reason, token } = event;
	const fields =
		tag("EventId", `${logicalId}-${seq}`) +
		tag("StackId", id) +
		tag("StackName", name) +
		tag("LogicalResourceId", logicalId);
	const more = tag("PhysicalResourceId", physicalId) + tag("ResourceType", type) + tag("ResourceStatus", status);
	const last = tag("ResourceStatusReason", reason) + tag("ClientRequestToken", token);
	return `<member>${fields}${more}<Timestamp>${iso(atMs)}</Timestamp>${last}</member>`;
}

/** The id of a change set of a stack. */
export function changeSetId({ id }: Pick<StackRecord, "id">, { name }: Pick<ChangeSetRecord, "name">): string {
	return id.replace(/:stack\/[^/]+\//, `:changeSet/${name}/`);
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html; its changes `from` a number on. */
export function printChangeSet(stack: StackRecord, set: ChangeSetRecord, from: number, pageLength: number): string {
	const { name, status, reason, parameters, tags, changes, onFailure = "", createdMs } = set;
	const end = from + pageLength;
	const heads =
		tag("ChangeSetName", name) +
		tag("ChangeSetId", changeSetId(stack, set)) +
		tag("StackId", stack.id) +
		tag("StackName", stack.name) +
		tag("Status", status) +
		tag("StatusReason", reason) +
		tag("ExecutionStatus", status === "FAILED" ? "UNAVAILABLE" : "AVAILABLE") +
		tag("OnStackFailure", onFailure) +
		tag("CreationTime", iso(createdMs));
	const lists = pairs("Parameters", "ParameterKey", "ParameterValue", parameters) + pairs("Tags", "Key", "Value", tags);
	const page = changes.slice(from, end).map(printChange).join("");
	return `${heads}${lists}<Changes>${page}</Changes>${end < changes.length ? tag("NextToken", String(end)) : ""}`;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html */
function printChange({ action, logicalId, type, replacement }: Change): string {
	const fields =
		tag("Action", action) +
		tag("LogicalResourceId", logicalId) +
		tag("ResourceType", type) +
		tag("Replacement", replacement ?? "");
	return `<member><Type>Resource</Type><ResourceChange>${fields}</ResourceChange></member>`;
}
