import { z } from "zod";
import { AwsError } from "../aws/service.ts";
import type { Secrets } from "../secrets.ts";
import type { Store } from "../store.ts";
import type { Lookup } from "./call.ts";

const tokenRow = z.object({ arn: z.string() });
const secretValue = z.object({ ARN: z.string() });

/** Looks things up where the embedded services keep them; tokens in the journal of local/states. */
export function lookupIn(store: Store, secrets: Secrets): Lookup {
	const execution = store.prepare("SELECT arn FROM states_tokens WHERE token = ?");
	return {
		machineOfTask(token) {
			const found = execution.get(token);
			if (!found) return undefined;
			// arn:aws:states:<region>:<account>:execution:<machine>:<name>
			const ofMachine = tokenRow.parse(found).arn.split(":").slice(0, 7);
			return ofMachine.join(":").replace(":execution:", ":stateMachine:");
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
