import { type CollectionTag, parse, type ScalarTag } from "yaml";

/**
 * Reads a CloudFormation template in YAML as the value that it means: short forms (`!Ref Zone`) become functions (`{"Ref": "Zone"}`),
 * anchors and merge keys are resolved. Throws YAMLParseError.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
export function parseTemplateYaml(text: string): unknown {
	const parsed: unknown = parse(text, { merge: true, customTags: [...scalarTags, ...listTags] });
	// What an anchor names more than once is one value so far, and is to be changed nowhere else.
	return JSON.parse(JSON.stringify(parsed));
}

const scalarTags = [
	scalarTag("!Ref", (name) => ({ Ref: name })),
	scalarTag("!Sub", (text) => ({ "Fn::Sub": text })),
	scalarTag("!GetAtt", (path) => ({ "Fn::GetAtt": [path.split(".", 1)[0], path.slice(path.indexOf(".") + 1)] })),
];
const listTags = [listTag("!Join", "Fn::Join"), listTag("!If", "Fn::If"), listTag("!Equals", "Fn::Equals")];

function scalarTag(tag: string, meaning: (text: string) => object): ScalarTag {
	return { tag, resolve: meaning };
}

function listTag(tag: string, name: string): CollectionTag {
	return { tag, collection: "seq", resolve: (items) => ({ [name]: items.toJSON() }) };
}
