import { type Configuration, ownCredentials, ownRegion, regionsNearestFirst } from "./configuration.ts";
import { signedHeaders } from "./sigv4.ts";

/** An operation of a service that speaks awsJson. */
export interface AwsCall {
	/** Endpoint prefix and signing name, e.g. `dynamodb`. */
	service: string;
	/** `X-Amz-Target`, e.g. `DynamoDB_20120810.GetItem`. */
	target: string;
	contentType: "application/x-amz-json-1.0" | "application/x-amz-json-1.1";
	input: unknown;
}

/** How long one region may take. A read takes milliseconds; a viewer should not wait for a region that is in trouble. */
export const tryTimeoutMs = 1_000;

/**
 * Asks the map's regions one after the other, the nearest first and once more at the end, and gives the first answer.
 * Throws AggregateError when none answered: only then is something unreadable. An answer with an error counts as none.
 */
export async function askNearest(call: AwsCall, configuration: Configuration): Promise<unknown> {
	const regions = regionsNearestFirst(configuration.mapRegions, ownRegion());
	const failures: unknown[] = [];
	for (const region of [...regions, ...regions.slice(0, 1)]) {
		try {
			return await askRegion(call, region, configuration.awsEndpoint);
		} catch (failure) {
			failures.push(failure);
		}
	}
	throw new AggregateError(failures, `${call.target}: no region answered`);
}

async function askRegion(call: AwsCall, region: string, endpoint: string | undefined): Promise<unknown> {
	const url = new URL(endpoint ?? `https://${call.service}.${region}.amazonaws.com/`);
	const body = JSON.stringify(call.input);
	const { host, ...headers } = signedHeaders({
		url,
		headers: { "content-type": call.contentType, "x-amz-target": call.target },
		body,
		service: call.service,
		region,
		credentials: ownCredentials(),
		now: Date.now(),
	});
	const answer = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(tryTimeoutMs) });
	if (!answer.ok) throw new Error(`${call.target} in ${region} answered ${answer.status}: ${await answer.text()}`);
	return answer.json();
}
