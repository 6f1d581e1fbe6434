import { z } from "zod";
import { edgeLimits } from "../limits.ts";
import type { EdgeTrigger, EdgeViolation } from "./edge-rules.ts";
import { type EdgeHeaders, headerBytes, headersShape, headerViolation, readOnlyViolation } from "./header-rules.ts";

/** A response that a function answered, of any value; only `status` must be there. */
export const responseShape = z.object({
	status: z.string(),
	statusDescription: z.string().default(""),
	headers: headersShape.default({}),
	body: z.string().optional(),
	bodyEncoding: z.enum(["text", "base64"]).default("text"),
});

export type EdgeResponse = z.infer<typeof responseShape>;

/** What of the given response the rules look at. */
export interface GivenResponse {
	status: string;
	headers: EdgeHeaders;
}

/** The first rule that a response breaks; `given` is the response of a response trigger, and undefined where a function made one itself. */
export function responseViolation(
	response: EdgeResponse,
	given: GivenResponse | undefined,
	trigger: EdgeTrigger,
): EdgeViolation | undefined {
	return (
		statusViolation(response, given, trigger) ??
		headerViolation(response.headers, trigger) ??
		(given
			? readOnlyViolation(response.headers, given.headers, trigger)
			: readOnlyInGenerated(response.headers, trigger)) ??
		bodyViolation(response, trigger)
	);
}

/** What an answer says; bytes, decoded. */
export function bodyOf({ body = "", bodyEncoding }: EdgeResponse): Buffer {
	return Buffer.from(body, bodyEncoding === "base64" ? "base64" : "utf8");
}

function statusViolation(
	{ status, statusDescription }: EdgeResponse,
	given: GivenResponse | undefined,
	trigger: EdgeTrigger,
): EdgeViolation | undefined {
	if (!/^[2-5]\d\d$/.test(status)) return { rule: "status", trigger, found: status };
	if (/[\r\n\0]/.test(statusDescription)) {
		return { rule: "status-description", trigger, found: JSON.stringify(statusDescription) };
	}
	return trigger === "viewer-response" && given && given.status !== status
		? { rule: "status-read-only", trigger, found: `${given.status} became ${status}` }
		: undefined;
}

/** Those that describe the connection; CloudFront counts the length anew, so a function may say one. */
function readOnlyInGenerated(headers: EdgeHeaders, trigger: EdgeTrigger): EdgeViolation | undefined {
	const header = ["transfer-encoding", "via"].find((name) => name in headers);
	return header === undefined ? undefined : { rule: "header-read-only", trigger, header, found: "set by the function" };
}

function bodyViolation(response: EdgeResponse, trigger: EdgeTrigger): EdgeViolation | undefined {
	const { status, headers, body = "", bodyEncoding } = response;
	if (status === "204" && body !== "") return { rule: "body-of-204", trigger, found: `${body.length} characters` };
	if (bodyEncoding === "base64" && !isBase64(body)) {
		return { rule: "body-base64", trigger, found: "other characters or another length" };
	}
	const counted = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== "content-length"));
	const bytes = headerBytes(counted) + bodyOf(response).length;
	const most = edgeLimits.generatedAnswerBytes[trigger];
	return bytes > most ? { rule: "response-length", trigger, found: `${bytes} bytes` } : undefined;
}

function isBase64(text: string): boolean {
	return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}
