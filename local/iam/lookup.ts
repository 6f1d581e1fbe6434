import { z } from "zod";
import { AwsError } from "../aws/service.ts";
import type { Secrets } from "../secrets.ts";
import type { Lookup } from "./call.ts";

const secretValue = z.object({ ARN: z.string() });

/** Looks things up where the embedded services keep them. */
export function lookupIn(executionOfTask: (token: string) => string | undefined, secrets: Secrets): Lookup {
	return {
		machineOfTask(token) {
			// arn:aws:states:<region>:<account>:execution:<machine>:<name>
			const ofMachine = executionOfTask(token)?.split(":").slice(0, 7);
			return ofMachine?.join(":").replace(":execution:", ":stateMachine:");
		},
		secretArn(secretId, caller) {
			try {
				const found = secrets.service.operations["GetSecretValue"]?.({ SecretId: secretId }, caller);
				return secretValue.parse(found).ARN;
			} catch (error) {
				if (error instanceof AwsError) return undefined;
				throw error;
			}
		},
	};
}
