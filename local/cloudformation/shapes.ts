import { escapeXml } from "../aws/query.ts";
import type { ChangeSetRecord, EventRecord, StackRecord } from "./stack-records.ts";

const tag = (name: string, text: string) => (text === "" ? "" : `<${name}>${escapeXml(text)}</${name}>`);
const iso = (ms: number) => new Date(ms).toISOString();

function pairs(list: string, key: string, value: string, of: Readonly<Record<string, string>>): string {
	const members = Object.entries(of).map(
		([name, text]) => `<member><${key}>${escapeXml(name)}</${key}><${value}>${escapeXml(text)}</${value}></member>`,
	);
	return `<${list}>${members.join("")}</${list}>`;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html */
export function printStack({ name, id, status, reason, tags, parameters, outputs, createdMs }: StackRecord): string {
	const fields =
		tag("StackId", id) + tag("StackName", name) + tag("StackStatus", status) + tag("StackStatusReason", reason);
	const lists =
		pairs("Outputs", "OutputKey", "OutputValue", outputs) +
		pairs("Parameters", "ParameterKey", "ParameterValue", parameters) +
		pairs("Tags", "Key", "Value", tags);
	return `<member>${fields}<CreationTime>${iso(createdMs)}</CreationTime>${lists}</member>`;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackEvent.html */
export function printEvent(event: EventRecord, { id }: Pick<StackRecord, "id">): string {
	const { seq, stack, atMs, logicalId, type, physicalId, status, reason } = event;
	const fields =
		tag("EventId", `${logicalId}-${seq}`) +
		tag("StackId", id) +
		tag("StackName", stack) +
		tag("LogicalResourceId", logicalId);
	const more = tag("PhysicalResourceId", physicalId) + tag("ResourceType", type) + tag("ResourceStatus", status);
	return `<member>${fields}${more}<Timestamp>${iso(atMs)}</Timestamp>${tag("ResourceStatusReason", reason)}</member>`;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html */
export function printChange({ action, logicalId, type, replacement }: ChangeSetRecord["changes"][number]): string {
	const fields =
		tag("Action", action) +
		tag("LogicalResourceId", logicalId) +
		tag("ResourceType", type) +
		tag("Replacement", replacement);
	return `<member><Type>Resource</Type><ResourceChange>${fields}</ResourceChange></member>`;
}
