import type { IncomingMessage } from "node:http";
import { AwsError, type Principal } from "./service.ts";

/** What a request says of who makes it. */
export interface Credentials {
	accessKeyId: string;
	/** The account that the key names. */
	accountId: string;
	region: string;
	/** Of temporary credentials. */
	sessionToken: string | undefined;
}

// Credential=<access key id>/<date>/<region>/<service>/aws4_request; signatures are not checked, the key's last 12 digits name the account.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
const credential = /Credential=([^/,\s]+)\/\d{8}\/([^/]+)\//;

/** Reads the request's signature. Throws AwsError when there is none, or when its key names no account. */
export function credentialsOf({ headers }: IncomingMessage): Credentials {
	const [, accessKeyId, region] = credential.exec(headers.authorization ?? "") ?? [];
	if (!accessKeyId || !region) throw new AwsError("MissingAuthenticationToken", "Missing Authentication Token", 403);
	const accountId = /\d{12}$/.exec(accessKeyId)?.[0];
	if (accountId) {
		return { accessKeyId, accountId, region, sessionToken: headers["x-amz-security-token"]?.toString() };
	}
	const told = `The security token included in the request is invalid: no account in '${accessKeyId}' (expected LOCAL<12 digits>).`;
	throw new AwsError("UnrecognizedClientException", told, 403);
}

/** The service that a request was signed for, e.g. `s3`; undefined when it was not signed. */
export function signedFor({ headers }: IncomingMessage): string | undefined {
	return /Credential=[^/,\s]+\/\d{8}\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? "")?.[1];
}

/** The account whose front has to answer a request; undefined when it names none. */
export function accountNamedBy({ headers }: IncomingMessage): string | undefined {
	return /\d{12}$/.exec(credential.exec(headers.authorization ?? "")?.[1] ?? "")?.[0];
}

/** By this header one front tells another for whom it asks to assume a role; no other call is made in somebody's name. */
export const principalHeader = "x-local-principal";

/** The header's value for a caller; `rootArn` stands for the account's own key. */
export function printPrincipal(principal: Principal | undefined, rootArn: string): string {
	return principal ? `${principal.arn} ${principal.roleArn}` : rootArn;
}

/** Reads the header's value; undefined for an account's own key. */
export function parsePrincipal(text: string): Principal | undefined {
	const [arn = "", roleArn] = text.split(" ");
	return roleArn === undefined ? undefined : { arn, roleArn };
}
