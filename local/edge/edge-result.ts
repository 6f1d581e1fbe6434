import type { CloudFrontRequest } from "aws-lambda";
import { checkResult } from "./rules/check-result.ts";
import { violationText } from "./rules/edge-rules.ts";
import type { EdgeHeaders } from "./rules/header-rules.ts";
import type { EdgeRequest } from "./rules/request-rules.ts";
import { bodyOf } from "./rules/response-rules.ts";
import type { HeaderLine } from "./viewer-request.ts";

/** What an origin-request function said. `invalid` is answered 502, as at CloudFront; the text is for the developer's log. */
export type EdgeResult =
	| { kind: "request"; request: OriginRequest }
	| { kind: "response"; status: number; statusText: string; headers: HeaderLine[]; body: Buffer }
	| { kind: "invalid"; because: string };

/** A request that has its origin. */
export type OriginRequest = EdgeRequest & { origin: NonNullable<EdgeRequest["origin"]> };

/** Checks a function's result as CloudFront validates it, against the request that the function was given. */
export function readEdgeResult(result: unknown, given: CloudFrontRequest): EdgeResult {
	const checked = checkResult(result, { trigger: "origin-request", request: given });
	switch (checked.kind) {
		case "violation":
			return { kind: "invalid", because: violationText(checked.violation) };
		case "response": {
			const { status, statusDescription, headers } = checked.response;
			const lines = linesOf(headers).filter(([name]) => name.toLowerCase() !== "content-length"); // counted anew
			const body = bodyOf(checked.response);
			return { kind: "response", status: Number(status), statusText: statusDescription, headers: lines, body };
		}
		case "request": {
			const { origin } = checked.request;
			return origin
				? { kind: "request", request: { ...checked.request, origin } }
				: { kind: "invalid", because: "no origin" };
		}
	}
}

/** Key as said, else with capitals after hyphens (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-generating-http-responses.html). */
function linesOf(headers: EdgeHeaders): HeaderLine[] {
	return Object.entries(headers).flatMap(([name, values]) =>
		values.map(
			({ key, value }) => [key ?? name.replaceAll(/(?<![^-])[a-z]/g, (first) => first.toUpperCase()), value] as const,
		),
	);
}
