import { randomBytes } from "node:crypto";
import type { CloudFrontHeaders, CloudFrontOrigin, CloudFrontRequest, CloudFrontRequestEvent } from "aws-lambda";
import type { Distribution, DistributionOrigin } from "./distribution.ts";
import type { HeaderLine, ViewerRequest } from "./viewer-request.ts";

/** The origin-request event as CloudFront makes it. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html */
export function originRequestEvent(distribution: Distribution, request: CloudFrontRequest): CloudFrontRequestEvent {
	const config = {
		distributionDomainName: distribution.domainName,
		distributionId: distribution.id,
		eventType: "origin-request",
		requestId: newRequestId(),
	} as const;
	return { Records: [{ cf: { config, request: structuredClone(request) } }] };
}

/** The request as it would go to the behavior's own origin. */
export function requestToOrigin(
	viewer: ViewerRequest,
	forwarded: { headers: readonly HeaderLine[]; query: string },
	origin: DistributionOrigin,
): CloudFrontRequest {
	return {
		clientIp: viewer.clientIp,
		headers: eventHeaders(forwarded.headers),
		method: viewer.method,
		querystring: forwarded.query,
		uri: viewer.path,
		origin: eventOrigin(origin),
	};
}

/** An encrypted id at CloudFront; here a random one of the same look. */
export function newRequestId(): string {
	return `${randomBytes(41).toString("base64url")}==`;
}

function eventHeaders(lines: readonly HeaderLine[]): CloudFrontHeaders {
	const headers: CloudFrontHeaders = {};
	for (const [key, value] of lines) {
		const values = headers[key.toLowerCase()] ?? [];
		values.push({ key, value });
		headers[key.toLowerCase()] = values;
	}
	return headers;
}

function eventOrigin(origin: DistributionOrigin): CloudFrontOrigin {
	const { domainName, path } = origin;
	const customHeaders = eventHeaders(origin.customHeaders.map(({ key, value }) => [key, value]));
	if (origin.kind === "s3") return { s3: { authMethod: "none", customHeaders, domainName, path } };
	const { port, protocol, sslProtocols, readTimeoutSeconds, keepaliveTimeoutSeconds } = origin;
	return {
		custom: {
			customHeaders,
			domainName,
			path,
			port,
			protocol,
			sslProtocols,
			readTimeout: readTimeoutSeconds,
			keepaliveTimeout: keepaliveTimeoutSeconds,
		},
	};
}
