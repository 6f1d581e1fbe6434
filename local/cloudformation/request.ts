import { parseTemplateYaml } from "../../scripts/template-yaml.ts";
import { AwsError } from "../aws/service.ts";
import type { Buckets } from "../s3/buckets.ts";

/** The template of a request, as JSON text, whether it comes as it is or by URL, in JSON or YAML. Throws ValidationError. */
export function templateIn(form: URLSearchParams, buckets: Buckets): string {
	const text = form.get("TemplateBody") ?? fromBucket(form.get("TemplateURL") ?? "", buckets);
	try {
		const value: unknown = text.trimStart().startsWith("{") ? JSON.parse(text) : parseTemplateYaml(text);
		return JSON.stringify(value);
	} catch (error) {
		throw new AwsError("ValidationError", `Template format error: ${error instanceof Error ? error.message : error}`);
	}
}

function fromBucket(url: string, buckets: Buckets): string {
	const [, bucket = "", key = ""] = /^https:\/\/([^./]+)\.s3[^/]*\/(.+)$/.exec(url) ?? [];
	const content = buckets.has(bucket) ? buckets.get(bucket, decodeURIComponent(key)) : undefined;
	if (content) return content.toString("utf8");
	throw new AwsError("ValidationError", `S3 error: The specified key does not exist. (${url})`);
}

/** `Parameters.member.1.ParameterKey` … as a map; the query protocol numbers a list's members from 1. */
export function pairsIn(form: URLSearchParams, list: string, prefix: string): Record<string, string> {
	const pairs: Record<string, string> = {};
	for (let at = 1; form.has(`${list}.member.${at}.${prefix}Key`); at++) {
		pairs[form.get(`${list}.member.${at}.${prefix}Key`) ?? ""] = form.get(`${list}.member.${at}.${prefix}Value`) ?? "";
	}
	return pairs;
}
