import { escapeXml } from "./query.ts";
import type { AwsError } from "./service.ts";

/** An HTTP answer before it is sent. */
export interface Answer<Body = string | Buffer> {
	status: number;
	headers: Record<string, string>;
	body: Body;
}

/** How a protocol prints an error, so that the SDK's client raises the class of that name. */
export type PrintError = (error: AwsError, requestId: string) => Answer;

/** awsJson 1.0 and 1.1 (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization). */
export function jsonError(contentType: string, more?: (error: AwsError) => Record<string, string>): PrintError {
	return (error) => ({
		status: error.status,
		headers: { "content-type": contentType, "x-amzn-errortype": error.name, ...more?.(error) },
		body: JSON.stringify({ __type: error.name, message: error.message, ...error.members }),
	});
}

/** REST-XML and query (https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html#operation-error-serialization). */
export const xmlError: PrintError = (error, requestId) => {
	const type = error.status < 500 ? "Sender" : "Receiver";
	const detail = `<Type>${type}</Type><Code>${escapeXml(error.name)}</Code><Message>${escapeXml(error.message)}</Message>`;
	return {
		status: error.status,
		headers: { "content-type": "text/xml" },
		body: `<?xml version="1.0"?>\n<ErrorResponse><Error>${detail}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
	};
};
