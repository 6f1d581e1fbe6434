import type { Answer } from "../aws/protocols.ts";

const declaration = `<?xml version="1.0" encoding="UTF-8"?>\n`;

/** An answer that is a document of S3's. */
export function printDocument(root: string, content: string): Answer {
	const body = `${declaration}<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${root}>`;
	return { status: 200, headers: { "content-type": "application/xml" }, body };
}

/** The body of an error, which has no namespace. */
export function printErrorBody(content: string): string {
	return `${declaration}<Error>${content}</Error>`;
}
