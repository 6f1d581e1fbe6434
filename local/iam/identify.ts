import { type Credentials, parsePrincipal } from "../aws/credentials.ts";
import type { Caller } from "../aws/service.ts";
import type { Iam } from "./iam.ts";
import type { Sessions } from "./sessions.ts";

/** What a request shows of its maker. */
export interface Shown {
	credentials: Credentials;
	/** The function that calls, if one does. */
	functionName: string | undefined;
	/** For whom another account's front asks. */
	principal: string | undefined;
}

/** Answers who makes a request to an account's front. Throws AwsError for temporary credentials that are not good. */
export type Identify = (shown: Shown) => Caller;

/**
 * Tells temporary credentials from an account's own key, and a function's call from one of somebody at a terminal. A function's name
 * only takes rights away, so that nobody gains by making one up.
 */
export function createIdentify(home: Caller, iam: Pick<Iam, "principalOf">, sessions: Sessions): Identify {
	return ({ credentials, functionName, principal }) => {
		const { accountId, region } = credentials;
		const found =
			principal === undefined
				? (sessions.principalOf(credentials) ?? functionsOwn(accountId, functionName))
				: parsePrincipal(principal);
		return { accountId, region, ...(found && { principal: found }) };
	};

	/** The key of another account was got by assuming a role there: its rights are not those of the function's role. */
	function functionsOwn(accountId: string, functionName: string | undefined) {
		return functionName === undefined || accountId !== home.accountId ? undefined : iam.principalOf(functionName);
	}
}
