import { parseTemplateYaml } from "../../scripts/template-yaml.ts";
import { AwsError } from "../aws/service.ts";
import type { Buckets } from "../s3/buckets.ts";
import { loadTemplate, type Template } from "../template/template.ts";
import { cloudformationLimits } from "./limits.ts";

/** What CloudFormation answers to a request that it does not take. */
export function refusal(message: string): AwsError {
	return new AwsError("ValidationError", message);
}

/** A name of a stack or of a change set. Throws ValidationError. */
export function nameIn(form: URLSearchParams, member: "StackName" | "ChangeSetName"): string {
	const name = form.get(member) ?? "";
	if (/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name)) return name;
	const told = member === "StackName" ? "stackName" : "changeSetName";
	throw refusal(
		`1 validation error detected: Value '${name}' at '${told}' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
	);
}

/** The text of the template that a request names: as it comes, by URL, or the `previous` one. Throws ValidationError. */
export function templateTextIn(form: URLSearchParams, buckets: Buckets, previous: string): string {
	const { bodyBytes, objectBytes } = cloudformationLimits;
	const body = form.get("TemplateBody");
	const url = form.get("TemplateURL");
	if (body === null && url === null && previous !== "" && form.get("UsePreviousTemplate") === "true") return previous;
	if ((body === null) === (url === null)) throw refusal("Either Template URL or Template Body must be specified.");
	const text = body ?? textAt(url ?? "", buckets);
	const limit = body === null ? objectBytes : bodyBytes;
	if (Buffer.byteLength(text) <= limit) return text;
	throw refusal(
		body === null
			? `Template may not exceed ${limit} bytes in size.`
			: `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${limit}`,
	);
}

const virtualHosted = /^https:\/\/([^/]+)\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com\/(.+)$/;
const pathStyle = /^https:\/\/s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com\/([^/]+)\/(.+)$/;

function textAt(url: string, buckets: Buckets): string {
	const [, bucket = "", key = ""] = pathStyle.exec(url) ?? virtualHosted.exec(url) ?? [];
	if (bucket === "") throw refusal("TemplateURL must be a supported URL.");
	const content = buckets.has(bucket) ? buckets.get(bucket, decodeURIComponent(key)) : undefined;
	if (content) return content.toString("utf8");
	throw refusal(`S3 error: The specified key does not exist. (${url})`);
}

/** Reads a template in JSON or YAML. Throws ValidationError. */
export function readTemplate(text: string): Template {
	try {
		const value: unknown = text.trimStart().startsWith("{") ? JSON.parse(text) : parseTemplateYaml(text);
		return loadTemplate(JSON.stringify(value));
	} catch (error) {
		throw refusal(`Template format error: ${error instanceof Error ? error.message : error}`);
	}
}

/** `Tags.member.1.Key` … as a map; the query protocol numbers a list's members from 1. */
export function tagsIn(form: URLSearchParams): Record<string, string> {
	return Object.fromEntries(
		membersOf(form, "Tags", "Key").map((at) => [form.get(`${at}.Key`) ?? "", form.get(`${at}.Value`) ?? ""]),
	);
}

/** The parameters that a request sets; undefined stands for one that keeps its value. */
export function parametersIn(form: URLSearchParams): Record<string, string | undefined> {
	return Object.fromEntries(
		membersOf(form, "Parameters", "ParameterKey").map((at) => [
			form.get(`${at}.ParameterKey`) ?? "",
			form.get(`${at}.UsePreviousValue`) === "true" ? undefined : (form.get(`${at}.ParameterValue`) ?? ""),
		]),
	);
}

/** A list of texts, e.g. `Capabilities.member.1`. */
export function textsIn(form: URLSearchParams, list: string): string[] {
	return membersOf(form, list, "").map((at) => form.get(at) ?? "");
}

/** Where the members of a list stand; each has the member `key`. */
function membersOf(form: URLSearchParams, list: string, key: string): string[] {
	const found: string[] = [];
	const place = (at: number) => `${list}.member.${at}`;
	for (let at = 1; form.has(key === "" ? place(at) : `${place(at)}.${key}`); at++) found.push(place(at));
	return found;
}
