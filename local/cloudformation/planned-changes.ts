import { isDeepStrictEqual } from "node:util";
import type { StackSource } from "../stack/stack-table.ts";
import type { ChangeSetRecord } from "./stack-records.ts";

type Change = ChangeSetRecord["changes"][number];

/** Properties whose change makes CloudFormation make the resource anew, for types of ours that have a name of their own. */
const identity: Readonly<Record<string, readonly string[]>> = {
	"AWS::DynamoDB::Table": ["TableName", "KeySchema"],
	"AWS::DynamoDB::GlobalTable": ["TableName", "KeySchema"],
	"AWS::SQS::Queue": ["QueueName"],
	"AWS::Lambda::Function": ["FunctionName"],
	"AWS::IAM::Role": ["RoleName"],
	"AWS::Route53::HostedZone": ["Name"],
	"AWS::CertificateManager::Certificate": ["DomainName", "DomainValidationOptions", "SubjectAlternativeNames"],
};

/** What a deployment would touch. A parameter's change touches whatever names it, directly. */
export function plannedChanges(before: StackSource | undefined, after: StackSource): Change[] {
	const old = before?.template.Resources ?? {};
	const wanted = after.template.Resources;
	const changed = changedParameters(before, after);
	const removed = Object.keys(old).filter((id) => !Object.hasOwn(wanted, id));
	return [
		...removed.map(
			(logicalId): Change => ({
				...{ action: "Remove", logicalId, type: old[logicalId]?.Type ?? "", replacement: "" },
			}),
		),
		...Object.entries(wanted).flatMap(([logicalId, resource]): Change[] => {
			const was = old[logicalId];
			const type = resource.Type;
			if (!was) return [{ action: "Add", logicalId, type, replacement: "" }];
			if (isDeepStrictEqual(was, resource) && !names(resource, changed)) return [];
			const isNew =
				was.Type !== type ||
				(identity[type] ?? []).some(
					(name) =>
						!isDeepStrictEqual(was.Properties[name], resource.Properties[name]) ||
						names(resource.Properties[name], changed),
				);
			return [{ action: "Modify", logicalId, type, replacement: isNew ? "True" : "False" }];
		}),
	];
}

function changedParameters(before: StackSource | undefined, after: StackSource): Set<string> {
	const all = Object.keys(after.template.Parameters);
	const value = (source: StackSource | undefined, name: string) =>
		source?.parameters[name] ?? source?.template.Parameters[name]?.Default;
	return new Set(all.filter((name) => value(before, name) !== value(after, name)));
}

/** Whether a Ref or a Sub somewhere in `value` names one of the parameters. */
function names(value: unknown, parameters: ReadonlySet<string>): boolean {
	if (parameters.size === 0) return false;
	const text = JSON.stringify(value ?? null);
	return [...parameters].some((name) => text.includes(`{"Ref":"${name}"}`) || text.includes(`\${${name}}`));
}
