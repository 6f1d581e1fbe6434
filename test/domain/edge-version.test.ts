import { describe, expect, it } from "vitest";
import { edgeVersionFlaws } from "../../domain/edge-version.ts";
import { templateSchema } from "../../domain/template.ts";

const sha256 = "5a25eb736fb73cf50079447ce3f30b58f69ff6694201f2fe7f8dbe3b7febe8da";
const association = (LambdaFunctionARN: unknown, EventType = "origin-request") => ({
	LambdaFunctionAssociations: [{ EventType, LambdaFunctionARN }],
});
const sound = {
	Distribution: {
		Type: "AWS::CloudFront::Distribution",
		Properties: { DistributionConfig: { DefaultCacheBehavior: association({ Ref: "Version" }) } },
	},
	Version: {
		Type: "AWS::Lambda::Version",
		// The same digest as the zip's key has, in base64.
		Properties: { FunctionName: { Ref: "Edge" }, CodeSha256: "WiXrc2+3PPUAeUR84/MLWPaf9mlCAfL+f42+O3/r6No=" },
	},
	Edge: { Type: "AWS::Lambda::Function", Properties: { Code: { S3Key: `functions/${sha256}.zip` } } },
};
const flaws = (Resources: object) => edgeVersionFlaws(templateSchema.parse({ Resources }));
const withBehavior = (config: object) => ({
	...sound,
	Distribution: { ...sound.Distribution, Properties: { DistributionConfig: config } },
});

describe("the version that an edge runs", () => {
	it("is the published one of its stack's very code", () => {
		expect(flaws(sound)).toEqual([]);
		expect(flaws({ Edge: sound.Edge })).toEqual([]);
	});

	it.each<[string, object, string]>([
		["no function", withBehavior({ DefaultCacheBehavior: {} }), "has a behaviour whose requests no function routes"],
		[
			"a function at another place only",
			withBehavior({ DefaultCacheBehavior: association({ Ref: "Version" }, "viewer-request") }),
			"has a behaviour whose requests no function routes",
		],
		[
			"a version of hands",
			withBehavior({ DefaultCacheBehavior: association("arn:aws:lambda:us-east-1:1:function:f:7") }),
			"runs a version that is not its stack's",
		],
		[
			"what is no version",
			withBehavior({ DefaultCacheBehavior: association({ Ref: "Edge" }) }),
			"runs a version that is not its stack's",
		],
		[
			"the code of another release",
			{ ...sound, Edge: { ...sound.Edge, Properties: { Code: { S3Key: `functions/${"0".repeat(64)}.zip` } } } },
			"runs a version of other code than its stack's function has",
		],
		[
			"code that nobody knows",
			{ ...sound, Edge: { Type: "AWS::Lambda::Function" } },
			"runs a version of other code than its stack's function has",
		],
	])("is not %s", (_, resources, flaw) => {
		expect(flaws(resources)).toEqual([`Distribution ${flaw}`]);
	});

	it("is asked of every behaviour", () => {
		const config = { DefaultCacheBehavior: association({ Ref: "Version" }), CacheBehaviors: [association("x"), {}] };
		expect(flaws(withBehavior(config))).toHaveLength(2);
	});
});
