import { AwsError } from "../aws/service.ts";

/** A pattern that EventBridge would refuse, in its words. */
export function invalidPattern(reason: string): AwsError {
	return new AwsError("InvalidEventPatternException", `Event pattern is not valid. Reason: ${reason}`);
}
