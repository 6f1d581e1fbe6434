import { describe, expect, it } from "vitest";
import { untagged, withTags } from "../../domain/resource-tags.ts";

const tags = { application: "hostmaster", environment: "prod" };
const list = [
	{ Key: "application", Value: "hostmaster" },
	{ Key: "environment", Value: "prod" },
];
const own = { Key: "purpose", Value: "logs" };
const tagged = (Type: string, Properties?: Record<string, unknown>) => withTags({ Type, Properties }, tags).Properties;
const missing = (Type: string, Properties?: Record<string, unknown>) =>
	untagged({ Thing: { Type, Properties } }, ["application", "environment"]);

describe("a resource gets its tags", () => {
	it("as a list, beside its own, and instead of others of the same name", () => {
		expect(tagged("AWS::SQS::Queue")).toEqual({ Tags: list });
		const before = [own, { Key: "environment", Value: "nonprod" }];
		expect(tagged("AWS::S3::Bucket", { BucketName: "b", Tags: before })).toEqual({
			BucketName: "b",
			Tags: [own, ...list],
		});
	});

	it("as a map, where its type takes one", () => {
		expect(tagged("AWS::ApiGatewayV2::Api", { Tags: { purpose: "api", environment: "x" } })).toEqual({
			Tags: { purpose: "api", ...tags },
		});
		expect(tagged("AWS::ApiGatewayV2::Stage")).toEqual({ Tags: tags });
	});

	it("under a zone's own name for them", () => {
		expect(tagged("AWS::Route53::HostedZone", { Name: "example.com" })).toEqual({
			Name: "example.com",
			HostedZoneTags: list,
		});
	});

	it("on each replica, also on one that is there on a condition only", () => {
		const none = { Ref: "AWS::NoValue" };
		const Replicas = [{ Region: "a", Tags: [own] }, { "Fn::If": ["HasMapReplica", { Region: "b" }, none] }];
		expect(tagged("AWS::DynamoDB::GlobalTable", { Replicas })).toEqual({
			Replicas: [
				{ Region: "a", Tags: [own, ...list] },
				{ "Fn::If": ["HasMapReplica", { Region: "b", Tags: list }, none] },
			],
		});
		expect(tagged("AWS::DynamoDB::GlobalTable", { Replicas: none })).toEqual({ Replicas: none });
	});

	it("not at all, where its type takes none", () => {
		expect(tagged("AWS::S3::BucketPolicy", { Bucket: "b" })).toEqual({ Bucket: "b" });
		expect(tagged("Custom::Unheard")).toBeUndefined();
	});
});

describe("a resource lacks a tag", () => {
	it.each(["AWS::SQS::Queue", "AWS::ApiGatewayV2::Api", "AWS::Route53::HostedZone"])(
		"never once it got them: %s",
		(type) => {
			expect(missing(type, tagged(type))).toEqual([]);
		},
	);

	it.each([
		["without any", "AWS::SQS::Queue", {}, "application, environment"],
		["with some", "AWS::SQS::Queue", { Tags: list.slice(1) }, "application"],
		["with a value that is no list", "AWS::SQS::Queue", { Tags: tags }, "application, environment"],
		["with a map that lacks it", "AWS::ApiGatewayV2::Api", { Tags: { application: "x" } }, "environment"],
		[
			"that has them under a name that its type does not read",
			"AWS::Route53::HostedZone",
			{ Tags: list },
			"application, environment",
		],
		[
			"one of whose replicas has none",
			"AWS::DynamoDB::GlobalTable",
			{ Replicas: [{ Region: "a", Tags: list }, { Region: "b" }] },
			"application, environment",
		],
		[
			"whose replica on a condition lacks one",
			"AWS::DynamoDB::GlobalTable",
			{ Replicas: [{ Region: "a", Tags: list }, { "Fn::If": ["If", { Region: "b", Tags: list.slice(1) }, {}] }] },
			"application",
		],
		[
			"of whose replicas nothing can be said",
			"AWS::DynamoDB::GlobalTable",
			{ Replicas: { Ref: "Replicas" } },
			"application, environment",
		],
	])("%s", (_, type, properties, keys) => {
		expect(missing(type, properties)).toEqual([`Thing (${type}) has no tag ${keys}`]);
	});

	it("with no properties at all", () => {
		expect(missing("AWS::SNS::Topic")).toEqual(["Thing (AWS::SNS::Topic) has no tag application, environment"]);
	});

	it("never where its type takes none, and is told of where nobody has looked", () => {
		expect(missing("AWS::Lambda::Permission")).toEqual([]);
		expect(missing("AWS::KMS::Key")).toEqual(["Thing: nobody has looked up whether AWS::KMS::Key takes tags"]);
	});
});
