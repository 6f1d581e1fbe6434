import { XMLBuilder, XMLParser } from "fast-xml-parser";

const namespace = "https://route53.amazonaws.com/doc/2013-04-01/";
const lists = new Set(["Change", "ResourceRecord"]);
// Values stay text: a TTL of `060` or a TXT of `"1"` must not turn into a number.
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

/** A document in Route 53's namespace. A list is `{Wrapper: {Item: [...]}}`. */
export function printXml(root: string, content: object): string {
	return `<?xml version="1.0"?>\n${builder.build({ [root]: { "@xmlns": namespace, ...content } })}`;
}
