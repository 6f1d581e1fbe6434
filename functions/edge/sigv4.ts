import { createHash, createHmac } from "node:crypto";

export interface Credentials {
	accessKeyId: string;
	secretAccessKey: string;
	/** Given with a role's temporary credentials. */
	sessionToken?: string | undefined;
}

export interface Unsigned {
	/** Path `/`, no query: all that the JSON protocols of AWS use. */
	url: URL;
	/** Lower-case names; `host` and the `x-amz-*` of the signature are added. */
	headers: Record<string, string>;
	body: string;
	service: string;
	region: string;
	credentials: Credentials;
	/** Epoch milliseconds. */
	now: number;
}

/**
 * The headers of a POST, with its signature: AWS Signature Version 4 over all of them and the body.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signedHeaders({
	url,
	headers,
	body,
	service,
	region,
	credentials,
	now,
}: Unsigned): Record<string, string> {
	const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
	const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
	const all: Record<string, string> = { ...headers, host: url.host, "x-amz-date": time };
	if (credentials.sessionToken) all["x-amz-security-token"] = credentials.sessionToken;
	const names = Object.keys(all).sort();
	const canonical = [
		"POST",
		"/",
		"",
		...names.map((name) => `${name}:${all[name]?.trim()}`),
		"",
		names.join(";"),
		sha256(body),
	].join("\n");
	const toSign = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
	const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`);
	const signature = createHmac("sha256", key).update(toSign).digest("hex");
	return {
		...all,
		authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
	};
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, part: string): Buffer => createHmac("sha256", key).update(part).digest();
