import { DetectStackResourceDriftCommand, type PropertyDifference } from "@aws-sdk/client-cloudformation";
import { calling } from "./aws-errors.ts";
import type { StackTarget } from "./stacks.ts";

/**
 * In what a resource of a stack is otherwise than the stack has it, e.g. `/DistributionConfig/Enabled is false`: CloudFormation reads it
 * now, and changes nothing. Only properties that the template names are compared. Throws when CloudFormation did not compare.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DetectStackResourceDrift.html
 */
export async function driftOf({ client, stackName }: StackTarget, logicalId: string): Promise<string[]> {
	const { StackResourceDrift: drift } = await calling("CloudFormation", () =>
		client.send(new DetectStackResourceDriftCommand({ StackName: stackName, LogicalResourceId: logicalId })),
	);
	switch (drift?.StackResourceDriftStatus) {
		case "IN_SYNC":
			return [];
		case "DELETED":
			return ["it is not there any more"];
		case "MODIFIED":
			return changesIn(drift.PropertyDifferences ?? []);
		default:
			throw new Error(`CloudFormation did not compare ${logicalId} with what stands.`);
	}
}

function changesIn(differences: readonly PropertyDifference[]): string[] {
	if (differences.length === 0) return ["it is changed, and nobody says how"];
	return differences.map(({ PropertyPath, ActualValue }) => `${PropertyPath} is ${ActualValue}`);
}
