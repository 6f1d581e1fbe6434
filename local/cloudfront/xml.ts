import { XMLBuilder, XMLParser } from "fast-xml-parser";

const namespace = "http://cloudfront.amazonaws.com/doc/2020-05-31/";
const lists = new Set(["member", "Tag", "Path"]);
const parser = new XMLParser({ parseTagValue: false, ignoreDeclaration: true, isArray: (name) => lists.has(name) });
const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@", suppressEmptyNode: false });

/** A request's body as plain objects; `undefined` when it is empty or no XML. */
export function readXml(body: string): unknown {
	try {
		return body ? parser.parse(body, true) : undefined;
	} catch {
		return undefined;
	}
}

/** A document in CloudFront's namespace. A list is `{Wrapper: {member: [...]}}`. */
export function printXml(root: string, content: object): string {
	return `<?xml version="1.0"?>\n${builder.build({ [root]: { "@xmlns": namespace, ...content } })}`;
}
