/** What happens to one resource of a stack. */
export interface ResourceEvent {
	stackName: string;
	logicalId: string;
	type: string;
	status: ResourceStatus;
	/** Once it has one. */
	physicalId?: string;
	/** Why it failed, or why it is left alone. */
	reason?: string;
}

/** As CloudFormation's own: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html */
export type ResourceStatus =
	| `${"CREATE" | "UPDATE" | "DELETE"}_${"IN_PROGRESS" | "COMPLETE" | "FAILED"}`
	| "DELETE_SKIPPED";

/** Hears of each step as it is taken. */
export type Report = (event: ResourceEvent) => void;

/** A stack could not be made or taken down; the message is the reason that its resource gave. */
export class StackFailure extends Error {
	override name = "StackFailure";
	readonly logicalId: string;
	constructor(logicalId: string, reason: string, options?: ErrorOptions) {
		super(`${logicalId}: ${reason}`, options);
		this.logicalId = logicalId;
	}
}

/** A resource could not be made, and something of it is there all the same, to be taken away later. */
export class LeftBehind extends Error {
	override name = "LeftBehind";
	readonly physicalId: string;
	constructor(physicalId: string, reason: string) {
		super(reason);
		this.physicalId = physicalId;
	}
}

/** What a resource says of why it failed. */
export function reasonOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
