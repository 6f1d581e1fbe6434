import { randomUUID } from "node:crypto";
import { DeleteStackCommand, ExecuteChangeSetCommand } from "@aws-sdk/client-cloudformation";
import { calling } from "./aws-errors.ts";
import type { StackTarget } from "./stacks.ts";

/**
 * Begins to carry a change set out; answers the token that all events of it bear. What fails on the way stays as it is when the stack
 * has never stood as a whole; one that stands goes back to what was.
 */
export async function executeChangeSet(
	{ client, stackName }: StackTarget,
	{ name, isUnfinished }: { name: string; isUnfinished: boolean },
): Promise<string> {
	const token = newToken();
	await calling("CloudFormation", () =>
		client.send(
			new ExecuteChangeSetCommand({
				...{ StackName: stackName, ChangeSetName: name, ClientRequestToken: token },
				// What a first deployment has made stays when a later resource fails, so that the next one goes on there: a zone that is made
				// anew gets other name servers. Chosen here, and not as OnStackFailure of the change set: a stack that was created so was seen
				// to take no update from CREATE_FAILED. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
				DisableRollback: isUnfinished,
			}),
		),
	);
	return token;
}

/** Begins to delete the stack; answers the token that all events of it bear. Resources that are to be retained stay. Safe to repeat. */
export async function deleteStack({ client, stackName }: StackTarget): Promise<string> {
	const token = newToken();
	await calling("CloudFormation", () =>
		client.send(new DeleteStackCommand({ StackName: stackName, ClientRequestToken: token })),
	);
	return token;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html */
function newToken(): string {
	return `hostmaster-${randomUUID()}`;
}
