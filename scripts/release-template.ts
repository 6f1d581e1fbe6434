import { z } from "zod";
import { withTags } from "../domain/resource-tags.ts";
import type { StageName } from "./stages.ts";

/** The bucket, in the environment's own account, from which its stack takes the functions. */
export const artifactParameter = "ArtifactBucket";

/** The release that the stack runs; its output of the same name tells it. No tag: each release would touch every resource. */
export const releaseParameter = "Release";

/** Where a function's zip lies in it: by its content, so that what was uploaded once is never uploaded again, nor changed. */
export const zipKey = (sha256: string): string => `functions/${sha256}.zip`;

const codeSchema = z.looseObject({ S3Key: z.string() });
const functionSchema = z.looseObject({
	Type: z.literal("AWS::Lambda::Function"),
	Properties: z.looseObject({ Code: codeSchema }),
});
const resourceSchema = z.looseObject({
	Type: z.string(),
	Properties: z.record(z.string(), z.unknown()).optional(),
});
export type PackagedResource = z.output<typeof resourceSchema>;
const templateSchema = z.looseObject({
	Parameters: z.record(z.string(), z.unknown()),
	Resources: z.record(z.string(), resourceSchema),
	Outputs: z.record(z.string(), z.unknown()).default({}),
});

/**
 * What osls packaged, as it is released: functions name their zips by content, which says nothing of when or where they were packaged,
 * and the bucket that holds them is no resource of the stack: it must be there before. `zips`: SHA-256 by function key. Throws for a
 * function whose zip is not among them.
 */
export function releaseTemplate(packaged: unknown, zips: Readonly<Record<string, string>>, stage: StageName) {
	const template = templateSchema.parse(packaged);
	const resources = Object.entries(template.Resources).filter(([id]) => !id.startsWith(frameworkBucket));
	const outputs = Object.entries(template.Outputs).filter(([id]) => !id.startsWith(frameworkBucket));
	return {
		...template,
		Parameters: {
			...template.Parameters,
			[artifactParameter]: { Type: "String", Description: "The bucket that holds the release's functions." },
			[releaseParameter]: { Type: "String", Description: "SHA-256 of the release.", Default: "" },
		},
		Resources: Object.fromEntries(
			resources.map(([id, resource]) => [id, withTags(withCode(id, resource, zips), tagsOf(stage))]),
		),
		Outputs: {
			...Object.fromEntries(outputs),
			[releaseParameter]: { Description: "SHA-256 of the release that runs.", Value: { Ref: releaseParameter } },
		},
	};
}

/** By these costs are told apart: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/cost-alloc-tags.html */
export function tagsOf(environment: string): { application: string; environment: string } {
	return { application: "hostmaster", environment };
}

const frameworkBucket = "ServerlessDeploymentBucket";

/** The resources of a template, for rules that look at each. */
export function templateResources(template: unknown): Record<string, PackagedResource> {
	return templateSchema.parse(template).Resources;
}

/** A function's code by content instead of `…/<key>.zip`; any other resource as it is. Throws for a function whose zip is not among `zips`. */
export function withCode(
	id: string,
	resource: PackagedResource,
	zips: Readonly<Record<string, string>>,
): PackagedResource {
	const lambda = functionSchema.safeParse(resource);
	if (!lambda.success) return resource;
	const { Properties } = lambda.data;
	const key = /(\w+)\.zip$/.exec(Properties.Code.S3Key)?.[1] ?? "";
	const sha256 = zips[key];
	if (!sha256) throw new Error(`${id} has no zip of its own: ${Properties.Code.S3Key}`);
	const Code = { S3Bucket: { Ref: artifactParameter }, S3Key: zipKey(sha256) };
	return { ...lambda.data, Properties: { ...Properties, Code } };
}
