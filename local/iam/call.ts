import type { Caller } from "../aws/service.ts";

/** An AWS call as the front tells it apart, before a service reads it. */
export interface ServiceCall {
	/** As in `local/aws/catalog.ts`, e.g. `route53`. */
	service: string;
	operation: string;
	/** Of the request, behind the endpoint and before `?`. */
	path: string;
	body: string;
	caller: Caller;
}

/** What some calls name only by something that stands for it. Undefined: there is no such thing, so there is nothing to guard. */
export interface Lookup {
	/** ARN of the state machine whose task a token belongs to. */
	machineOfTask(token: string): string | undefined;
	/** ARN of a secret that is named or given by its ARN with or without the last six characters. */
	secretArn(secretId: string, caller: Caller): string | undefined;
}

/** The body of a JSON call; undefined when it is none. */
export function jsonOf({ body }: ServiceCall): unknown {
	try {
		return body === "" ? {} : JSON.parse(body);
	} catch {
		return undefined;
	}
}

/** ARN of something of the caller's in the caller's region, or the name itself when it is an ARN already. */
export function arnOf(service: string, prefix: string, nameOrArn: string, { region, accountId }: Caller): string {
	return nameOrArn.startsWith("arn:") ? nameOrArn : `arn:aws:${service}:${region}:${accountId}:${prefix}${nameOrArn}`;
}
